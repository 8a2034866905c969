// Package cudatest opens the CUDA device for tests.
package cudatest

import (
	"errors"
	"os"
	"testing"

	"gorgan/cuda"
	"gorgan/kernels"
)

// Open opens the first CUDA device until the test ends. Where there is none the test is
// skipped, or fails if the environment has GORGAN_REQUIRE_GPU.
func Open(t testing.TB, o cuda.Options) kernels.Device {
	t.Helper()
	dev, err := cuda.Open(0, o)
	if errors.Is(err, cuda.ErrNoDevice) && os.Getenv("GORGAN_REQUIRE_GPU") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	return dev
}
