// Package cudatest opens the CUDA device for tests.
package cudatest

import (
	"errors"
	"os"
	"testing"

	"gorgan/cuda"
	"gorgan/kernels"
)

// Open opens the first CUDA device and closes it when the test ends. If there is no device, the test
// is skipped, or fails if the environment has GORGAN_REQUIRE_GPU. If the device does not have the PDL
// that o asks for, the test is skipped.
func Open(t testing.TB, o cuda.Options) kernels.Device {
	t.Helper()
	dev, err := cuda.Open(0, o)
	if errors.Is(err, cuda.ErrNoDevice) && os.Getenv("GORGAN_REQUIRE_GPU") == "" {
		t.Skip(err)
	}
	if errors.Is(err, cuda.ErrPDL) {
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
