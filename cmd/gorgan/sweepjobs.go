package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"gorgan/model/run"
	"gorgan/model/sweep"
)

// result is how the training of a run ended.
type result struct {
	failed, collapsed bool
	line              string // for the user
}

// news is a line of a job, or its result.
type news struct {
	trial  int
	note   string
	result *result
}

// train trains runs to so many steps, --jobs at a time, and returns their results in the order of trials. A run that was not
// begun before ctx ended has the zero result.
func (s *sweeper) train(ctx context.Context, trials []sweep.Trial, steps uint32) []result {
	todo, said := make(chan int), make(chan news)
	var jobs sync.WaitGroup
	for slot := range min(s.options.jobs, len(trials)) {
		jobs.Go(func() {
			for i := range todo {
				r := s.job(ctx, trials[i], steps, slot, func(note string) { said <- news{trial: i, note: note} })
				said <- news{trial: i, result: &r}
			}
		})
	}
	go func() {
		for i := range trials {
			select {
			case todo <- i:
				continue
			case <-ctx.Done():
			}
			break
		}
		close(todo)
		jobs.Wait()
		close(said)
	}()
	results, done := make([]result, len(trials)), 0
	for n := range said { // the user's lines are written here alone
		if n.result == nil {
			s.ui.note("%s: %s", s.dir(trials[n.trial]), n.note)
			continue
		}
		done++
		results[n.trial] = *n.result
		s.ui.say("%d/%d  %s  %s", done, len(trials), printable(s.dir(trials[n.trial])), printable(n.result.line))
	}
	return results
}

// job trains a run in a process of its own. A process that an earlier sweep left behind may be training it: then it waits.
func (s *sweeper) job(ctx context.Context, t sweep.Trial, steps uint32, slot int, note func(string)) result {
	for waits := false; run.InUse(s.dir(t)) && ctx.Err() == nil; waits = true {
		if !waits {
			note("another process trains in it; it is waited for")
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	program, err := os.Executable()
	if err != nil {
		return result{failed: true, line: err.Error()}
	}
	c := exec.CommandContext(ctx, program, append(s.command(t, steps), s.shared(t, slot)...)...)
	endGently(c)
	var said tail
	c.Stderr = &said
	if err = c.Start(); err == nil {
		stop := passOnSaveRequests(c.Process)
		err = c.Wait()
		stop()
	}
	switch {
	case err == nil:
		return result{line: s.reached(t)}
	case ctx.Err() != nil:
		return result{line: "interrupted"}
	case c.ProcessState != nil && c.ProcessState.ExitCode() == exitCollapsed:
		return result{collapsed: true, line: s.reached(t)}
	default:
		return result{failed: true, line: "failed: " + said.last(err)}
	}
}

// reached describes a run that has ended.
func (s *sweeper) reached(t sweep.Trial) string {
	l := listRun(s.dir(t))
	return fmt.Sprintf("%s at step %d, %s", l.State, l.Step, l.lastFigure())
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

const longestTail = 1 << 12

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-longestTail):]
	return len(p), nil
}

// last returns the last line, or an error's text if there is none.
func (t *tail) last(err error) string {
	lines := bytes.Split(bytes.TrimSpace(t.kept), []byte("\n"))
	if line := string(lines[len(lines)-1]); line != "" {
		return strings.TrimPrefix(line, "gorgan: ")
	}
	return err.Error()
}

// arrayVars returns the variables by which schedulers number the jobs of an array, and the number of the first.
func arrayVars() []arrayVar {
	return []arrayVar{
		{"SLURM_ARRAY_TASK_ID", 0}, {"PBS_ARRAY_INDEX", 0}, {"LSB_JOBINDEX", 1}, {"SGE_TASK_ID", 1}, {"JOB_COMPLETION_INDEX", 0}, {"AWS_BATCH_JOB_ARRAY_INDEX", 0},
	}
}

type arrayVar struct {
	name  string
	first int
}

// arrayIndex reads --nth: a number from 0 on, or auto for the one in the environment.
func arrayIndex(text string) (int, error) {
	if text != "auto" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return 0, usageError{fmt.Errorf("--nth is %.40q, want auto or a whole number of 0 or more", text)}
		}
		return n, nil
	}
	var names []string
	found, index := "", 0
	for _, v := range arrayVars() {
		names = append(names, v.name)
		value := os.Getenv(v.name)
		if value == "" || value == "undefined" || v.first == 1 && value == "0" { // of SGE and LSF, for a job that is in no array
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < v.first {
			return 0, usageError{fmt.Errorf("--nth auto: %s is %.40q, want a whole number of %d or more", v.name, value, v.first)}
		}
		if found != "" {
			return 0, usageError{fmt.Errorf("--nth auto: %s and %s are both set; give the number", found, v.name)}
		}
		found, index = v.name, n-v.first
	}
	if found == "" {
		return 0, usageError{errors.New("--nth auto: the job is in no array: none of " + strings.Join(names, ", ") + " is set")}
	}
	return index, nil
}
