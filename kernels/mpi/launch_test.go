//go:build mpi

package mpi

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests start this program again, as ranks under mpirun, with a part to play in part. MPIRUN names another
// launcher.
const part = "GORGAN_MPI_PART"

func TestMain(m *testing.M) {
	if name := os.Getenv(part); name != "" {
		os.Exit(play(name))
	}
	os.Exit(m.Run())
}

// play does a rank's part and returns its exit code. Each line on standard output begins with the rank.
func play(name string) int {
	do := parts[name]
	if os.Getenv("GORGAN_MPI_WAITS") == launched() {
		say(launched(), "is", os.Getpid())
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	if do.patient != "" && do.patient == launched() {
		do.limit = patience
	}
	g, err := join(do.limit, cmp.Or(do.piece, pieceBytes))
	if err != nil {
		say(launched(), "failed", err)
		return 5
	}
	say(strconv.Itoa(g.Rank()), "is", os.Getpid())
	if err := do.do(g); err != nil {
		say(strconv.Itoa(g.Rank()), "failed", err)
		return 5
	}
	say(strconv.Itoa(g.Rank()), "done", "")
	return 0
}

// launched is the rank that the launcher has given, for a process that has not joined.
func launched() string { return cmp.Or(os.Getenv("OMPI_COMM_WORLD_RANK"), os.Getenv("PMI_RANK"), "0") }

// say writes one line whole.
func say(rank, what string, text any) {
	os.Stdout.WriteString(fmt.Sprintf("rank %s %s: %v\n", rank, what, text))
}

// ranks is what a launched group has said: the processes, and each rank's lines by their kind.
type ranks struct {
	pids map[string]int
	said map[string]map[string][]string // by kind and rank
	all  []string
	err  error // the launcher's
}

// launch runs n ranks that play a part, and returns when all have ended. Nothing outlives it. A launcher ends all
// ranks when one has ended badly. So if watch is given, the launcher starts shells that start the ranks and stay when
// they have ended, until watch, which is called after each line, returns true.
func launch(t testing.TB, n int, name string, watch func(*ranks) bool, env ...string) *ranks {
	t.Helper()
	mpirun := cmp.Or(os.Getenv("MPIRUN"), "mpirun")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, mpirun, "-n", strconv.Itoa(n))
	end := filepath.Join(t.TempDir(), "end")
	if watch != nil {
		cmd.Args = append(cmd.Args, "sh", "-c", `"$0"; for i in $(seq 600); do [ -e "$1" ] && break; sleep 0.1; done`, os.Args[0], end)
	} else {
		cmd.Args = append(cmd.Args, os.Args[0])
	}
	cmd.Env = append(os.Environ(), append(env, part+"="+name,
		// The flags for this are not those of every launcher. The names are Open MPI's 4 and 5; MPICH does it anyway.
		"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "PRTE_ALLOW_RUN_AS_ROOT=1", "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1",
		"OMPI_MCA_rmaps_base_oversubscribe=1", "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe",
		"OMPI_MCA_hwloc_base_binding_policy=none", "PRTE_MCA_hwloc_default_binding_policy=none")...)
	begin := time.Now()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends the ranks
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v; install Open MPI or MPICH, or name the launcher in MPIRUN", err)
	}
	r := &ranks{pids: map[string]int{}, said: map[string]map[string][]string{}}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		r.add(lines.Text())
		if watch != nil && watch(r) {
			if err := os.WriteFile(end, nil, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	r.err = cmd.Wait()
	t.Logf("%s -n %d, part %s: %v after %v\n%s", mpirun, n, name, r.err, time.Since(begin).Round(time.Millisecond), strings.Join(r.all, "\n"))
	for rank := range n {
		r.signal(rank, syscall.SIGKILL)
	}
	return r
}

// add notes a line.
func (r *ranks) add(line string) {
	r.all = append(r.all, line)
	var rank, kind string
	if _, err := fmt.Sscanf(line, "rank %s %s", &rank, &kind); err != nil || !strings.HasSuffix(kind, ":") {
		return // of the launcher
	}
	kind = strings.TrimSuffix(kind, ":")
	_, text, _ := strings.Cut(line, ": ")
	if r.said[kind] == nil {
		r.said[kind] = map[string][]string{}
	}
	r.said[kind][rank] = append(r.said[kind][rank], text)
	if kind == "is" {
		r.pids[rank], _ = strconv.Atoi(text)
	}
}

// signal sends a signal to a rank.
func (r *ranks) signal(rank int, signal syscall.Signal) {
	if pid := r.pids[strconv.Itoa(rank)]; pid > 0 {
		syscall.Kill(pid, signal)
	}
}

// count is how many ranks have said something of a kind.
func (r *ranks) count(kind string) int { return len(r.said[kind]) }

// last is the last that a rank has said of a kind.
func (r *ranks) last(kind string, rank int) string {
	lines := r.said[kind][strconv.Itoa(rank)]
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}
