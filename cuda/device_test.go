//go:build gpu && !cpu

package cuda_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/kernels/kerneltest"
)

func TestMain(m *testing.M) {
	// A kernel broken on purpose may loop for ever; no kernel's block takes as long as this.
	steps := "steps=20000000"
	if asked := os.Getenv("GORGAN_SIM_FAULTS"); asked != "" {
		steps = asked + "," + steps
	}
	os.Setenv("GORGAN_SIM_FAULTS", steps)
	goleak.VerifyTestMain(m)
}

func TestSuite(t *testing.T) {
	for name, o := range map[string]cuda.Options{"graph": {}, "no graph": {NoGraph: true}} {
		t.Run(name, func(t *testing.T) {
			dev := cudatest.Open(t, o)
			for name, check := range kerneltest.All() {
				t.Run(name, func(t *testing.T) {
					if err := check(dev); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// TestMemory: a tensor that does not fit is an error that says how much there is, and
// the device goes on.
func TestMemory(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	_, err := dev.New(tensor.Uint8, 1<<40)
	if !errors.Is(err, cuda.ErrMemory) || !strings.Contains(err.Error(), " MB are free") {
		t.Errorf("got %v, want %v", err, cuda.ErrMemory)
	}
	if _, err := dev.New(tensor.Uint8, 1<<10); err != nil {
		t.Error(err)
	}
}

// TestRecordOnly: what a capture does not allow is an error, and does no harm.
func TestRecordOnly(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	x, err := dev.New(tensor.Float32, 4)
	if err != nil {
		t.Fatal(err)
	}
	for what, step := range map[string]func() error{
		"allocating": func() error { _, err := dev.New(tensor.Float32, 1); return err },
		"copying":    func() error { return dev.Upload(x, make([]float32, 4)) },
		"waiting":    dev.Sync,
		"recorded":   func() error { _, err := dev.Record(func() error { return nil }); return err },
	} {
		if _, err := dev.Record(step); err == nil || !strings.Contains(err.Error(), "in a recorded step") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := dev.Upload(x, []float32{1, 2, 3, 4}); err != nil {
		t.Error(err)
	}
	if err := dev.Sync(); err != nil {
		t.Error(err)
	}
}

// TestClosed: a closed device answers, and is closed once.
func TestClosed(t *testing.T) {
	dev, err := cuda.Open(0, cuda.Options{})
	if err != nil {
		cudatest.Open(t, cuda.Options{}) // skips or fails
	}
	if err := dev.Close(); err != nil {
		t.Error(err)
	}
	if _, err := dev.New(tensor.Float32, 1); err == nil {
		t.Error("a closed device allocates")
	}
	if err := dev.Close(); err == nil {
		t.Error("a closed device closes")
	}
}
