package main

import (
	"debug/elf"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// target is a system that the program is built for.
type target struct {
	name              string // of the archive, behind the version
	system, processor string // as Go names them
	gpu               bool   // the build with CUDA
	image             bool   // a container image too; with CUDA only on a base
}

var targets = []target{
	{name: "linux-amd64", system: "linux", processor: "amd64", image: true},
	{name: "linux-amd64-gpu", system: "linux", processor: "amd64", gpu: true, image: true},
	{name: "linux-arm64", system: "linux", processor: "arm64", image: true},
	{name: "darwin-amd64", system: "darwin", processor: "amd64"},
	{name: "darwin-arm64", system: "darwin", processor: "arm64"},
	{name: "windows-amd64", system: "windows", processor: "amd64"},
}

// build compiles the program in the folder work and returns its path. What is linked depends on the commit and the
// compilers alone, and not on the folder.
func (t target) build(root, work string) (string, error) {
	program := filepath.Join(work, "gorgan-"+t.name)
	line := []string{"go", "build", "-trimpath", "-buildvcs=true", "-o", program}
	env := []string{"GOOS=" + t.system, "GOARCH=" + t.processor, "GOAMD64=v1", "GOFLAGS="}
	if t.gpu {
		compiler, err := filepath.Abs(filepath.Join(root, "scripts/dist/zigcc.sh"))
		if err != nil {
			return "", err
		}
		line = append([]string{"scripts/with_cuda.sh"}, append(line, "-tags=gpu", "-ldflags=-s -w -buildid= -extldflags=-Wl,--build-id=none,-s", "./cmd/gorgan")...)
		env = append(env, "CC="+compiler, "CGO_CFLAGS=-O2 -g0") // debug sections and build numbers would depend on the folder
	} else {
		line = append(line, "-tags=cpu", "-ldflags=-s -w", "./cmd/gorgan")
		env = append(env, "CGO_ENABLED=0")
	}
	if _, err := runIn(root, env, line...); err != nil {
		return "", err
	}
	if t.gpu {
		return program, needsAtMost(program, oldestLibrary)
	}
	return program, nil
}

// oldestLibrary is the C library of the oldest systems on which the build with CUDA starts. zigcc.sh compiles for it.
const oldestLibrary = "GLIBC_2.17"

// needsAtMost returns an error if a program needs a newer C library to start, or another library.
func needsAtMost(program, library string) error {
	f, err := elf.Open(program)
	if err != nil {
		return err
	}
	defer f.Close()
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if s.Version != "" && version.Compare(goLike(s.Version), goLike(library)) > 0 {
			return fmt.Errorf("the program needs %s of %s %s, want at most %s", s.Name, s.Library, s.Version, library)
		}
	}
	libraries, err := f.ImportedLibraries()
	for _, l := range libraries {
		if !regexp.MustCompile(`^(lib(c|m|dl|pthread|resolv)\.so|ld-linux)`).MatchString(l) {
			return fmt.Errorf("the program needs %s to start, want the C library alone", l)
		}
	}
	return err
}

// goLike returns a version of the C library as one of Go, which package version can compare.
func goLike(library string) string { return "go" + strings.TrimPrefix(library, "GLIBC_") }

// runIn runs a command line in a folder and returns what it prints.
func runIn(dir string, env []string, line ...string) (string, error) {
	command := exec.Command(line[0], line[1:]...)
	command.Dir, command.Env, command.Stderr = dir, append(os.Environ(), env...), os.Stderr
	said, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(line, " "), err)
	}
	return strings.TrimSpace(string(said)), nil
}

// commit is what a release is made of.
type commit struct {
	hash string
	time time.Time // the time of all files
}

func commitOf(root string) (c commit, err error) {
	said, err := runIn(root, nil, "git", "log", "-1", "--format=%H %ct")
	if err != nil {
		return c, err
	}
	hash, seconds, _ := strings.Cut(said, " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	return commit{hash, time.Unix(n, 0).UTC()}, err
}
