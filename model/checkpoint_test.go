package model_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// trained is a state whose every tensor differs from its first value.
func trained(t testing.TB, change ...func(*model.Config)) *model.State {
	t.Helper()
	trainer := trainerOf(t, small(change...))
	run(t, trainer, model.RunOptions{Steps: 2})
	return stateOf(t, trainer)
}

// tiny is a state whose file is small enough to try every byte of.
func tiny(t testing.TB) *model.State {
	t.Helper()
	return trained(t, func(c *model.Config) {
		c.NoiseDim, c.GenHidden, c.DisHidden, c.Height, c.Width, c.BatchSize = 1, nil, nil, 1, 2, 1
		c.Optimizer = "sgd"
	})
}

// file writes a checkpoint and returns its path and bytes.
func file(t testing.TB, s *model.State) (string, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
	must(t, model.Save(path, s))
	b, err := os.ReadFile(path)
	must(t, err)
	return path, b
}

func TestCheckpointRoundTrip(t *testing.T) {
	for _, name := range model.Optimizers() {
		s := trained(t, optimizer(name))
		path, b := file(t, s)
		got, err := model.Load(path)
		must(t, err)
		equal(t, got, s)
		if got.Step != 2 || len(got.Data) != 64 {
			t.Errorf("got step %d and data %q", got.Step, got.Data)
		}
		_, again := file(t, got)
		if !slices.Equal(b, again) {
			t.Errorf("%s: saved again, the file differs", name)
		}
	}
}

// TestCheckpointLayout reads a file by the safetensors format's own description: the
// header's length, the header as JSON, the values.
func TestCheckpointLayout(t *testing.T) {
	s := trained(t)
	_, b := file(t, s)
	n := binary.LittleEndian.Uint64(b)
	var header map[string]json.RawMessage
	must(t, json.Unmarshal(b[8:8+n], &header))
	var meta map[string]string
	must(t, json.Unmarshal(header["__metadata__"], &meta))
	if meta["format"] != "gorgan 1" || meta["step"] != "2" || meta["seed"] != "7" || meta["data"] != s.Data || len(meta["sha256"]) != 64 {
		t.Errorf("got metadata %v", meta)
	}
	c, err := model.ParseConfig([]byte(meta["config"]))
	if err != nil || c.Differences(s.Config) != nil {
		t.Errorf("got config %v, %v", meta["config"], err)
	}
	delete(header, "__metadata__")
	// Two nets of two layers, each a weight and a bias, with Adam's two moments of each.
	if len(header) != 24 {
		t.Errorf("got %d tensors, want 24", len(header))
	}
	for _, w := range s.Tensors {
		var info struct {
			Dtype   string
			Shape   []int
			Offsets [2]int `json:"data_offsets"`
		}
		must(t, json.Unmarshal(header[w.Name], &info))
		data := b[8+n:][info.Offsets[0]:info.Offsets[1]]
		var want []byte
		for _, v := range w.Values {
			want, err = binary.Append(want, binary.LittleEndian, v)
			must(t, err)
		}
		if info.Dtype != "F32" || !slices.Equal(info.Shape, w.Shape) || !slices.Equal(data, want) {
			t.Errorf("%s: got %s %v", w.Name, info.Dtype, info.Shape)
		}
	}
}

// refused checks that b, written to a file, is no checkpoint, and that the error
// names the file.
func refused(t *testing.T, b []byte, what, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "broken")
	must(t, os.WriteFile(path, b, 0o666))
	s, err := model.Load(path)
	if s != nil || !errors.Is(err, model.ErrCheckpoint) || !strings.HasPrefix(err.Error(), "model: "+path+": ") || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got %v, want ErrCheckpoint with %q", what, err, want)
	}
}

func TestCheckpointCutShort(t *testing.T) {
	long(t)
	onCPU(t)
	_, b := file(t, tiny(t))
	for n := range b {
		refused(t, b[:n], "cut short", "")
	}
	refused(t, append(b, 0), "a byte too much", "")
}

// TestCheckpointFlipped: no byte can change, in any of its bits, unseen.
func TestCheckpointFlipped(t *testing.T) {
	long(t)
	onCPU(t)
	_, b := file(t, tiny(t))
	for i := range b {
		for _, bits := range []byte{1 << (i % 8), 0x20, 0xff} {
			b[i] ^= bits
			refused(t, b, "flipped", "")
			b[i] ^= bits
		}
	}
}

// TestCheckpointContent: files that are whole but hold something else. Their sums are
// right, as far as Save can write them.
func TestCheckpointContent(t *testing.T) {
	s := tiny(t)
	change := func(f func(*model.State)) []byte {
		other := *s
		other.Tensors = slices.Clone(s.Tensors)
		f(&other)
		_, b := file(t, &other)
		return b
	}
	_, b := file(t, s)
	replace := func(was, now string) []byte {
		if strings.Count(string(b), was) != 1 || len(was) != len(now) {
			t.Fatalf("cannot replace %s by %s", was, now)
		}
		return []byte(strings.Replace(string(b), was, now, 1))
	}
	for name, tc := range map[string]struct {
		file []byte
		want string
	}{
		"missing": {change(func(s *model.State) { s.Tensors = s.Tensors[:len(s.Tensors)-1] }),
			"tensor sgd.velocity.generator.0.weight of shape [1 2] is missing"},
		"missing in the middle": {change(func(s *model.State) { s.Tensors = slices.Delete(s.Tensors, 1, 2) }),
			"tensor discriminator.0.weight of shape [2 1] is missing"},
		"extra": {change(func(s *model.State) {
			s.Tensors = append(s.Tensors, model.Tensor{Name: "zeta", Shape: []int{1}, Values: []float32{1}})
		}), "tensor zeta does not belong to its config"},
		"extra in the middle": {change(func(s *model.State) {
			s.Tensors = append(s.Tensors, model.Tensor{Name: "encoder", Shape: []int{1}, Values: []float32{1}})
		}), "tensor encoder of shape [1] does not belong to its config"},
		"misshaped": {change(func(s *model.State) { s.Tensors[1].Shape = []int{1, 2} }),
			"tensor discriminator.0.weight has shape [1 2], want [2 1] by its config"},
		"bad config":     {change(func(s *model.State) { s.Config.BatchSize = 0 }), "batch_size is 0"},
		"unknown key":    {replace(`\"momentum\"`, `\"momentun\"`), `unknown field "momentun"`},
		"another format": {replace("gorgan 1", "gorgan 2"), `format is "gorgan 2", want "gorgan 1"`},
		"step":           {replace(`"step":"2"`, `"step":"x"`), `step is "x", want a whole number below 2^32`},
		"another step":   {replace(`"step":"2"`, `"step":"3"`), "SHA-256 is"},
		"another type":   {replace(`"discriminator.0.bias":{"dtype":"F32"`, `"discriminator.0.bias":{"dtype":"I32"`), "tensor discriminator.0.bias is of type I32, want F32"},
		"no metadata":    {replace(`"__metadata__"`, `"__metatada__"`), ""},
		"no checkpoint":  {[]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"), `format is "", want "gorgan 1"`},
		"text":           {[]byte("train/00000.jpg 5\n"), "header"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, tc.file, name, tc.want) })
	}
}

func TestCheckpointFiles(t *testing.T) {
	s := tiny(t)
	if _, err := model.Load(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, os.ErrNotExist) || errors.Is(err, model.ErrCheckpoint) {
		t.Errorf("got %v, want that there is no such file", err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if err := model.Save(filepath.Join(missing, "c"), s); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is no such folder", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("the folder is there now")
	}

	// A file that is replaced stays whole for whom holds it.
	old, was := file(t, s)
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Link(old, link))
	must(t, model.Save(old, trained(t)))
	if now, err := os.ReadFile(link); err != nil || !slices.Equal(now, was) {
		t.Error("the old file was written to")
	}

	// A save that fails leaves the file before it, and nothing else.
	path, before := file(t, s)
	bad := *s
	bad.Tensors = []model.Tensor{{Name: "generator.0.bias", Shape: []int{3}, Values: []float32{1}}}
	contains(t, model.Save(path, &bad), "generator.0.bias")
	in := filepath.Join(filepath.Dir(path), "folder")
	must(t, os.Mkdir(in, 0o777))
	if model.Save(in, s) == nil {
		t.Error("a folder was replaced")
	}
	after, err := os.ReadFile(path)
	must(t, err)
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if !slices.Equal(after, before) || len(entries) != 2 {
		t.Errorf("the file changed, or there is more beside it: %v", entries)
	}
}

// FuzzCheckpoint: any bytes are refused, or are a state that can be saved and run on.
func FuzzCheckpoint(f *testing.F) {
	_, b := file(f, tiny(f))
	f.Add(b)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	planes, err := os.ReadFile("testdata/old_stacked.safetensors")
	must(f, err)
	f.Add(planes)
	_, b = file(f, withNames(f))
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := model.ParseCheckpoint(b)
		if err != nil {
			return
		}
		s.Note = "" // it is not written
		again, _ := file(t, s)
		got, err := model.Load(again)
		must(t, err)
		equal(t, got, s)
	})
}
