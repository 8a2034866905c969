//go:build gpu && !cpu

package driver

import (
	"debug/elf"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// noDriverHere skips a test if this machine has a driver, because the test would find that driver.
func noDriverHere(t *testing.T) {
	t.Helper()
	if o := load(t, time.Minute); o.Libraries.Driver != "" {
		t.Skipf("this machine has an NVIDIA driver, %s", o.Libraries.Driver)
	}
}

// TestLoadMissing has a case for each thing that can be missing or broken.
func TestLoadMissing(t *testing.T) {
	noDriverHere(t)
	type files map[string][]string // name in the folder -> macros of fake.c
	for _, test := range []struct {
		name  string
		files files
		env   []string
		kind  error
		says  []string
	}{
		{"no driver", nil, nil, ErrNoDriver,
			[]string{"no NVIDIA driver: libcuda.so.1 was not found; install the driver", PathVar}},
		{"no library", files{"libcuda.so.1": nil}, nil, ErrNoDriver,
			[]string{"cannot open /", "libcuda.so.1: file too short"}},
		{"no device", files{"libcuda.so.1": {"DRIVER=12090", "INIT=100", "COUNT=1"}}, nil, ErrNoDevice,
			[]string{"is there but finds no GPU; see nvidia-smi"}},
		{"hidden device", files{"libcuda.so.1": {"DRIVER=12090", "INIT=100", "COUNT=1"}},
			[]string{"CUDA_VISIBLE_DEVICES=-1"}, ErrNoDevice, []string{`CUDA_VISIBLE_DEVICES, which is "-1"`}},
		{"0 devices", files{"libcuda.so.1": {"DRIVER=12090", "INIT=0", "COUNT=0"}}, nil, ErrNoDevice,
			[]string{"finds no GPU"}},
		{"sick driver", files{"libcuda.so.1": {"DRIVER=12090", "INIT=803", "COUNT=1"}}, nil, ErrDriver,
			[]string{"cuInit: ", "CUDA_ERROR_FAKE: a fake error", "nvidia-smi"}},
		{"driver of CUDA 10", files{"libcuda.so.1": {"DRIVER=10020", "INIT=0", "COUNT=1"}}, nil, ErrDriverTooOld,
			[]string{"supports CUDA 10.2, want 11.4 or later; install driver 470"}},
		{"driver without graphs", files{"libcuda.so.1": {"DRIVER=11020", "INIT=0", "COUNT=1", "NO_GRAPHS"}}, nil, ErrDriverTooOld,
			[]string{"supports CUDA 11.2, want 11.4"}},
		{"no cuBLAS", files{"libcuda.so.1": {"DRIVER=12090", "INIT=0", "COUNT=1"}}, nil, ErrNoCUBLAS,
			[]string{"no cuBLAS: libcublas.so.12 or libcublas.so.11 was not found; install it", "pip install nvidia-cublas-cu12,"}},
		{"no cuBLAS 13", files{"libcuda.so.1": {"DRIVER=13000", "INIT=0", "COUNT=1"}}, nil, ErrNoCUBLAS,
			[]string{"libcublas.so.13 or", "pip install nvidia-cublas,"}},
		{"cuBLAS too new", files{"libcuda.so.1": {"DRIVER=12090", "INIT=0", "COUNT=1"}, "libcublas.so.13": {"CUBLAS=13"}}, nil, ErrNoCUBLAS,
			[]string{"libcublas.so.12 or libcublas.so.11 was not found"}},
		{"broken cuBLAS", files{"libcuda.so.1": {"DRIVER=12090", "INIT=0", "COUNT=1"}, "libcublas.so.12": nil}, nil, ErrNoCUBLAS,
			[]string{"libcublas.so.12: file too short"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for name, macros := range test.files {
				fake(t, filepath.Join(folder, name), macros...)
			}
			o := load(t, time.Minute, append(test.env, PathVar+"="+folder)...)
			if test.kind == ErrNoCUBLAS && o.Libraries.CUBLAS != "" {
				t.Skipf("this machine has a cuBLAS: %s", o.Libraries.CUBLAS)
			}
			if !slices.Equal(o.Kinds, []string{test.kind.Error()}) || !strings.HasPrefix(o.Error, test.kind.Error()+": ") {
				t.Errorf("%q is of kind %q, want %q", o.Error, o.Kinds, test.kind)
			}
			for _, part := range test.says {
				if !strings.Contains(o.Error, part) {
					t.Errorf("%q does not say %q", o.Error, part)
				}
			}
			if o.Again != o.Error {
				t.Errorf("first %q, then %q", o.Error, o.Again)
			}
			if o.Before != "0 <nil> NoDevice <nil>" {
				t.Errorf("before Load calls give %q", o.Before)
			}
		})
	}
}

func TestLoadTimeout(t *testing.T) {
	noDriverHere(t)
	folder := t.TempDir()
	fake(t, filepath.Join(folder, "libcuda.so.1"), "DRIVER=12090", "INIT=-1", "COUNT=1")
	o := load(t, 50*time.Millisecond, PathVar+"="+folder)
	if !slices.Equal(o.Kinds, []string{ErrTimeout.Error()}) || !strings.HasPrefix(o.Error, "the NVIDIA driver does not answer within 50ms; ") {
		t.Errorf("%q is of kind %q, want %q", o.Error, o.Kinds, ErrTimeout)
	}
}

// TestLoad: Load finds cuBLAS in every place where it may be, and takes the newest that works with
// the driver.
func TestLoad(t *testing.T) {
	for _, test := range []struct {
		name   string
		driver string
		others []string // libraries beside the driver's folder
		env    []string // FOLDER stands for the folder above
		want   string   // the library that is taken
		words  string
	}{
		{"same folder", "12090", []string{"a/libcublas.so.11", "a/libcublas.so.12"}, nil, "a/libcublas.so.12", "CUDA 12.9, cuBLAS 12.2.3"},
		{"not newer than the driver", "12040", []string{"a/libcublas.so.13", "a/libcublas.so.12"}, nil, "a/libcublas.so.12", "CUDA 12.4, cuBLAS 12.2.3"},
		{"the first folder goes first", "13000", []string{"a/libcublas.so.11", "b/libcublas.so.13"}, nil, "a/libcublas.so.11", "CUDA 13.0, cuBLAS 11.2.3"},
		{"second folder", "13000", []string{"b/libcublas.so.13"}, nil, "b/libcublas.so.13", "CUDA 13.0, cuBLAS 13.2.3"},
		{"a newer driver", "14000", []string{"b/libcublas.so.13"}, nil, "b/libcublas.so.13", "CUDA 14.0, cuBLAS 13.2.3"},
		{"the broken one is passed over", "13000", []string{"a/libcublas.so.13=broken", "b/libcublas.so.12"}, nil, "b/libcublas.so.12", "CUDA 13.0, cuBLAS 12.2.3"},
		{"loader's path", "13000", []string{"c/libcublas.so.13"}, []string{"LD_LIBRARY_PATH=FOLDER/c"}, "c/libcublas.so.13", "CUDA 13.0, cuBLAS 13.2.3"},
		{"toolkit", "13000", []string{"c/lib64/libcublas.so.13"}, []string{"CUDA_HOME=FOLDER/c"}, "c/lib64/libcublas.so.13", "CUDA 13.0, cuBLAS 13.2.3"},
		{"toolkit's target", "13000", []string{"c/targets/sbsa-linux/lib/libcublas.so.13"}, []string{"CUDA_PATH=FOLDER/c"},
			"c/targets/sbsa-linux/lib/libcublas.so.13", "CUDA 13.0, cuBLAS 13.2.3"},
		{"wheel of CUDA 13", "13000", []string{"v/lib/python3.12/site-packages/nvidia/cu13/lib/libcublas.so.13"}, []string{"VIRTUAL_ENV=FOLDER/v"},
			"v/lib/python3.12/site-packages/nvidia/cu13/lib/libcublas.so.13", "CUDA 13.0, cuBLAS 13.2.3"},
		{"wheel of CUDA 12", "12090", []string{"h/.local/lib/python3.9/site-packages/nvidia/cublas/lib/libcublas.so.12"}, []string{"HOME=FOLDER/h"},
			"h/.local/lib/python3.9/site-packages/nvidia/cublas/lib/libcublas.so.12", "CUDA 12.9, cuBLAS 12.2.3"},
		{"wheel beside python3", "12090", []string{"p/bin/python3=broken", "p/lib/python3.9/site-packages/nvidia/cublas/lib/libcublas.so.12"},
			[]string{"PATH=FOLDER/p/bin"}, "p/lib/python3.9/site-packages/nvidia/cublas/lib/libcublas.so.12", "CUDA 12.9, cuBLAS 12.2.3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			fake(t, filepath.Join(folder, "a/libcuda.so.1"), "DRIVER="+test.driver, "INIT=0", "COUNT=1")
			for _, name := range test.others {
				name, broken := strings.CutSuffix(name, "=broken")
				path := filepath.Join(folder, name)
				if broken {
					fake(t, path)
				} else {
					fake(t, path, "CUBLAS="+strings.TrimPrefix(filepath.Ext(name), "."))
				}
				if err := os.Chmod(path, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			env := []string{PathVar + "=" + folder + "/a:" + folder + "/none:" + folder + "/b"}
			for _, v := range test.env {
				env = append(env, strings.ReplaceAll(v, "FOLDER", folder))
			}
			o := load(t, time.Minute, env...)
			if o.Error == "<nil>" && !strings.HasPrefix(o.Libraries.CUBLAS, folder) {
				t.Skipf("a cuBLAS of this machine's goes first: %s", o.Libraries.CUBLAS)
			}
			if o.Error != "<nil>" || o.Libraries.CUBLAS != filepath.Join(folder, test.want) || o.Libraries.Driver != filepath.Join(folder, "a/libcuda.so.1") {
				t.Fatalf("%s: opened %+v, want cuBLAS %s", o.Error, o.Libraries, test.want)
			}
			if words := o.Libraries.String(); words != test.words {
				t.Errorf("got %q, want %q", words, test.words)
			}
			// fake.c's cuMemAlloc gives the size for the address, its cuMemAllocManaged fails.
			if o.Managed != "64 <nil>" {
				t.Errorf("asking for managed memory gives %q, want device memory", o.Managed)
			}
			if o.Missing != "NotSupported" {
				t.Errorf("a function the driver lacks gives %q, want NotSupported", o.Missing)
			}
		})
	}
}

// TestNeeds: a program with this package starts on a machine that has only the C library.
func TestNeeds(t *testing.T) {
	f, err := elf.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	needed, err := f.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	// Before glibc 2.34 libdl and libpthread are files of their own.
	clib := regexp.MustCompile(`^(lib(c|m|dl|pthread)\.so\.\d+|ld-linux.*)$`)
	for _, name := range needed {
		if !clib.MatchString(name) {
			t.Errorf("the program needs %s to start", name)
		}
	}
	if !slices.ContainsFunc(needed, func(name string) bool { return strings.HasPrefix(name, "libc.so.") }) {
		t.Errorf("needs %q: is this a program of cgo's?", needed)
	}
}

func TestSymbolsSorted(t *testing.T) {
	text, err := os.ReadFile("symbols.h")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, found := range regexp.MustCompile(`(?m)^X\((\w+), (driver|cublas|cudnn|nccl)\)$`).FindAllStringSubmatch(string(text), -1) {
		names = append(names, found[1])
	}
	if len(names) < 400 || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
}
