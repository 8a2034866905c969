package dataset_test

import (
	"context"
	"errors"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// TestCancelledViews: the making of a view reads all images again, and ends when the context of the
// set does.
func TestCancelledViews(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, _, err := dataset.Open(ctx, pngList(t, t.TempDir(), randomSet(t, 9, raster.Size{Height: 2, Width: 2})), dataset.Options{Cache: -1})
	must(t, err)
	views := map[string]func() (*dataset.Set, error){
		"first":    func() (*dataset.Set, error) { return s.First(5) },
		"select":   func() (*dataset.Set, error) { return s.Select([]int{3, 1}) },
		"mirrored": s.Mirrored,
	}
	for name, view := range views {
		if _, err := view(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	cancel()
	for name, view := range views {
		if _, err := view(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v, want that of the context", name, err)
		}
	}
}
