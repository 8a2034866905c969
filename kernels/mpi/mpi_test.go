//go:build mpi

package mpi

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// failed returns a function that says whether n ranks have failed, and ends the last of them all then.
func failed(n, last int) func(*ranks) bool {
	return func(r *ranks) bool {
		if r.count("failed") < n {
			return false
		}
		r.signal(last, syscall.SIGKILL)
		return true
	}
}

// missing is the error of a rank that the others wait for.
func missing(t *testing.T, rank, ranks int) string {
	return fmt.Sprintf("mpi: rank %d of %d%s has sent nothing for %v; see whether its process has ended or is stopped", rank, ranks, host(t), short)
}

// host is the name of this machine as a RankError has it.
func host(t *testing.T) string {
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return " (host " + name + ")"
}

// all fails unless n ranks have done a part, and left as MPI wants it.
func all(t *testing.T, r *ranks, n int) {
	t.Helper()
	if r.count("done") != n || r.err != nil {
		t.Errorf("%d of %d ranks have done their part, and the launcher's error is %v", r.count("done"), n, r.err)
	}
}

// TestExchange: groups of processes move bytes as a group must, and devices of them have what each other sent and
// the sums of one rank.
func TestExchange(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		all(t, launch(t, n, "exchange", nil), n)
	}
}

// TestPieces: what is longer than a message arrives whole.
func TestPieces(t *testing.T) {
	for _, n := range []int{2, 4} {
		all(t, launch(t, n, "pieces", nil), n)
	}
}

// TestMismatch: ranks that make other calls are told so.
func TestMismatch(t *testing.T) {
	r := launch(t, 2, "mismatch", failed(2, 1))
	wants := []string{
		"an all-to-all: rank 1 of 2 sent 12 bytes to rank 0, want 20; all ranks must make the same calls in the same order",
		"an all-to-all: rank 0 of 2 sent more bytes to rank 1, want 12; all ranks must make the same calls in the same order",
	}
	for rank, want := range wants {
		left := fmt.Sprintf("rank %d of 2%s has left: %s", 1-rank, host(t), wants[1-rank]) // it was earlier
		if got, _ := strings.CutPrefix(r.last("failed", rank), "mpi: "); got != want && got != left {
			t.Errorf("rank %d failed with %q, want %q", rank, got, want)
		}
	}
	if got := launch(t, 2, "fewer", failed(1, 1)).last("failed", 0); got != missing(t, 1, 2) {
		t.Errorf("rank 0 failed with %q, want %q", got, missing(t, 1, 2))
	}
}

// TestMissing: a rank that has ended or stands still is named within the limit.
func TestMissing(t *testing.T) {
	for _, name := range []string{"killed", "stopped"} {
		const n = 4
		r := launch(t, n, name, failed(n-1, n-1))
		for rank := range n - 1 {
			if got, want := r.last("failed", rank), missing(t, 3, 4); got != want {
				t.Errorf("%s: rank %d failed with %q, want %q", name, rank, got, want)
			}
		}
	}
}

// TestFarewell: a rank that fails tells the others, which do not wait for their own limits.
func TestFarewell(t *testing.T) {
	r := launch(t, 3, "heard", failed(2, 2))
	for rank := range 2 {
		if got, want := r.last("failed", rank), missing(t, 2, 3); got != want {
			t.Errorf("rank %d failed with %q, want %q", rank, got, want)
		}
	}
}

// TestSuspended: a job that is stopped as a whole and continued later than the limit goes on.
func TestSuspended(t *testing.T) {
	begun := false
	all(t, launch(t, 2, "suspended", func(r *ranks) bool {
		if begun || len(r.pids) < 2 {
			return begun
		}
		begun = true
		time.Sleep(short / 8)
		for rank := range 2 {
			r.signal(rank, syscall.SIGSTOP)
		}
		time.Sleep(2 * short)
		for rank := range 2 {
			r.signal(1-rank, syscall.SIGCONT)
			time.Sleep(short / 20)
		}
		return true
	}), 2)
}

// TestUnclosed: Close names the ranks that do not call it.
func TestUnclosed(t *testing.T) {
	r := launch(t, 2, "unclosed", failed(1, 1))
	if got, want := r.last("failed", 0), missing(t, 1, 2); got != want {
		t.Errorf("rank 0 failed with %q, want %q", got, want)
	}
}

// TestAbsent: a rank that never joins keeps the others no longer than the limit.
func TestAbsent(t *testing.T) {
	r := launch(t, 2, "absent", failed(1, 1), "GORGAN_MPI_WAITS=1")
	if got, want := r.last("failed", 0), "mpi: MPI_Init_thread has not returned for 2s"; !strings.HasPrefix(got, want) {
		t.Errorf("rank 0 failed with %q, want %q", got, want)
	}
}

// BenchmarkSumRanks writes the time of a sum over two ranks.
func BenchmarkSumRanks(b *testing.B) {
	for _, line := range launch(b, 2, "bench", nil).said["bench"]["0"] {
		fmt.Println(line)
	}
}
