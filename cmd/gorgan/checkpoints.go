package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
)

// The checkpoints of a run, and the two files that name one of them: the newest, and the
// best by the figure that --evaluate-metric chooses.
const (
	lastFile       = "last"
	bestFile       = "best"
	checkpointFile = "checkpoint_%06d.safetensors"
)

var checkpointName = regexp.MustCompile(`^checkpoint_(\d{6,})\.safetensors$`)

// save writes a checkpoint, makes last name it, and removes checkpoints beyond keep. The lines
// of earlier steps are on the disk before last names the checkpoint. So a power failure may
// lose what the run did after its last checkpoint, and nothing else.
func (r *runFolder) save(s *model.State) error {
	if err := r.here(); err != nil {
		return err
	}
	if err := model.Save(r.path(fmt.Sprintf(checkpointFile, s.Step)), s); err != nil {
		return err
	}
	if err := r.metrics.Sync(); err != nil {
		return err
	}
	if err := r.pointLast(s.Step); err != nil {
		return err
	}
	return r.prune(s.Step)
}

// pointLast makes the file last name the checkpoint of step.
func (r *runFolder) pointLast(step uint32) error {
	return write(r.path(lastFile), fmt.Appendf(nil, checkpointFile+"\n", step))
}

// unsaved reports whether the run has no checkpoint to resume from and never had one after
// step 0.
func (r *runFolder) unsaved() bool {
	if _, err := os.Lstat(r.path(lastFile)); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	steps, err := checkpointSteps(r.dir)
	return err == nil && (len(steps) == 0 || steps[len(steps)-1] == 0)
}

// checkpointSteps returns the steps of the checkpoints in a folder, in order.
func checkpointSteps(dir string) ([]uint32, error) {
	held, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var steps []uint32
	for _, e := range held {
		if m := checkpointName.FindStringSubmatch(e.Name()); m != nil {
			if n, err := strconv.ParseUint(m[1], 10, 32); err == nil {
				steps = append(steps, uint32(n))
			}
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// prune removes the checkpoints before step that are beyond keep. It keeps the best.
func (r *runFolder) prune(step uint32) error {
	if r.keep == 0 {
		return nil
	}
	steps, err := checkpointSteps(r.dir)
	if err != nil {
		return err
	}
	old := slices.DeleteFunc(steps, func(n uint32) bool { return n >= step })
	for _, n := range old[:max(0, len(old)-(r.keep-1))] {
		if r.best != nil && n == r.best.Step {
			continue
		}
		if err := os.Remove(r.path(fmt.Sprintf(checkpointFile, n))); err != nil {
			return err
		}
	}
	return nil
}

// point makes the file best name the checkpoint of r.best, or removes the file if there is
// none.
func (r *runFolder) point() error {
	if r.best == nil {
		if err := os.Remove(r.path(bestFile)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return write(r.path(bestFile), fmt.Appendf(nil, checkpointFile+"\n", r.best.Step))
}

// longestName is more than the bytes of a file that names a checkpoint.
const longestName = 64

// checkpointPath resolves path to a checkpoint file. path is the file itself, RUN/last,
// RUN/best, or a run folder, which means RUN/last.
func checkpointPath(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == bestFile {
		return "", fmt.Errorf("%w; a run has a best checkpoint once it was evaluated, by train --evaluate-every", err)
	}
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		path = filepath.Join(path, lastFile)
	} else if base := filepath.Base(path); base != lastFile && base != bestFile || info.Size() > longestName {
		return path, nil
	}
	text, err := atomicfile.Read(path, longestName)
	if err != nil {
		return "", fmt.Errorf("%s is not a run, or has no checkpoint yet: %w", filepath.Dir(path), err)
	}
	name := strings.TrimSpace(string(text))
	if !checkpointName.MatchString(name) {
		return "", fmt.Errorf("%s names %q, want a checkpoint in the same folder", path, name)
	}
	return filepath.Join(filepath.Dir(path), name), nil
}

// loadModel reads the checkpoint that path means (see checkpointPath). If the checkpoint is
// damaged or gone, the error names the newest whole one beside it.
func loadModel(path string) (file string, state *model.State, err error) {
	if path == "" {
		return "", nil, usageError{errors.New("--model is missing; it names a checkpoint or a run's folder")}
	}
	if file, err = checkpointPath(path); err == nil {
		state, err = model.Load(file)
	}
	if errors.Is(err, model.ErrCheckpoint) || errors.Is(err, fs.ErrNotExist) {
		dir := filepath.Dir(file)
		if file == "" {
			dir = path
		}
		if whole := newestWhole(dir); whole != "" {
			err = &damagedError{err, whole}
		}
	}
	return file, state, err
}

// damagedError reports a checkpoint that is damaged or gone, and names another that is whole.
type damagedError struct {
	error
	whole string
}

func (e *damagedError) Error() string {
	return fmt.Sprintf("%v; the newest whole checkpoint there is %s", e.error, e.whole)
}

func (e *damagedError) Unwrap() error { return e.error }

// newestWhole returns the newest checkpoint in a folder that can be read, or "" if there is
// none.
func newestWhole(dir string) string {
	steps, err := checkpointSteps(dir)
	if err != nil {
		return ""
	}
	for _, step := range slices.Backward(steps) {
		path := filepath.Join(dir, fmt.Sprintf(checkpointFile, step))
		if _, err := model.Load(path); err == nil {
			return path
		}
	}
	return ""
}

func write(path string, text []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
