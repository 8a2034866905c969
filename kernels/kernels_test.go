package kernels_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
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
	dev := newDevice(t, 1)
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
