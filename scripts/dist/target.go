package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// target is a system that the program is built for.
type target struct {
	name              string // of the archive, behind the version
	system, processor string // as Go names them
	gpu               bool   // the build with CUDA
	image             bool   // a container image too
}

var targets = []target{
	{name: "linux-amd64", system: "linux", processor: "amd64", image: true},
	{name: "linux-amd64-gpu", system: "linux", processor: "amd64", gpu: true},
	{name: "linux-arm64", system: "linux", processor: "arm64", image: true},
	{name: "darwin-amd64", system: "darwin", processor: "amd64"},
	{name: "darwin-arm64", system: "darwin", processor: "arm64"},
	{name: "windows-amd64", system: "windows", processor: "amd64"},
}

// build compiles the program in the folder work and returns its path. What is linked depends on the commit and the
// compilers alone, and not on the folder.
func (t target) build(root, work string) (string, error) {
	program := filepath.Join(work, "gorgan-"+t.name)
	line := []string{"go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", program}
	env := []string{"GOOS=" + t.system, "GOARCH=" + t.processor, "GOAMD64=v1", "GOFLAGS="}
	if t.gpu {
		compiler, err := filepath.Abs(filepath.Join(root, "scripts/dist/zigcc.sh"))
		if err != nil {
			return "", err
		}
		line = append([]string{"scripts/with_cuda.sh"}, append(line, "-tags=gpu", "./cmd/gorgan")...)
		env = append(env, "CC="+compiler)
	} else {
		line = append(line, "-tags=cpu", "./cmd/gorgan")
		env = append(env, "CGO_ENABLED=0")
	}
	_, err := runIn(root, env, line...)
	return program, err
}

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
