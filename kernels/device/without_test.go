//go:build !gpu || cpu

package device_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorgan/kernels/device"
)

// TestNoCUDA: a build without CUDA says so where CUDA is asked for, and auto takes the CPU
// without a word about it.
func TestNoCUDA(t *testing.T) {
	dev, _, err := device.Open("cuda", device.Options{})
	if dev != nil || !errors.Is(err, device.ErrNoDevice) || !strings.Contains(err.Error(), "built without CUDA") {
		t.Errorf("got %v, %v, want %v", dev, err, device.ErrNoDevice)
	}
	dev, why, err := device.Open("auto", device.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	if !strings.HasPrefix(dev.Name(), "cpu") || strings.Contains(why, "CUDA") {
		t.Errorf("auto opened %s (%q)", dev.Name(), why)
	}
}

// TestExamine: the CPU is sound, and each kernel is told of once.
func TestExamine(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole suite of kernels, as package kernels does")
	}
	seen := map[string]int{}
	if err := device.Examine(context.Background(), "cpu", device.Options{}, func(f device.Finding) {
		seen[f.Step]++
		if !f.OK || f.About == "" {
			t.Errorf("%+v", f)
		}
	}); err != nil {
		t.Error(err)
	}
	for _, step := range []string{"device", "bias_relu", "matmul", "recorded step"} {
		if seen[step] != 1 {
			t.Errorf("%s was told %d times", step, seen[step])
		}
	}
	// Without a CUDA device the CPU is examined, and the error is still that there is none.
	var told []device.Finding
	err := device.Examine(context.Background(), "cuda", device.Options{}, func(f device.Finding) { told = append(told, f) })
	if !errors.Is(err, device.ErrNoDevice) || !strings.Contains(err.Error(), "--device cpu") {
		t.Errorf("got %v", err)
	}
	if len(told) < 10 || told[0].OK || !told[1].OK || !strings.HasPrefix(told[1].About, "cpu") {
		t.Errorf("told %+v", told)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if err := device.Examine(ended, "cpu", device.Options{}, func(device.Finding) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
