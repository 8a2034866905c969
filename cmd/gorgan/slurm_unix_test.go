//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gorgan/model/ranks"
)

// fakeSrun starts SLURM_NTASKS processes of a command on this machine, as srun does, and ends with the highest of their exit
// codes. It writes down the process of each task, its command line, and its token.
const fakeSrun = `#!/bin/bash
while [[ $1 == --* ]]; do shift; done
for ((task = 0; task < SLURM_NTASKS; task++)); do
	SLURM_PROCID=$task SLURM_LOCALID=$task SLURM_STEP_ID=0 SLURM_STEP_NODELIST=localhost "$@" </dev/null &
	echo "$GORGAN_RENDEZVOUS_TOKEN" >>"$FAKE/tokens"
	echo "$@" >>"$FAKE/commands"
	echo $! >>"$FAKE/pids"
done
highest=0
for task in $(jobs -p); do
	wait "$task"
	code=$?
	if ((code > highest)); then highest=$code; fi
done
exit $highest
`

// fakeScontrol writes down what it is told.
const fakeScontrol = `#!/bin/bash
echo "$@" >>"$FAKE/scontrol"
`

// TestSlurmScript: the script of docs/examples, with others in the place of Slurm's programs, trains what a process alone trains. It
// asks for another start if Slurm ends its time, and goes on then.
func TestSlurmScript(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	program, bin, dir := programUnderTest(t), t.TempDir(), t.TempDir()
	script, err := filepath.Abs("../../docs/examples/data-parallel.sbatch")
	must(t, err)
	for name, text := range map[string]string{"srun": fakeSrun, "scontrol": fakeScontrol} {
		must(t, os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755))
	}
	args := tinyRanks(t)
	own := slices.Clone(args[1:]) // the script gives these two itself
	for _, flag := range []string{"--shards", "--workers"} {
		i := slices.Index(own, flag)
		own = slices.Delete(own, i, i+2)
	}
	job := jobWithFreePort(t)
	lines := func(name string) []string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	begin := func(steps int) *process {
		p := &process{Cmd: exec.Command(bash, slices.Concat([]string{script}, own, []string{"--steps", fmt.Sprint(steps)})...)}
		p.Dir, p.Stdout, p.Stderr = dir, &p.said, &p.said
		p.Env = append(os.Environ(), "PATH="+bin+":"+filepath.Dir(program)+":"+os.Getenv("PATH"), "FAKE="+dir,
			"SLURM_JOB_NAME=tiny", "SLURM_JOB_ID="+job, "SLURM_NTASKS=2", "SLURM_CPUS_PER_TASK=1", "SLURM_JOB_NODELIST=localhost")
		must(t, p.Start())
		t.Cleanup(func() {
			for _, pid := range lines("pids") {
				if n, err := strconv.Atoi(pid); err == nil && p.ProcessState == nil {
					_ = syscall.Kill(n, syscall.SIGKILL)
				}
			}
		})
		return p
	}
	shared, alone := filepath.Join(dir, "runs", "tiny"), filepath.Join(dir, "alone")

	p := begin(1_000_000)
	waitForSave(t, shared)
	for _, pid := range lines("pids") { // as Slurm does before the time is over
		n, err := strconv.Atoi(pid)
		must(t, err)
		must(t, syscall.Kill(n, syscall.SIGTERM))
	}
	if got := p.code(t); got != exitInterrupted {
		t.Errorf("the script ended with %d, want %d: %s", got, exitInterrupted, p.said.String())
	}
	if got := lines("scontrol"); !slices.Equal(got, []string{"requeue " + job}) {
		t.Errorf("scontrol was told %q, want one requeue", got)
	}
	_, state, err := loadModel(shared)
	must(t, err)
	steps := int(state.Step) + 10
	begin(steps).succeeds(t)
	if got := lines("scontrol"); len(got) != 1 {
		t.Errorf("scontrol was told %q, want nothing after the last step", got)
	}
	start(t, program, slices.Concat(args, []string{"--steps", fmt.Sprint(steps), "--out", alone})...).succeeds(t)
	_, got, err := loadModel(shared)
	must(t, err)
	_, want, err := loadModel(alone)
	must(t, err)
	if got.Step != want.Step || got.WeightHash() != want.WeightHash() {
		t.Errorf("the ranks come to step %d, %s, want step %d, %s", got.Step, got.WeightHash(), want.Step, want.WeightHash())
	}

	tokens, commands := lines("tokens"), lines("commands")
	if len(tokens) != 4 || tokens[0] != tokens[1] || tokens[2] != tokens[3] || tokens[0] == tokens[2] || len(tokens[0]) < ranks.TokenSize {
		t.Errorf("the tokens of two ranks in two starts are %q, want one of at least %d bytes for each start", tokens, ranks.TokenSize)
	}
	for _, command := range commands {
		if strings.Contains(command, tokens[0]) || strings.Contains(command, tokens[2]) {
			t.Errorf("the token is on the command line %q", command)
		}
	}
}

// jobWithFreePort returns the number of a job whose rendezvous is at a port that is free.
func jobWithFreePort(t *testing.T) string {
	t.Helper()
	for port := 15000 + os.Getpid()%5000; port < 25000; port++ {
		if l, err := net.Listen("tcp", fmt.Sprint("localhost:", port)); err == nil {
			must(t, l.Close())
			return fmt.Sprint(770000 + port - 15000)
		}
	}
	t.Fatal("no port from 15000 to 24999 is free")
	return ""
}
