//go:build gpu && !cpu

package driver

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLoadNCCL: LoadNCCL finds NCCL where it may be, and refuses one that lacks what is needed.
func TestLoadNCCL(t *testing.T) {
	const wheel = "v/lib/python3.12/site-packages/nvidia/nccl/lib/libnccl.so.2"
	for name, test := range map[string]struct {
		driver string
		files  map[string][]string // name in the folder -> macros of fake.c
		want   string              // the library that is taken
		says   string              // the version, or a part of the error
	}{
		"same folder":   {"12090", map[string][]string{"a/libnccl.so.2": {"NCCL=22703"}}, "a/libnccl.so.2", "2.27.3"},
		"wheel":         {"12090", map[string][]string{wheel: {"NCCL=20900"}}, wheel, "2.9.0"},
		"toolkit":       {"13000", map[string][]string{"c/lib64/libnccl.so.2": {"NCCL=23004"}, wheel: {"NCCL=20900"}}, "c/lib64/libnccl.so.2", "2.30.4"},
		"broken first":  {"12090", map[string][]string{"a/libnccl.so.2": nil, wheel: {"NCCL=22703"}}, wheel, "2.27.3"},
		"none":          {"12090", nil, "", "no NCCL: libnccl.so.2 was not found in the folders of " + PathVar + ", on the loader's path, in CUDA's toolkits and Python's wheels; install it, for example with pip install nvidia-nccl-cu12"},
		"none, CUDA 13": {"13000", nil, "", "pip install nvidia-nccl-cu13"},
		"broken":        {"12090", map[string][]string{"a/libnccl.so.2": nil}, "", "libnccl.so.2: file too short"},
		"old":           {"12090", map[string][]string{"a/libnccl.so.2": {"NCCL=2803"}}, "", "a/libnccl.so.2 is older than NCCL 2.9, whose calls can be recorded; install a newer one"},
		"incomplete":    {"12090", map[string][]string{"a/libnccl.so.2": {"NCCL=22703", "NO_SEND"}}, "", "is older than NCCL 2.9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			fake(t, filepath.Join(folder, "a/libcuda.so.1"), "DRIVER="+test.driver, "INIT=0", "COUNT=1")
			fake(t, filepath.Join(folder, "a/libcublas.so.12"), "CUBLAS=12")
			for name, macros := range test.files {
				fake(t, filepath.Join(folder, name), macros...)
			}
			o := load(t, time.Minute, PathVar+"="+folder+"/a", "VIRTUAL_ENV="+folder+"/v", "CUDA_HOME="+folder+"/c")
			if o.NCCL.Path != "" && !strings.HasPrefix(o.NCCL.Path, folder) {
				t.Skipf("this machine has an NCCL: %s", o.NCCL.Path)
			}
			if test.want == "" {
				if o.NCCL != (NCCL{}) || !strings.HasPrefix(o.NoNCCL, ErrNoNCCL.Error()+": ") || !strings.Contains(o.NoNCCL, test.says) {
					t.Errorf("got %+v and %q, want %q", o.NCCL, o.NoNCCL, test.says)
				}
				return
			}
			if o.NoNCCL != "<nil>" || o.NCCL.Path != filepath.Join(folder, test.want) || o.NCCL.String() != test.says {
				t.Errorf("got %+v and %q, want %s, version %s", o.NCCL, o.NoNCCL, test.want, test.says)
			}
		})
	}
}
