//go:build gpu && !cpu

package driver

// #include <stdlib.h>
// #include "library.h"
import "C"

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"
)

// library is an open shared library. It stays open until the process ends.
type library struct{ handle unsafe.Pointer }

// openFirst opens the first of paths that is a library. The loader looks for a path without a slash
// on its own path. If none is a library, problem says why.
func openFirst(paths []string) (l *library, path, problem string) {
	names := make(map[string]bool)
	var missing, broken []string
	for _, p := range paths {
		if name := filepath.Base(p); !names[name] {
			names[name] = true
			missing = append(missing, name)
		}
		if _, err := os.Stat(p); strings.Contains(p, "/") && err != nil {
			continue
		}
		l, why := open(p)
		if l != nil {
			return l, C.GoString(C.gorgan_cuda_path(l.handle)), ""
		}
		if !strings.HasPrefix(why, p+": cannot open shared object file: No such file") {
			broken = append(broken, why)
		}
	}
	if len(broken) > 0 {
		return nil, "", "cannot open " + strings.Join(broken, "; ")
	}
	return nil, "", strings.Join(missing, " or ") + " was not found"
}

// open opens one library, or returns why it cannot be opened.
func open(path string) (l *library, why string) {
	// The loader keeps its message for the calling thread only.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	text := C.CString(path)
	defer C.free(unsafe.Pointer(text))
	var sentence *C.char
	handle := C.gorgan_cuda_open(text, &sentence)
	if handle == nil {
		return nil, C.GoString(sentence)
	}
	return &library{handle}, ""
}

// has reports whether the library has a function.
func (l *library) has(name string) bool {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	return C.gorgan_cuda_has(l.handle, text) != 0
}

// use makes the program's calls of CUDA go to the library.
func (l *library) use(which uint32) { C.gorgan_cuda_use(l.handle, which) }
