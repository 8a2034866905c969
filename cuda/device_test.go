//go:build gpu && !cpu

package cuda_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/kernels"
	"gorgan/kernels/dense"
	"gorgan/kernels/kerneltest"
)

func TestMain(m *testing.M) {
	// A kernel that is broken on purpose may loop for ever. No block of a right kernel takes so
	// many steps. PDL needs compute capability 9.0.
	faults := "cc=90,steps=20000000"
	if asked := os.Getenv("GORGAN_SIM_FAULTS"); asked != "" {
		faults += "," + asked
	}
	os.Setenv("GORGAN_SIM_FAULTS", faults)
	if task := os.Getenv(taskVar); task != "" {
		os.Exit(beRank(task))
	}
	goleak.VerifyTestMain(m)
}

// TestSuite runs the suite on a device without an option, without a graph and with PDL. The simulated device
// takes long: on it the other two have what their option changes, which are recorded steps and the texts of
// kernels, for which one kind of values will do.
func TestSuite(t *testing.T) {
	about, err := cuda.Probe(0)
	simulated := err == nil && strings.Contains(about, "simulated device")
	for way, w := range map[string]struct {
		options cuda.Options
		has     func(check string) bool
	}{
		"graph":    {cuda.Options{}, func(string) bool { return true }},
		"no graph": {cuda.Options{NoGraph: true}, func(check string) bool { return !simulated || check == "contract" }},
		"PDL": {cuda.Options{PDL: true}, func(check string) bool {
			return !simulated || check == "contract" || strings.HasPrefix(check, "beside/") || strings.HasSuffix(check, "/normal")
		}},
	} {
		t.Run(way, func(t *testing.T) {
			dev := cudatest.Open(t, w.options)
			for name, check := range kerneltest.All() {
				if !w.has(name) {
					continue
				}
				t.Run(name, func(t *testing.T) {
					if err := check(dev); errors.Is(err, kernels.ErrCapability) {
						t.Skip(err)
					} else if err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// TestMemory: a tensor that does not fit is an error that says how much memory is free. The
// device still works after it.
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

// TestRecordOnly: a call that a capture does not allow is an error, and the device still works.
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

// TestClosed: calls of a closed device return errors.
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

// TestCard: a device says what it is, as a plan names it.
func TestCard(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	c := dev.(interface{ Card() cuda.Card }).Card()
	if c.Capability < 75 || c.Multiprocessors < 1 || c.Name == "" || !strings.Contains(dev.Name(), c.Name) || strings.Contains(dev.Name(), "cuBLAS") != (c.CUBLAS != "") {
		t.Errorf("%s says that it is %+v", dev.Name(), c)
	}
}

// olderVar is set in the process that has a device of compute capability 7.5.
const olderVar = "GORGAN_TEST_OLDER"

// TestOlder: a device does not get a kernel that is for newer ones, and works on.
func TestOlder(t *testing.T) {
	if os.Getenv(olderVar) == "" {
		if about, err := cuda.Probe(0); err != nil || !strings.Contains(about, "simulated device") {
			t.Skip("the compute capability of a real GPU is what it is")
		}
		c := exec.Command(os.Args[0], "-test.run=^TestOlder$")
		c.Env = append(os.Environ(), olderVar+"=1", "GORGAN_SIM_FAULTS=cc=75")
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		return
	}
	dev := cudatest.Open(t, cuda.Options{})
	load := dev.(interface{ Load(*kernels.Kernel) error }).Load
	for _, k := range dense.All() {
		if err := load(k); strings.Contains(k.Name, "tf32") != errors.Is(err, kernels.ErrCapability) {
			t.Errorf("%s: got %v", k.Name, err)
		}
	}
	if err := load(kernels.Named("adam")); err != nil {
		t.Error(err)
	}
}
