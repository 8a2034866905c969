package kernels_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func cpu(t testing.TB, workers int) kernels.Device {
	t.Helper()
	dev := kernels.CPU(workers)
	t.Cleanup(func() {
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	return dev
}

// eachLevel runs f with every level of this processor in force.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	tried := 0
	for _, level := range kernels.Levels() {
		t.Run(level, func(t *testing.T) {
			t.Setenv(kernels.LevelVar, level)
			if name := cpu(t, 1).Name(); !strings.HasSuffix(name, ", "+level) {
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

// level is the one in force.
func level(t testing.TB) string {
	t.Helper()
	name := os.Getenv(kernels.LevelVar)
	if name == "" {
		t.Fatal("no level is in force")
	}
	return name
}

func TestCPU(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev := cpu(t, 0)
		for name, check := range kerneltest.All() {
			t.Run(name, func(t *testing.T) { report(t, check(dev)) })
		}
	})
}

// TestWorkers: the number of workers changes no bit.
func TestWorkers(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		a, b := cpu(t, 1), cpu(t, 7)
		for name, check := range kerneltest.Pairs() {
			t.Run(name, func(t *testing.T) { report(t, check(a, b)) })
		}
	})
}

func report(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// TestUnknownLevel: what the processor or the build lacks is an error, not another
// level.
func TestUnknownLevel(t *testing.T) {
	t.Setenv(kernels.LevelVar, "avx1024")
	dev := cpu(t, 2)
	const want = `GORGAN_CPU is "avx1024", which is not an instruction level of this build on this processor; want one of `
	if _, err := dev.New(tensor.Float32, 1); !errors.Is(err, kernels.ErrLevel) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if name, err := kernels.CPULevel(); name != "" || !errors.Is(err, kernels.ErrLevel) {
		t.Errorf("the level is %q, %v", name, err)
	}
	if err := dev.Sync(); err == nil || !strings.Contains(dev.Name(), want) {
		t.Errorf("%s: %v", dev.Name(), err)
	}
}

// TestCPULevel: the level told is the one that computes, and without the variable the fastest.
func TestCPULevel(t *testing.T) {
	for _, want := range append(kernels.Levels(), "") {
		t.Setenv(kernels.LevelVar, want)
		if want == "" {
			want = kernels.Levels()[0]
		}
		got, err := kernels.CPULevel()
		if got != want || err != nil || !strings.HasSuffix(cpu(t, 1).Name(), ", "+want) {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

var kernelVar = regexp.MustCompile(`(?m)^var \w+ = Kernel\{`)

// TestAll holds the list against the folder: a kernel's file bears its name.
func TestAll(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range kernels.All() {
		if seen[k.Name] {
			t.Errorf("%s is listed twice", k.Name)
		}
		seen[k.Name] = true
		if _, err := os.Stat(k.Name + ".go"); err != nil {
			t.Error(err)
		}
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, _ := os.ReadFile(f.Name())
		if stem, ok := strings.CutSuffix(f.Name(), ".go"); ok && kernelVar.Match(text) && !seen[stem] {
			t.Errorf("%s is not in All", f.Name())
		}
	}
}

func TestCheckErrors(t *testing.T) {
	dev := cpu(t, 1)
	float, _ := dev.New(tensor.Float32, 4)
	other, _ := dev.New(tensor.Float32, 5)
	word, _ := dev.New(tensor.Uint32, 4)
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"length":   {kernels.BiasLinear(dev, float, other), "bias_linear: bias has 5 elements, want 1"},
		"type":     {kernels.BCELogits(dev, float, word, float, 1, 1), "bce_logits: stats has 4 elements, want 2"},
		"words":    {kernels.Momentum(dev, float, word, float, float, float), "velocity is of type uint32, want float32"},
		"missing":  {kernels.LinearGrad(dev, nil, nil, float), "dbias is missing"},
		"negative": {kernels.AdamRate(dev, float, float, word, 0, 0, -1, 0), "per_step is -1, want 0 to 2^31-1"},
		"shapes":   {dev.MatMul(float, float, float, false, false), "want a float32 matrix"},
	} {
		if tc.err == nil || !strings.Contains(tc.err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, tc.err, tc.want)
		}
	}
}

func TestClosedDevice(t *testing.T) {
	dev := kernels.CPU(2)
	clock, _ := dev.New(tensor.Uint32, 1)
	if err := dev.Close(); err != nil {
		t.Fatal(err)
	}
	if kernels.Tick(dev, clock) == nil || dev.Close() == nil {
		t.Error("a closed device still works")
	}
}
