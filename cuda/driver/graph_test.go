//go:build gpu && !cpu

package driver

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"gorgonia.org/cu"
	cublas "gorgonia.org/cu/blas"
)

// onDevice locks the test to a thread with a context, and returns a stream.
func onDevice(t *testing.T) cu.Stream {
	t.Helper()
	if _, err := Load(time.Minute); err != nil {
		if os.Getenv("GORGAN_REQUIRE_GPU") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	context, err := cu.Device(0).MakeContext(cu.SchedAuto)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := context.Destroy(); err != nil {
			t.Error(err)
		}
	})
	s, err := cu.MakeStream(cu.NonBlocking)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values returns device memory that holds some floats. It is freed with the context.
func values(t *testing.T, v ...float32) cu.DevicePtr {
	t.Helper()
	p, err := cu.MemAlloc(int64(4 * len(v)))
	if err != nil {
		t.Fatal(err)
	}
	set(t, p, v...)
	return p
}

func set(t *testing.T, p cu.DevicePtr, v ...float32) {
	t.Helper()
	if err := cu.MemcpyHtoD(p, unsafe.Pointer(&v[0]), int64(4*len(v))); err != nil {
		t.Fatal(err)
	}
}

// expect waits for the stream and compares the values in device memory with those wanted.
func expect(t *testing.T, when string, s cu.Stream, p cu.DevicePtr, want ...float32) {
	t.Helper()
	got := make([]float32, len(want))
	if err := s.Synchronize(); err != nil {
		t.Fatal(err)
	}
	if err := cu.MemcpyDtoH(unsafe.Pointer(&got[0]), p, int64(4*len(got))); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", when, got, want)
	}
}

func TestGraph(t *testing.T) {
	s := onDevice(t)
	from, to := values(t, 1, 2), values(t, 0, 0)
	g, err := Capture(s, func() error { return cu.MemcpyDtoDAsync(to, from, 8, s) })
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "captured", s, to, 0, 0)
	for _, v := range []float32{3, 5} {
		set(t, from, v, v+1)
		if err := g.Launch(s); err != nil {
			t.Fatal(err)
		}
		expect(t, "launched", s, to, v, v+1)
	}
	for range 2 {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestCaptureFails: Capture returns f's own error, whatever that is, and nothing runs. The stream
// still works after it and can be captured.
func TestCaptureFails(t *testing.T) {
	failure := errors.New("f fails")
	for _, test := range []struct {
		name string
		f    func(s cu.Stream, work func() error) error
	}{
		{"at once", func(cu.Stream, func() error) error { return failure }},
		{"after work", func(_ cu.Stream, work func() error) error { return errors.Join(work(), failure) }},
		{"panic at once", func(cu.Stream, func() error) error { panic(failure) }},
		{"panic after work", func(_ cu.Stream, work func() error) error { panic(errors.Join(work(), failure)) }},
		{"waits", func(s cu.Stream, _ func() error) error {
			if s.Synchronize() == nil {
				return errors.New("a stream that captures can be waited for")
			}
			return failure
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := onDevice(t)
			from, to := values(t, 7), values(t, 0)
			work := func() error { return cu.MemcpyDtoDAsync(to, from, 4, s) }
			capture := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err = p.(error)
					}
				}()
				g, err := Capture(s, func() error { return test.f(s, work) })
				if g != nil {
					t.Error("a graph comes with the error")
				}
				return err
			}
			if err := capture(); !errors.Is(err, failure) {
				t.Errorf("got %v, want the error of f", err)
			}
			expect(t, "nothing run", s, to, 0)
			g, err := Capture(s, work)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			expect(t, "captured", s, to, 0)
			if err := work(); err != nil {
				t.Error(err)
			}
			expect(t, "run", s, to, 7)
		})
	}
}

func TestCaptureDefaultStream(t *testing.T) {
	onDevice(t)
	g, err := Capture(cu.NoStream, func() error {
		t.Error("f is called")
		return nil
	})
	if g != nil || err == nil || !strings.HasPrefix(err.Error(), "cuStreamBeginCapture: ") {
		t.Errorf("got %v, %v", g, err)
	}
	if _, ok := resultIn(err, cu.Success); !ok {
		t.Errorf("%v is no error of gorgonia.org/cu", err)
	}
}

// TestUseStream captures a product. Without UseStream it would run at once, or fail.
func TestUseStream(t *testing.T) {
	s := onDevice(t)
	b := new(cublas.Standard)
	if err := b.Init(); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	const workspaceBytes = 32 << 20
	workspace, err := cu.MemAlloc(workspaceBytes)
	if err != nil {
		t.Fatal(err)
	}
	// The value has one bit more than the 10 of TF32.
	const fine = 1 + 1.0/2048
	for _, test := range []struct {
		tf32 bool
		want []float32 // column-major product of [1 3; 2 4] and [fine 0; 0 1]
	}{{false, []float32{fine, 2 * fine, 3, 4}}, {true, nil}} {
		if err := UseStream(b, s, workspace, workspaceBytes, test.tf32); err != nil {
			t.Fatal(err)
		}
		x, y, z := values(t, 1, 2, 3, 4), values(t, fine, 0, 0, 1), values(t, 0, 0, 0, 0)
		floats := func(p cu.DevicePtr) []float32 { return unsafe.Slice((*float32)(Pointer(p)), 4) }
		product := func() error {
			b.Sgemm('N', 'N', 2, 2, 2, 1, floats(x), 2, floats(y), 2, 0, floats(z), 2)
			return b.Err()
		}
		// cuBLAS loads its kernels at the first product, which a capture forbids.
		if err := product(); err != nil {
			t.Fatal(err)
		}
		if err := s.Synchronize(); err != nil {
			t.Fatal(err)
		}
		set(t, z, 0, 0, 0, 0)
		g, err := Capture(s, product)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "captured", s, z, 0, 0, 0, 0)
		if err := g.Launch(s); err != nil {
			t.Fatal(err)
		}
		if test.tf32 {
			// A device without tensor cores keeps float32, and cuBLAS may choose to.
			got := make([]float32, 4)
			if err := s.Synchronize(); err != nil {
				t.Fatal(err)
			}
			if err := cu.MemcpyDtoH(unsafe.Pointer(&got[0]), z, 16); err != nil {
				t.Fatal(err)
			}
			if got[0] < 1 || got[0] > 1+1.0/1024 || got[2] != 3 || got[3] != 4 {
				t.Errorf("TF32: got %v", got)
			}
		} else {
			expect(t, "float32", s, z, test.want...)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}
