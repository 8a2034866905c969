package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorgan/model/run"
)

// tinyRanks are flags of a run in four shards, without those of the ranks.
func tinyRanks(t *testing.T) []string {
	return append([]string{"train", "--data", tinyList(t), "--shards", "4", "--display-every", "5", "--save-every", "5"}, strings.Fields(small)...)
}

// startRanks starts n ranks of a command, on loopback. as gives the flags and the environment of a rank.
func startRanks(t *testing.T, program string, n int, args []string, as func(rank, n int, address string) (flags, env []string)) []*process {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := l.Addr().String()
	must(t, l.Close())
	var all []*process
	for rank := range n {
		flags, env := as(rank, n, address)
		p := &process{Cmd: exec.Command(program, slices.Concat(args, []string{"--data-parallel"}, flags)...)}
		p.Stdout, p.Stderr, p.Env = &p.said, &p.said, append(os.Environ(), env...)
		must(t, p.Start())
		t.Cleanup(func() { _ = p.Process.Kill() })
		all = append(all, p)
	}
	return all
}

// byFlags, byTorchrun and byMPI say the rank in three ways.
func byFlags(rank, n int, address string) (flags, env []string) {
	return []string{"--rank", fmt.Sprint(rank), "--ranks", fmt.Sprint(n), "--rendezvous", address}, nil
}

func byTorchrun(rank, n int, address string) (flags, env []string) {
	host, port, _ := net.SplitHostPort(address)
	return nil, []string{fmt.Sprint("RANK=", rank), fmt.Sprint("WORLD_SIZE=", n), fmt.Sprint("LOCAL_RANK=", rank), fmt.Sprint("LOCAL_WORLD_SIZE=", n),
		"MASTER_ADDR=" + host, "MASTER_PORT=" + port}
}

func byMPI(rank, n int, address string) (flags, env []string) {
	return []string{"--rendezvous", address}, []string{fmt.Sprint("OMPI_COMM_WORLD_RANK=", rank), fmt.Sprint("OMPI_COMM_WORLD_SIZE=", n)}
}

// TestDataParallel: a run that goes on with another number of ranks each time, whoever says the ranks, leaves what a run in a
// single process leaves.
func TestDataParallel(t *testing.T) {
	program := programUnderTest(t)
	args, root := tinyRanks(t), t.TempDir()
	alone, shared := filepath.Join(root, "alone"), filepath.Join(root, "shared")
	evaluated := []string{"--evaluate-every", "5", "--evaluate-count", "100"}
	start(t, program, slices.Concat(args, evaluated, []string{"--steps", "20", "--out", alone})...).succeeds(t)
	for i, c := range []struct {
		ranks int
		as    func(rank, n int, address string) (flags, env []string)
	}{{4, byFlags}, {1, byFlags}, {2, byTorchrun}, {4, byMPI}, {2, byFlags}} {
		steps := []string{"--steps", fmt.Sprint(min(5*(i+1), 20)), "--out", shared, "--continue"}
		for _, p := range startRanks(t, program, c.ranks, slices.Concat(args, evaluated, steps), c.as) {
			p.succeeds(t)
		}
	}
	sameRun(t, alone, shared, 20)
}

// code returns the exit code of a process that ends within a minute.
func (p *process) code(t *testing.T) int {
	t.Helper()
	timer := time.AfterFunc(time.Minute, func() { _ = p.Process.Kill() })
	defer timer.Stop()
	err := p.Wait()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode()
	}
	must(t, err)
	return 0
}

// last returns the last line that the process said.
func (p *process) last() string {
	lines := strings.Split(strings.TrimSpace(p.said.String()), "\n")
	return lines[len(lines)-1]
}

// waitForSave returns once a run has saved a step.
func waitForSave(t *testing.T, dir string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		last, err := os.ReadFile(filepath.Join(dir, run.LastFile))
		if err == nil && !strings.Contains(string(last), fmt.Sprintf(run.CheckpointFile, 0)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was saved in a minute")
		}
	}
}

// TestRankFaults: whatever happens to one rank, the others end with a sentence that names it, and the run goes on from a whole
// checkpoint to the weights of a run that nothing happened to.
func TestRankFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("the processes take long, and what the race detector could see in them is seen in package model")
	}
	program := programUnderTest(t)
	args, root := tinyRanks(t), t.TempDir()
	whole := filepath.Join(root, "whole")
	for name, c := range map[string]struct {
		victim int
		signal syscall.Signal
		codes  [2]int    // of the ranks
		says   [2]string // at their ends
	}{
		"killed":        {1, syscall.SIGKILL, [2]int{5, -1}, [2]string{"rank 1 of 2", ""}},
		"killed, first": {0, syscall.SIGKILL, [2]int{-1, 5}, [2]string{"", "rank 0 of 2"}},
		"stopped":       {1, syscall.SIGSTOP, [2]int{5, -1}, [2]string{"has sent nothing for 10s", ""}},
		"interrupted":   {1, syscall.SIGINT, [2]int{130, 130}, [2]string{"rank 1 was interrupted: interrupted at step", "rank 1: interrupted after step"}},
		"the first":     {0, syscall.SIGINT, [2]int{130, 130}, [2]string{"interrupted at step", "rank 1: interrupted after step"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(root, name)
			limit := "1m"
			if c.signal == syscall.SIGSTOP { // longer than a step takes on a busy machine
				limit = "10s"
			}
			flags := []string{"--steps", "1000000", "--out", dir, "--rank-timeout", limit}
			both := startRanks(t, program, 2, slices.Concat(args, flags), byFlags)
			waitForSave(t, dir)
			must(t, both[c.victim].Process.Signal(c.signal))
			other := both[1-c.victim]
			if got := other.code(t); got != c.codes[1-c.victim] {
				t.Errorf("the other rank ended with %d, want %d: %s", got, c.codes[1-c.victim], other.said.String())
			}
			if c.signal == syscall.SIGSTOP {
				must(t, both[c.victim].Process.Kill())
			}
			if got := both[c.victim].code(t); got != c.codes[c.victim] {
				t.Errorf("the rank ended with %d, want %d: %s", got, c.codes[c.victim], both[c.victim].said.String())
			}
			for rank, says := range c.says {
				if last := both[rank].last(); says != "" && (!strings.HasPrefix(last, "gorgan: ") || !strings.Contains(last, says)) {
					t.Errorf("rank %d said %q, want %q", rank, last, says)
				}
			}
			if c.victim != 0 || c.signal != syscall.SIGKILL { // which leaves its temporary files
				noneHalfWritten(t, dir)
			}
			_, state, err := loadModel(dir)
			must(t, err)
			steps := fmt.Sprint(state.Step + 5)
			for _, p := range startRanks(t, program, 2, slices.Concat(args, []string{"--steps", steps, "--out", dir, "--continue"}), byFlags) {
				p.succeeds(t)
			}
			must(t, os.RemoveAll(whole))
			start(t, program, slices.Concat(args, []string{"--steps", steps, "--out", whole})...).succeeds(t)
			_, got, err := loadModel(dir)
			must(t, err)
			_, want, err := loadModel(whole)
			must(t, err)
			if got.Step != want.Step || got.WeightHash() != want.WeightHash() {
				t.Errorf("the run goes on to step %d, %s, want step %d, %s", got.Step, got.WeightHash(), want.Step, want.WeightHash())
			}
		})
	}
}

// TestRanksDiffer: ranks that would not compute the same are refused, each with a sentence.
func TestRanksDiffer(t *testing.T) {
	program := programUnderTest(t)
	args := tinyRanks(t)
	for name, c := range map[string]struct {
		ranks int
		own   []string // flags of the last rank
		env   string   // of the last rank
		codes [2]int   // of rank 0, and of the others
		says  string   // of rank 0
	}{
		"shards": {3, nil, "", [2]int{2, 5}, "--data-parallel: the 3 ranks share the shards of a batch, so --shards must be a multiple of 3, and is 4"},
		"flags": {2, []string{"--loss", "hinge", "--seed", "6"}, "", [2]int{1, 1},
			`--loss is not known on rank 0, "hinge" on rank 1; --seed is not known on rank 0, "6" on rank 1; start all with the same`},
		"instructions": {2, nil, "GORGAN_CPU=purego", [2]int{1, 1}, `instructions is "avx2 or avx512" on rank 0, "purego" on rank 1`},
	} {
		t.Run(name, func(t *testing.T) {
			flags := slices.Concat(args, []string{"--steps", "5", "--out", filepath.Join(t.TempDir(), "run")})
			all := startRanks(t, program, c.ranks, flags, func(rank, n int, address string) (flags, env []string) {
				flags, _ = byFlags(rank, n, address)
				if rank == n-1 && c.env != "" {
					env = []string{c.env}
				}
				if rank == n-1 {
					flags = append(flags, c.own...)
				}
				return flags, env
			})
			for rank, p := range all {
				if got, want := p.code(t), c.codes[min(rank, 1)]; got != want {
					t.Errorf("rank %d ended with %d, want %d: %s", rank, got, want, p.said.String())
				}
			}
			if exists(flags[len(flags)-1]) {
				t.Error("a run that does not begin has a folder")
			}
			if last := all[0].last(); !strings.Contains(last, c.says) {
				t.Errorf("rank 0 said %q, want %q", last, c.says)
			}
		})
	}
}
