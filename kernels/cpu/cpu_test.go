package cpu_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newDevice(t testing.TB, workers int) kernels.Device {
	t.Helper()
	dev := cpu.New(workers)
	t.Cleanup(func() {
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	return dev
}

// holding returns a tensor with the given values.
func holding[T float32 | uint32 | uint8](t *testing.T, dev kernels.Device, values []T, shape ...int) *tensor.Dense {
	t.Helper()
	d, err := dev.New(tensor.New(tensor.WithBacking(values)).Dtype(), shape...)
	if err == nil {
		err = dev.Upload(d, values)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// eachLevel runs f once for every level of this processor, in short mode for the fastest alone.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	tried := 0
	levels := cpu.Levels()
	if testing.Short() { // workers share the work of every level alike, so one is enough for the race detector
		levels = levels[:1]
	}
	for _, level := range levels {
		t.Run(level, func(t *testing.T) {
			t.Setenv(cpu.LevelVar, level)
			if name := newDevice(t, 1).Name(); !strings.HasSuffix(name, ", "+level) {
				t.Fatalf("the device is %q", name)
			}
			f(t)
			tried++
		})
	}
	if tried == 0 {
		t.Error("no level was tried")
	}
}

// level returns the current level.
func level(t testing.TB) string {
	t.Helper()
	name := os.Getenv(cpu.LevelVar)
	if name == "" {
		t.Fatal("no level is in force")
	}
	return name
}

// TestCPU gives each check all levels, since what it wants takes longer than they do. In short mode it leaves
// out the cases that TestWorkers has: the race detector slows the oracles down.
func TestCPU(t *testing.T) {
	devs := devicesOf(t, 0)
	shared := map[string]bool{}
	if testing.Short() {
		for name := range kerneltest.Pairs() {
			shared[name] = true
		}
	}
	for name, check := range kerneltest.All() {
		for _, level := range slices.Sorted(maps.Keys(devs)) {
			if !shared[name] {
				t.Run(level+"/"+name, func(t *testing.T) { report(t, check(devs[level])) })
			}
		}
	}
}

// TestWorkers: the number of workers changes no bit. In short mode it has the values that workers mark words for,
// and one kind of others.
func TestWorkers(t *testing.T) {
	one, seven := devicesOf(t, 1), devicesOf(t, 7)
	for name, check := range kerneltest.Pairs() {
		if testing.Short() && (strings.HasSuffix(name, "/huge") || strings.HasSuffix(name, "/zero")) {
			continue
		}
		for _, level := range slices.Sorted(maps.Keys(one)) {
			t.Run(level+"/"+name, func(t *testing.T) { report(t, check(one[level], seven[level])) })
		}
	}
}

// devicesOf returns a device with workers for each level that eachLevel has.
func devicesOf(t *testing.T, workers int) map[string]kernels.Device {
	t.Helper()
	all := map[string]kernels.Device{}
	t.Cleanup(func() {
		for _, dev := range all {
			report(t, dev.Close())
		}
	})
	eachLevel(t, func(t *testing.T) { all[level(t)] = cpu.New(workers) })
	return all
}

func report(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// TestUnknownLevel: a level that the processor or the build lacks is an error. No other level is
// used instead.
func TestUnknownLevel(t *testing.T) {
	t.Setenv(cpu.LevelVar, "avx1024")
	dev := newDevice(t, 2)
	const want = `GORGAN_CPU is "avx1024", which is not an instruction set of this build on this processor; want one of `
	if _, err := dev.New(tensor.Float32, 1); !errors.Is(err, cpu.ErrLevel) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if name, err := cpu.Level(); name != "" || !errors.Is(err, cpu.ErrLevel) {
		t.Errorf("the level is %q, %v", name, err)
	}
	if err := dev.Sync(); err == nil || !strings.Contains(dev.Name(), want) {
		t.Errorf("%s: %v", dev.Name(), err)
	}
}

// TestCPULevel: Level returns the level that the device computes with. Without the variable it is
// the fastest.
func TestCPULevel(t *testing.T) {
	for _, want := range append(cpu.Levels(), "") {
		t.Setenv(cpu.LevelVar, want)
		if want == "" {
			want = cpu.Levels()[0]
		}
		got, err := cpu.Level()
		if got != want || err != nil || !strings.HasSuffix(newDevice(t, 1).Name(), ", "+want) {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

func TestClosedDevice(t *testing.T) {
	dev := cpu.New(2)
	clock, _ := dev.New(tensor.Uint32, 1)
	if err := dev.Close(); err != nil {
		t.Fatal(err)
	}
	if kernels.Tick(dev, clock) == nil || dev.Close() == nil {
		t.Error("a closed device still works")
	}
}
