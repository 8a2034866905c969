//go:build gpu && !cpu

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/run"
)

// faults are what GORGAN_SIM_FAULTS makes the simulated device do, and what the program
// then says. docs/faults.md shows the same list to people.
var faults = []struct {
	fault string
	code  int
	says  string
	saved bool // a checkpoint had been written by then
}{
	{"devices=0", exitNoDevice, "no CUDA device", false},
	{"driver=10020", exitNoDevice, "driver is too old", false},
	{"init:1=fail", exitNoDevice, "the NVIDIA driver does not start", false},
	{"init:1=hang", exitNoDevice, "does not answer", false},
	{"context:1=fail", exitNoDevice, "context", false},
	{"context:1=hang", exitNoDevice, "opening the device", false},
	{"blas:*=fail", exitNoDevice, "cuBLAS", false},
	{"blas:*=hang", exitNoDevice, "starting cuBLAS", false},
	{"memory=20M", exitNoDevice, "end other programs", false},
	{"alloc:1=oom", exitNoDevice, "opening the device", false},
	{"alloc:1=hang", exitNoDevice, "opening the device", false},
	{"alloc:5=oom", exitFailed, "out of device memory", false},
	{"alloc:5=hang", exitFailed, "allocating a tensor", false},
	{"copy:3=fail", exitFailed, "copying to the device", false},
	{"copy:3=hang", exitFailed, "copying to the device", false},
	{"module:2=fail", exitFailed, "does not take the PTX", false},
	{"module:2=hang", exitFailed, "warming up a step", false},
	{"capture:1=fail", exitFailed, "capturing a step", false},
	{"capture:1=hang", exitFailed, "capturing a step", false},
	{"instantiate:1=fail", exitFailed, "capturing a step", false},
	{"sgemm:3=fail", exitFailed, "a matrix product", false},
	{"sgemm:3=hang", exitFailed, "warming up a step", false},
	{"graph:15=fail", exitFailed, "a step", true},
	{"graph:15=hang", exitFailed, "a step", true},
	{"graph:15=nan", exitFailed, "holds NaN", true},
	{"sync:40=fail", exitFailed, "copying from the device", true},
	{"sync:40=hang", exitFailed, "copying from the device", true},
}

// TestFaults: whatever the device does, the program ends with one sentence, and its
// last checkpoint is whole.
func TestFaults(t *testing.T) {
	if all := device.List(); len(all) < 2 || !strings.Contains(all[1].About, "simulated device") {
		t.Skip("faults are of the simulated device")
	}
	program, err := exec.LookPath("gorgan")
	if err != nil {
		t.Fatal(err)
	}
	list := tinyList(t)
	for _, f := range faults {
		t.Run(f.fault, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			// Long enough for anything but a hang.
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			c := exec.CommandContext(ctx, program, append([]string{"train", "--data", list, "--out", dir,
				"--steps", "30", "--save-every", "5", "--display-every", "5", "--plan", "none"},
				strings.Fields(strings.Replace(small, "--device cpu", "--device cuda", 1))...)...)
			c.Env = append(os.Environ(), "GORGAN_SIM_FAULTS="+f.fault, device.TimeoutVar+"=2s")
			var said bytes.Buffer
			c.Stderr = &said
			err := c.Run()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != f.code {
				t.Fatalf("ended with %v, want code %d: %s", err, f.code, said.String())
			}
			lines := strings.Split(strings.TrimSpace(said.String()), "\n")
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, "gorgan: ") || !strings.Contains(last, f.says) {
				t.Errorf("said %q, want %q", last, f.says)
			}
			for _, word := range []string{"panic", "goroutine", "SIG"} {
				if strings.Contains(said.String(), word) {
					t.Errorf("said %s", said.String())
				}
			}
			if f.saved {
				// A NaN would come again.
				if again := strings.Contains(f.says, "NaN"); strings.Contains(said.String(), "gorgan train --resume "+dir) == again {
					t.Errorf("said %s", said.String())
				}
				last, err := os.ReadFile(filepath.Join(dir, run.LastFile))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := model.Load(filepath.Join(dir, strings.TrimSpace(string(last)))); err != nil {
					t.Error(err)
				}
			}
			noneHalfWritten(t, dir)
		})
	}
}
