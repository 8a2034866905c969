package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// layCableOrSkip returns a cable, and skips the test where this machine makes none, unless GORGAN_REQUIRE_HOSTS is set.
func layCableOrSkip(t *testing.T) *cable {
	t.Helper()
	if testing.Short() {
		t.Skip("waits for the network")
	}
	c, err := layCable(t)
	if err == nil {
		var p *process
		if p, err = c.start(t, 0, nil, "true"); err == nil {
			if err = p.Wait(); err != nil {
				err = fmt.Errorf("a host: %w: %s", err, p.said.String())
			}
		}
		c.ends[0].Close() // its device has gone with the host
		c.ends[1].Close()
	}
	if err != nil {
		if os.Getenv("GORGAN_REQUIRE_HOSTS") != "" {
			t.Fatal(err)
		}
		t.Skipf("two hosts cannot be made here: %v", err)
	}
	c, err = layCable(t)
	must(t, err)
	return c
}

// startHosts starts a rank on each host of the cable.
func startHosts(t *testing.T, c *cable, program string, args []string) (both [2]*process) {
	t.Helper()
	for host := range both {
		flags := []string{program}
		flags = append(flags, args...)
		flags = append(flags, "--data-parallel", "--ranks", "2", "--rank", fmt.Sprint(host), "--rendezvous", hostAddress(0)+":29500")
		p, err := c.start(t, host, []string{rendezvousTokenVar + "=a secret of this test alone"}, flags...)
		must(t, err)
		both[host] = p
	}
	return both
}

// TestHosts: two hosts, with a network between them that delays and loses packets, train what a process alone trains.
func TestHosts(t *testing.T) {
	c := layCableOrSkip(t)
	program, args, root := programUnderTest(t), append(tinyRanks(t), "--steps", "15"), t.TempDir()
	shared, alone := filepath.Join(root, "shared"), filepath.Join(root, "alone")
	for _, p := range startHosts(t, c, program, append(args, "--out", shared)) {
		p.succeeds(t)
	}
	start(t, program, append(args, "--out", alone)...).succeeds(t)
	sameRun(t, alone, shared, 15)
	if c.lost.Load() == 0 {
		t.Error("the network has lost no packet")
	}
}

// TestHostsApart: where the network goes, both ranks end within the time of --rank-timeout, and the run goes on from a whole
// checkpoint.
func TestHostsApart(t *testing.T) {
	const limit, slack = 2 * time.Second, 3 * time.Second
	for name, apart := range map[string]func(c *cable){
		"cable":  func(c *cable) { c.cut.Store(true) },
		"device": func(c *cable) { c.ends[1].Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c := layCableOrSkip(t)
			program, args, root := programUnderTest(t), tinyRanks(t), t.TempDir()
			dir, whole := filepath.Join(root, "run"), filepath.Join(root, "whole")
			both := startHosts(t, c, program, slices.Concat(args, []string{"--steps", "1000000", "--out", dir, "--rank-timeout", limit.String()}))
			waitForSave(t, dir)
			apart(c)
			began := time.Now()
			for rank, p := range both {
				if got := p.code(t); got != exitRankMissing {
					t.Errorf("rank %d ended with %d, want %d: %s", rank, got, exitRankMissing, p.said.String())
				}
				if took := time.Since(began); took > limit+slack {
					t.Errorf("rank %d ended after %v, want at most %v", rank, took, limit+slack)
				}
				want := fmt.Sprintf("rank %d of 2 (host %c) has sent nothing for 2s", 1-rank, 'a'+1-rank)
				if last := p.last(); !strings.HasPrefix(last, "gorgan: ") || !strings.Contains(last, want) {
					t.Errorf("rank %d said %q, want %q", rank, last, want)
				}
			}
			noneHalfWritten(t, dir)
			_, state, err := loadModel(dir)
			must(t, err)
			steps := state.Step + 5
			start(t, program, slices.Concat(args, []string{"--steps", fmt.Sprint(steps), "--out", dir, "--continue"})...).succeeds(t)
			start(t, program, slices.Concat(args, []string{"--steps", fmt.Sprint(steps), "--out", whole})...).succeeds(t)
			if got, want := weightsAt(t, dir, steps), weightsAt(t, whole, steps); got != want {
				t.Errorf("the run goes on to %s, want %s", got, want)
			}
		})
	}
}

// weightsAt returns the hash of the weights of a run, which must be at a step.
func weightsAt(t *testing.T, dir string, step uint32) string {
	t.Helper()
	_, state, err := loadModel(dir)
	must(t, err)
	if state.Step != step {
		t.Errorf("%s is at step %d, want %d", dir, state.Step, step)
	}
	return state.WeightHash()
}
