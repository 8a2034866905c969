//go:build gpu && !cpu

package driver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"gorgonia.org/cu"
	cudnn "gorgonia.org/cu/dnn"
)

// Libraries are loaded once in a process, so each case of loading needs a process. With this
// variable, a duration, the test binary loads the libraries within that time and reports.
const loadVar = "GORGAN_TEST_LOAD"

func TestMain(m *testing.M) {
	if text := os.Getenv(loadVar); text != "" {
		report(text)
		return
	}
	os.Exit(m.Run())
}

// outcome is the report of a process that loads the libraries.
type outcome struct {
	Libraries Libraries
	NCCL      NCCL
	NoNCCL    string   // why there is none
	Kinds     []string // the sentinels the error wraps
	Error     string
	Again     string // what a second Load says
	Before    string // what calls gave before Load
	Managed   string // what asking for managed memory gives
	Missing   string // what a function gives that the driver lacks
	Took      time.Duration
}

func report(text string) {
	timeout, err := time.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	var o outcome
	count, countErr := cu.NumDevices()
	_, allocErr := cu.MemAlloc(8)
	o.Before = fmt.Sprint(count, " ", countErr, " ", allocErr, " ", cudnn.NewContext().Close())
	begin := time.Now()
	o.Libraries, err = Load(timeout)
	o.Took = time.Since(begin)
	for _, kind := range []error{ErrNoDriver, ErrDriverTooOld, ErrNoDevice, ErrDriver, ErrNoCUBLAS, ErrTimeout} {
		if errors.Is(err, kind) {
			o.Kinds = append(o.Kinds, kind.Error())
		}
	}
	o.Error = fmt.Sprint(err)
	_, err = Load(timeout)
	o.Again = fmt.Sprint(err)
	o.NCCL, err = LoadNCCL()
	o.NoNCCL = fmt.Sprint(err)
	memory, err := cu.MemAllocManaged(64, cu.AttachGlobal)
	o.Managed = fmt.Sprint(uint64(memory), " ", err)
	o.Missing = fmt.Sprint(cu.Synchronize())
	json.NewEncoder(os.Stdout).Encode(o)
}

// load runs a process that loads the libraries within timeout. Its environment is env only.
func load(t *testing.T, timeout time.Duration, env ...string) outcome {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(env, loadVar+"="+timeout.String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, stderr.String())
	}
	var o outcome
	if err := json.Unmarshal(out, &o); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return o
}

// fake makes a library from testdata/fake.c with these macros. Without macros it makes a file that
// is no library.
func fake(t *testing.T, path string, macros ...string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if len(macros) == 0 {
		if err := os.WriteFile(path, []byte("no library"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler to make a fake library with")
	}
	args := []string{"-shared", "-fPIC", "-o", path, "testdata/fake.c"}
	for _, macro := range macros {
		args = append(args, "-D"+macro)
	}
	if out, err := exec.Command(compiler, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
