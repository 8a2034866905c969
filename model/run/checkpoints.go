package run

import (
	"errors"
	"fmt"
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
	LastFile       = "last"
	BestFile       = "best"
	CheckpointFile = "checkpoint_%06d.safetensors"
)

var checkpointName = regexp.MustCompile(`^checkpoint_(\d{6,})\.safetensors$`)

// save writes a checkpoint, makes last name it, and removes checkpoints beyond keep. The lines
// of earlier steps are on the disk before last names the checkpoint. So a power failure may
// lose what the run did after its last checkpoint, and nothing else.
func (r *Folder) save(s *model.State) error {
	if err := r.here(); err != nil {
		return err
	}
	if err := model.Save(r.Path(fmt.Sprintf(CheckpointFile, s.Step)), s); err != nil {
		return err
	}
	if err := errors.Join(r.metrics.Sync(), r.events.Sync()); err != nil {
		return err
	}
	if err := r.pointLast(s.Step); err != nil {
		return err
	}
	return r.prune(s.Step)
}

// pointLast makes the file last name the checkpoint of step.
func (r *Folder) pointLast(step uint32) error {
	return atomicfile.WriteText(r.Path(LastFile), fmt.Appendf(nil, CheckpointFile+"\n", step))
}

// Unsaved reports whether the run has no checkpoint to resume from and never had one after
// step 0.
func (r *Folder) Unsaved() bool {
	if _, err := os.Lstat(r.Path(LastFile)); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	steps, err := CheckpointSteps(r.Dir)
	return err == nil && (len(steps) == 0 || steps[len(steps)-1] == 0)
}

// CheckpointSteps returns the steps of the checkpoints in a folder, in order.
func CheckpointSteps(dir string) ([]uint32, error) {
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
func (r *Folder) prune(step uint32) error {
	if r.keep == 0 {
		return nil
	}
	steps, err := CheckpointSteps(r.Dir)
	if err != nil {
		return err
	}
	old := slices.DeleteFunc(steps, func(n uint32) bool { return n >= step })
	for _, n := range old[:max(0, len(old)-(r.keep-1))] {
		if r.best != nil && n == r.best.Step {
			continue
		}
		if err := os.Remove(r.Path(fmt.Sprintf(CheckpointFile, n))); err != nil {
			return err
		}
	}
	return nil
}

// point makes the file best name the checkpoint of r.best, or removes the file if there is
// none.
func (r *Folder) point() error {
	if r.best == nil {
		if err := os.Remove(r.Path(BestFile)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return atomicfile.WriteText(r.Path(BestFile), fmt.Appendf(nil, CheckpointFile+"\n", r.best.Step))
}

// longestName is more than the bytes of a file that names a checkpoint.
const longestName = 64

// CheckpointPath resolves path to a checkpoint file. path is the file itself, RUN/last,
// RUN/best, or a run folder, which means RUN/last.
func CheckpointPath(path string) (string, error) {
	info, err := os.Stat(path)
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == BestFile {
		return "", fmt.Errorf("%s: %w; a run has a best checkpoint once it was evaluated, by train --evaluate-every", path, err)
	}
	if err != nil {
		return "", fmt.Errorf("%s is not a run nor a checkpoint: %w", path, err)
	}
	if info.IsDir() {
		path = filepath.Join(path, LastFile)
	} else if base := filepath.Base(path); base != LastFile && base != BestFile || info.Size() > longestName {
		return path, nil
	}
	text, err := atomicfile.Read(path, longestName)
	if err != nil {
		dir := filepath.Dir(path)
		return "", fmt.Errorf("%s is not a run, or has no checkpoint yet: %w%s", dir, err, runsIn(dir))
	}
	name := strings.TrimSpace(string(text))
	if !checkpointName.MatchString(name) {
		return "", fmt.Errorf("%s names %q, want a checkpoint in the same folder", path, name)
	}
	return filepath.Join(filepath.Dir(path), name), nil
}

// LoadModel reads the checkpoint that path means (see CheckpointPath). If the checkpoint is
// damaged or gone, the error names the newest whole one beside it.
func LoadModel(path string) (file string, state *model.State, err error) {
	if file, err = CheckpointPath(path); err == nil {
		state, err = model.Load(file)
	}
	if errors.Is(err, model.ErrCheckpoint) || errors.Is(err, fs.ErrNotExist) {
		dir := filepath.Dir(file)
		if file == "" {
			dir = path
		}
		if whole := newestWhole(dir); whole != "" {
			err = &DamagedError{err, whole}
		}
	}
	return file, state, err
}

// DamagedError reports a checkpoint that is damaged or gone, and names another that is whole.
type DamagedError struct {
	error
	Whole string // its path
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v; the newest whole checkpoint there is %s", e.error, e.Whole)
}

func (e *DamagedError) Unwrap() error { return e.error }

// newestWhole returns the newest checkpoint in a folder that can be read, or "" if there is
// none.
func newestWhole(dir string) string {
	steps, err := CheckpointSteps(dir)
	if err != nil {
		return ""
	}
	for _, step := range slices.Backward(steps) {
		path := filepath.Join(dir, fmt.Sprintf(CheckpointFile, step))
		if _, err := model.Load(path); err == nil {
			return path
		}
	}
	return ""
}
