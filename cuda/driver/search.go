//go:build gpu && !cpu

package driver

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// PathVar is the environment variable with the folders where Load looks for libraries first. They
// are separated by colons.
const PathVar = "GORGAN_CUDA_PATH"

// candidates returns the paths to try, in order: the names in each folder of PathVar, the names on
// the loader's own path, and the names in each of the other folders.
func candidates(names, folders []string) []string {
	var all []string
	in := func(folder string) {
		for _, name := range names {
			all = append(all, filepath.Join(folder, name))
		}
	}
	for _, folder := range filepath.SplitList(os.Getenv(PathVar)) {
		if folder != "" {
			in(folder)
		}
	}
	all = append(all, names...)
	for _, folder := range folders {
		in(folder)
	}
	return all
}

// driverFolders are the folders of drivers that the loader does not know: the driver of WSL, those
// that containers mount, and those of distributions with their own folders.
func driverFolders() []string {
	return []string{
		"/usr/lib/wsl/lib", "/usr/local/nvidia/lib64", "/run/opengl-driver/lib",
		"/usr/lib64/nvidia", "/usr/lib/nvidia", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
	}
}

// libraryFolders are the folders that may have a library of CUDA's: those of the toolkits, and those of
// the wheels of CUDA 13 and of that name.
func libraryFolders(name string) []string { return append(toolkitFolders(), wheelFolders(name)...) }

// toolkitFolders are the folders with the libraries of CUDA's toolkits, the newest first.
func toolkitFolders() []string {
	var roots []string
	for _, name := range [...]string{"CUDA_HOME", "CUDA_PATH"} {
		if root := os.Getenv(name); root != "" {
			roots = append(roots, root)
		}
	}
	installed := glob("/usr/local/cuda*")
	slices.Reverse(installed)
	roots = append(append(roots, "/usr/local/cuda"), append(installed, "/opt/cuda")...)
	var folders []string
	for _, root := range roots {
		folders = append(folders, filepath.Join(root, "lib64"), filepath.Join(root, "lib"))
		folders = append(folders, glob(filepath.Join(root, "targets/*/lib"))...)
	}
	return folders
}

// wheelFolders are the folders where Python's nvidia wheels have a library: cublas or nccl. Those of the
// current environment are first.
func wheelFolders(name string) []string {
	var prefixes []string
	for _, name := range [...]string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if prefix := os.Getenv(name); prefix != "" {
			prefixes = append(prefixes, prefix)
		}
	}
	if python, err := exec.LookPath("python3"); err == nil {
		prefixes = append(prefixes, filepath.Dir(filepath.Dir(python)))
		if python, err = filepath.EvalSymlinks(python); err == nil {
			prefixes = append(prefixes, filepath.Dir(filepath.Dir(python)))
		}
	}
	if home, err := os.UserHomeDir(); err == nil {
		prefixes = append(prefixes, filepath.Join(home, ".local"))
		prefixes = append(prefixes, glob(filepath.Join(home, ".pyenv/versions/*"))...)
	}
	prefixes = append(prefixes, "/usr/local", "/usr", "/opt/conda")
	var folders []string
	for _, prefix := range prefixes {
		for _, packages := range glob(filepath.Join(prefix, "lib/python3*/*-packages")) {
			folders = append(folders, glob(filepath.Join(packages, "nvidia/cu[0-9]*/lib"))...)
			folders = append(folders, filepath.Join(packages, "nvidia", name, "lib"))
		}
	}
	return folders
}

// glob is filepath.Glob for patterns with names from the environment. A malformed pattern matches
// nothing.
func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	return found
}
