//go:build gpu && !cpu

package driver

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// PathVar names the environment variable for the folders that libraries are looked for
// in first, separated by colons.
const PathVar = "GORGAN_CUDA_PATH"

// candidates returns what to open, in order: the names in each folder of PathVar, by
// the loader's own path, and in each of the other folders.
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

// driverFolders is where drivers are that the loader does not know of: WSL's, those
// that containers mount, those of distributions with folders of their own.
func driverFolders() []string {
	return []string{
		"/usr/lib/wsl/lib", "/usr/local/nvidia/lib64", "/run/opengl-driver/lib",
		"/usr/lib64/nvidia", "/usr/lib/nvidia", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
	}
}

// toolkitFolders is where CUDA's toolkits have their libraries, the newest first.
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

// wheelFolders is where Python's nvidia wheels have cuBLAS, the current environment's
// first.
func wheelFolders() []string {
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
			folders = append(folders, filepath.Join(packages, "nvidia/cublas/lib"))
		}
	}
	return folders
}

// glob is filepath.Glob for patterns that hold names from the environment, of which a
// malformed one matches nothing.
func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	return found
}
