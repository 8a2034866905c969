package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"gorgan/model"
)

// TestLost: what follows from a folder that is gone is not told beside it, another fault is.
func TestLost(t *testing.T) {
	gone := &GoneError{"run folder r is gone"}
	const want = "run folder r is gone; the run was at step 7"
	for _, err := range []error{nil, gone, context.Canceled, fmt.Errorf("r/last: not written: %w", fs.ErrNotExist), &model.UnsavedError{Step: 7, Cause: context.Canceled, Err: gone}} {
		if got := lost(gone, 7, err); got.Error() != want || errors.Is(got, context.Canceled) {
			t.Errorf("after %v: got %v, want %s", err, got, want)
		}
	}
	if got := lost(gone, 7, errors.New("the device has failed")); got.Error() != "the device has failed\n"+want {
		t.Errorf("got %v", got)
	}
}
