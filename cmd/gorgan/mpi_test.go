//go:build mpi

package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorgan/model"
)

// mpirun starts n ranks of the program.
func mpirun(t *testing.T, n int, args ...string) *process {
	t.Helper()
	launcher, err := exec.LookPath(cmp.Or(os.Getenv("MPIRUN"), "mpirun"))
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"-n", strconv.Itoa(n)}
	if said, _ := exec.Command(launcher, "--version").CombinedOutput(); strings.Contains(string(said), "Open MPI") {
		flags = append(flags, "--oversubscribe")
	}
	p := &process{Cmd: exec.Command(launcher, slices.Concat(flags, []string{programUnderTest(t)}, args, []string{"--data-parallel"})...)}
	p.Stdout, p.Stderr, p.Env = &p.said, &p.said, append(os.Environ(), "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
	must(t, p.Start())
	return p
}

// TestMPI: each loss has the same weights on one, two and four ranks, and a run goes on with another number of ranks.
func TestMPI(t *testing.T) {
	args, root := tinyRanks(t), t.TempDir()
	for _, loss := range model.Losses() {
		want := ""
		for _, ranks := range []int{1, 2, 4} {
			dir := filepath.Join(root, fmt.Sprint(loss, ranks))
			mpirun(t, ranks, slices.Concat(args, []string{"--loss", loss, "--steps", "6", "--out", dir})...).succeeds(t)
			_, state, err := loadModel(dir)
			must(t, err)
			got := state.WeightHash()
			if want = cmp.Or(want, got); got != want {
				t.Errorf("%s: weights are %s on %d ranks, %s on one", loss, got, ranks, want)
			}
		}
	}
	alone, shared := filepath.Join(root, "alone"), filepath.Join(root, "shared")
	mpirun(t, 1, slices.Concat(args, []string{"--steps", "15", "--out", alone})...).succeeds(t)
	for i, ranks := range []int{4, 1, 2} {
		mpirun(t, ranks, slices.Concat(args, []string{"--steps", fmt.Sprint(5 * (i + 1)), "--out", shared, "--continue"})...).succeeds(t)
	}
	sameRun(t, alone, shared, 15)
}

// TestMPIFaults: a rank that is killed or stopped ends the others, and the run goes on from a whole checkpoint to the weights of
// a run that nothing happened to.
func TestMPIFaults(t *testing.T) {
	args, root := tinyRanks(t), t.TempDir()
	for _, c := range []struct {
		name   string
		rank   int
		signal syscall.Signal
		says   string // "" where the launcher ends the others before they say anything
	}{{"killed", 1, syscall.SIGKILL, ""}, {"killed first", 0, syscall.SIGKILL, ""}, {"stopped", 1, syscall.SIGSTOP, "sent nothing for 10s"}} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(root, c.name)
			p := mpirun(t, 2, slices.Concat(args, []string{"--steps", "1000000", "--out", dir, "--rank-timeout", "10s"})...)
			t.Cleanup(func() { _ = p.Process.Kill() })
			waitForSave(t, dir)
			victim := rankProcess(t, dir, c.rank)
			must(t, syscall.Kill(victim, c.signal))
			if c.signal == syscall.SIGSTOP {
				t.Cleanup(func() { _ = syscall.Kill(victim, syscall.SIGKILL) })
				time.AfterFunc(15*time.Second, func() { _ = syscall.Kill(victim, syscall.SIGKILL) }) // the launcher waits for it
			}
			if code := p.code(t); code == 0 || !strings.Contains(p.said.String(), c.says) {
				t.Errorf("the launcher ended with %d, and said %s", code, p.said.String())
			}
			_, state, err := loadModel(dir)
			must(t, err)
			steps, whole := fmt.Sprint(state.Step+5), filepath.Join(root, "whole "+c.name)
			mpirun(t, 2, slices.Concat(args, []string{"--steps", steps, "--out", dir, "--continue"})...).succeeds(t)
			mpirun(t, 1, slices.Concat(args, []string{"--steps", steps, "--out", whole})...).succeeds(t)
			_, got, err := loadModel(dir)
			must(t, err)
			_, want, err := loadModel(whole)
			must(t, err)
			if got.WeightHash() != want.WeightHash() {
				t.Errorf("the run goes on to the weights %s, want %s", got.WeightHash(), want.WeightHash())
			}
		})
	}
}

// rankProcess returns the number of the process that is a rank of the run in dir.
func rankProcess(t *testing.T, dir string, rank int) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	must(t, err)
	for _, path := range all {
		line, _ := os.ReadFile(path)
		env, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
		if !strings.Contains(string(line), dir) {
			continue
		}
		for _, name := range []string{"OMPI_COMM_WORLD_RANK", "PMI_RANK"} {
			if strings.Contains("\x00"+string(env), fmt.Sprintf("\x00%s=%d\x00", name, rank)) {
				pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
				must(t, err)
				return pid
			}
		}
	}
	t.Fatalf("no process is rank %d of %s", rank, dir)
	return 0
}
