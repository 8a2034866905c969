//go:build gpu && !cpu

// Package driver opens the NVIDIA driver and cuBLAS when Load is called, so the program starts on
// any machine, and NCCL when LoadNCCL is. It also adds to gorgonia.org/cu what a recorded step needs.
//
// Before Load every function of CUDA returns that there is no device. cuDNN is never opened. Managed
// memory is never used: a call that asks for it gets device memory.
package driver

// #cgo LDFLAGS: -ldl
// #include <cublas_v2.h>
// #include <cuda.h>
// #include "library.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// These errors say why Load found no device, or LoadNCCL no library. In an error text a remedy follows them.
var (
	ErrNoDriver     = errors.New("no NVIDIA driver")
	ErrDriverTooOld = errors.New("the NVIDIA driver is too old")
	ErrNoDevice     = errors.New("no CUDA device")
	ErrDriver       = errors.New("the NVIDIA driver does not start")
	ErrNoCUBLAS     = errors.New("no cuBLAS")
	ErrNoNCCL       = errors.New("no NCCL")
	ErrTimeout      = errors.New("the NVIDIA driver does not answer")
)

// Libraries describes what Load opened.
type Libraries struct {
	Driver, CUBLAS string // paths
	DriverVersion  int    // the version of CUDA that it supports, 12090 for 12.9
	CUBLASVersion  int    // 120903 for 12.9.3; 0 if unknown
	EarlyLaunch    bool   // Launch may be early, for a card of compute capability 9.0 or later
}

// String returns the versions in words.
func (l Libraries) String() string {
	s := "CUDA " + cudaVersion(l.DriverVersion)
	if v := l.BLAS(); v != "" {
		s += ", cuBLAS " + v
	}
	return s
}

// BLAS returns cuBLAS's version, as "12.9.3", or an empty string if it is unknown.
func (l Libraries) BLAS() string {
	v := l.CUBLASVersion
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v/10000, v/100%100, v%100)
}

func cudaVersion(v int) string { return fmt.Sprintf("%d.%d", v/1000, v%1000/10) }

// Load opens the driver and cuBLAS, once in a process. Later calls return the same. Load looks in
// the folders that GORGAN_CUDA_PATH names, then on the loader's path, then in the folders where the
// driver, CUDA's toolkits and Python's wheels are installed. With an error it also returns what it
// found before the error.
//
// Load waits for the driver to start, but no longer than timeout. A driver that hangs keeps its
// thread until the process ends, and a later Load waits for it again.
func Load(timeout time.Duration) (Libraries, error) {
	l := loading()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-l.done:
		return l.libraries, l.err
	case <-timer.C:
		return Libraries{}, fmt.Errorf("%w within %v; see whether nvidia-smi does, and restart the machine if not", ErrTimeout, timeout)
	}
}

// loadingOnce is a load that has begun. Its other fields are valid after done is closed.
type loadingOnce struct {
	done      chan struct{}
	libraries Libraries
	err       error
}

var loading = sync.OnceValue(func() *loadingOnce {
	l := &loadingOnce{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		if l.err = l.libraries.loadDriver(); l.err == nil {
			l.err = l.libraries.loadCUBLAS()
		}
	}()
	return l
})

// needed are the functions that a driver must have. The oldest one that has them is that of CUDA
// 11.4.
var needed = [...]string{"cuStreamBeginCapture_v2", "cuGraphInstantiateWithFlags"}

func (l *Libraries) loadDriver() error {
	opened, path, problem := openFirst(candidates([]string{"libcuda.so.1"}, driverFolders()))
	if opened == nil {
		return fmt.Errorf("%w: %s; install the driver, pass the GPU through if this is a container, or name the folder in %s",
			ErrNoDriver, problem, PathVar)
	}
	l.Driver = path
	opened.use(C.library_driver)
	var version C.int
	if r := C.cuDriverGetVersion(&version); r != C.CUDA_SUCCESS {
		return fmt.Errorf("%w: %s: cuDriverGetVersion: %w", ErrDriver, path, result(r))
	}
	l.DriverVersion = int(version)
	// The driver of CUDA 11.8 is the first that has the call, and that takes PTX with the waits.
	l.EarlyLaunch = version >= 11080 && opened.has("cuLaunchKernelEx")
	for _, name := range needed {
		if version < 11000 || !opened.has(name) {
			return fmt.Errorf("%w: %s supports CUDA %s, want 11.4 or later; install driver 470 or later",
				ErrDriverTooOld, path, cudaVersion(l.DriverVersion))
		}
	}
	return l.startDriver()
}

// startDriver starts the driver. A broken driver fails or hangs here.
func (l *Libraries) startDriver() error {
	var count C.int
	r := C.cuInit(0)
	if r == C.CUDA_SUCCESS {
		r = C.cuDeviceGetCount(&count)
	}
	switch {
	case r == C.CUDA_ERROR_NO_DEVICE || r == C.CUDA_SUCCESS && count == 0:
		hint := "see nvidia-smi"
		if visible, ok := os.LookupEnv("CUDA_VISIBLE_DEVICES"); ok {
			hint += fmt.Sprintf(", and CUDA_VISIBLE_DEVICES, which is %q", visible)
		}
		return fmt.Errorf("%w: the driver %s is there but finds no GPU; %s", ErrNoDevice, l.Driver, hint)
	case r != C.CUDA_SUCCESS:
		return fmt.Errorf("%w: %s: cuInit: %w; see nvidia-smi, and restart the machine if the driver was just updated",
			ErrDriver, l.Driver, result(r))
	}
	return nil
}

// loadCUBLAS opens the newest cuBLAS that works with the driver.
func (l *Libraries) loadCUBLAS() error {
	var names []string
	for major := 13; major >= 11; major-- {
		if major <= l.DriverVersion/1000 {
			names = append(names, fmt.Sprintf("libcublas.so.%d", major))
		}
	}
	opened, path, problem := openFirst(candidates(names, libraryFolders("cublas")))
	if opened == nil {
		return fmt.Errorf("%w: %s; install it, for example with pip install %s, or name its folder in %s",
			ErrNoCUBLAS, problem, wheel(names[0]), PathVar)
	}
	l.CUBLAS = path
	opened.use(C.library_cublas)
	for _, part := range [...]struct {
		property C.libraryPropertyType
		unit     int
	}{{C.MAJOR_VERSION, 10000}, {C.MINOR_VERSION, 100}, {C.PATCH_LEVEL, 1}} {
		var value C.int
		if C.cublasGetProperty(part.property, &value) == C.CUBLAS_STATUS_SUCCESS {
			l.CUBLASVersion += part.unit * int(value)
		}
	}
	return nil
}

// wheel returns the Python package that contains a cuBLAS.
func wheel(name string) string {
	major := strings.TrimPrefix(name, "libcublas.so.")
	if major == "13" {
		return "nvidia-cublas"
	}
	return "nvidia-cublas-cu" + major
}
