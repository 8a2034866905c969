//go:build gpu && !cpu

package driver

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/cu"
)

func TestDescribe(t *testing.T) {
	onDevice(t)
	plain := errors.New("not the driver's")
	if err := Describe(plain); err != plain {
		t.Errorf("got %v, want %v as it is", err, plain)
	}
	if err := Describe(nil); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	_, real := cu.MemAlloc(1 << 60)
	for _, err := range []error{cu.OutOfMemory, fmt.Errorf("context: %w", cu.OutOfMemory), real} {
		once := Describe(err)
		if !errors.Is(once, cu.OutOfMemory) {
			t.Errorf("%v is no longer %v", once, cu.OutOfMemory)
		}
		words, ok := strings.CutPrefix(once.Error(), err.Error()+" (")
		if !ok || !strings.HasSuffix(words, ")") || !strings.Contains(words, ": ") || len(words) < 12 {
			t.Errorf("got %q, want %q with the driver's name and words", once, err)
		}
		if twice := Describe(once); twice != once {
			t.Errorf("described twice: %q", twice)
		}
	}
	if err := result(2); !errors.Is(err, cu.OutOfMemory) {
		t.Errorf("CUDA_ERROR_OUT_OF_MEMORY is %v", err)
	}
	if err := result(0); err != nil {
		t.Errorf("CUDA_SUCCESS is %v", err)
	}
}
