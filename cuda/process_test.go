//go:build gpu && !cpu

package cuda_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorgan/kernels"
)

// taskVar is set in a process that is one rank of a test: "task rank ranks folder".
const taskVar = "GORGAN_TEST_RANK"

// beRank does a task as one rank, and returns the exit status. What the task says goes to stdout.
func beRank(text string) int {
	var name string
	var group files
	if _, err := fmt.Sscan(text, &name, &group.rank, &group.ranks, &group.folder); err != nil {
		panic(err)
	}
	if err := tasks[name](&group); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// process is one rank that runs.
type process struct {
	*exec.Cmd
	said *bytes.Buffer
	done chan struct{} // closed when it has ended
}

// startRanks starts processes that do a task together. env(r) is what the environment of rank r has beside
// this one's. Those that still run when the test ends are killed.
func startRanks(t *testing.T, task string, ranks int, env func(rank int) []string) []process {
	t.Helper()
	folder := t.TempDir()
	all := make([]process, ranks)
	for r := range all {
		p := process{exec.Command(os.Args[0]), new(bytes.Buffer), make(chan struct{})}
		p.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d %s", taskVar, task, r, ranks, folder), "TMPDIR="+folder)
		if env != nil {
			p.Env = append(p.Env, env(r)...)
		}
		p.Stdout, p.Stderr = p.said, os.Stderr
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		go func() {
			defer close(p.done)
			p.Wait()
		}()
		t.Cleanup(func() {
			p.Process.Kill()
			<-p.done
		})
		all[r] = p
	}
	return all
}

// end returns what the rank said, and whether its task went well. It waits for that, but not longer than limit.
func (p process) end(t *testing.T, limit time.Duration) (said string, ok bool) {
	t.Helper()
	select {
	case <-p.done:
		return strings.TrimSpace(p.said.String()), p.ProcessState.Success()
	case <-time.After(limit):
		t.Fatalf("the rank has not ended within %v", limit)
		return "", false
	}
}

// files is a group of processes: the n-th message of rank r is the file n.r of a folder.
type files struct {
	folder         string
	rank, ranks, n int
}

var _ kernels.Group = (*files)(nil)

func (f *files) Rank() int { return f.rank }

func (f *files) Size() int { return f.ranks }

func (f *files) AllGather(to, from []byte) error {
	if err := kernels.CheckAllGatherBytes(to, from, f.ranks); err != nil {
		return err
	}
	f.n++
	path := func(r int) string { return filepath.Join(f.folder, fmt.Sprintf("%d.%d", f.n, r)) }
	if err := os.WriteFile(path(f.rank)+".new", from, 0o600); err != nil {
		return err
	}
	if err := os.Rename(path(f.rank)+".new", path(f.rank)); err != nil {
		return err
	}
	began := time.Now()
	for r := range f.ranks {
		data, err := os.ReadFile(path(r))
		for ; os.IsNotExist(err); data, err = os.ReadFile(path(r)) {
			if time.Since(began) > 30*time.Second {
				return kernels.RankError{Rank: r, Ranks: f.ranks, Trouble: "has not come"}
			}
			time.Sleep(time.Millisecond)
		}
		if err != nil {
			return err
		}
		copy(to[r*len(from):], data)
	}
	return nil
}

func (f *files) AllToAll(to, from []byte) error {
	if err := kernels.CheckAllToAllBytes(to, from, f.ranks); err != nil {
		return err
	}
	all, part := make([]byte, f.ranks*len(from)), len(from)/f.ranks
	err := f.AllGather(all, from)
	for r := range f.ranks {
		copy(to[r*part:][:part], all[r*len(from)+f.rank*part:])
	}
	return err
}
