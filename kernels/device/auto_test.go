//go:build gpu && !cpu

package device_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/kernels/device"
)

// TestAuto: where there is a CUDA device, auto returns what is wrong with the options, and does not take
// the CPU instead.
func TestAuto(t *testing.T) {
	cudatest.Open(t, cuda.Options{})
	empty := filepath.Join(t.TempDir(), "plans.json")
	if err := os.WriteFile(empty, []byte("[]"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		options device.Options
		says    string
		is      error
	}{
		"PDL that cannot be":  {device.Options{PDL: true, NoGraph: true}, "--device auto: ", device.ErrPDL},
		"a plan not there":    {device.Options{Plan: empty + "x"}, "--device auto: --plan", os.ErrNotExist},
		"a plan of no device": {device.Options{Plan: empty}, "--device auto: --plan " + empty, nil},
	} {
		dev, why, err := device.Open("auto", c.options)
		if err == nil {
			t.Errorf("%s: opened %s (%s)", name, dev.Name(), why)
			dev.Close()
			continue
		}
		if !strings.HasPrefix(err.Error(), c.says) || c.is != nil && !errors.Is(err, c.is) || errors.Is(err, device.ErrNoDevice) {
			t.Errorf("%s: got %v, want %s", name, err, c.says)
		}
	}
}
