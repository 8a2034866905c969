package evaluate

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gorgan/dataset"
)

// TestSplitRows: images read from disk each time are those in memory, as training reads
// them, and a file that is cut is an error of the evaluation.
func TestSplitRows(t *testing.T) {
	whole := toySet(t, 60, 1)
	header := binary.BigEndian.AppendUint32(nil, 0x803)
	for _, n := range []int{whole.Len(), toySize.Height, toySize.Width} {
		header = binary.BigEndian.AppendUint32(header, uint32(n))
	}
	path := filepath.Join(t.TempDir(), "images")
	must(t, os.WriteFile(path, append(header, whole.Bytes()...), 0o666))
	set, _, err := dataset.Open(context.Background(), path, dataset.Options{Cache: -1})
	must(t, err)
	if set.Bytes() != nil {
		t.Fatal("the set is in memory")
	}
	want := make([]float32, 10*toySize.Area())
	for i := range want {
		want[i] = float32(whole.Bytes()[50*toySize.Area()+i]) / 255
	}
	for _, s := range []*dataset.Set{whole, set} {
		if got := valuesOf(t, Split{"test", s, 50, 60}); !slices.Equal(got, want) {
			t.Errorf("%s: images 50 to 59 are %v, want %v", s.Name(), got, want)
		}
	}
	r, err := NewReference(set, set)
	must(t, err)
	evaluators := map[string]*Evaluator{}
	for _, name := range []string{"parzen", "memory", "duplicates"} {
		evaluators[name], err = New(cpu(t, 2), r, nil, Options{Metrics: []string{name}})
		must(t, err)
	}
	must(t, os.Truncate(path, int64(len(header))))
	for name, e := range evaluators {
		if _, err := e.Run(context.Background(), blend(t, 20), nil); !errors.Is(err, io.EOF) {
			t.Errorf("%s: error %v with the file cut, want %v", name, err, io.EOF)
		}
	}
}
