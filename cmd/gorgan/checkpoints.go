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

// save writes a checkpoint, points last at it, and removes those past keep.
func (r *runFolder) save(s *model.State) error {
	name := fmt.Sprintf(checkpointFile, s.Step)
	if err := model.Save(r.path(name), s); err != nil {
		return err
	}
	if err := write(r.path(lastFile), []byte(name+"\n")); err != nil {
		return err
	}
	return r.prune(s.Step)
}

// prune removes the checkpoints before step past keep, but for the best.
func (r *runFolder) prune(step uint32) error {
	if r.keep == 0 {
		return nil
	}
	held, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	var old []int
	for _, e := range held {
		if m := checkpointName.FindStringSubmatch(e.Name()); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && n < int(step) {
				old = append(old, n)
			}
		}
	}
	slices.Sort(old)
	for _, n := range old[:max(0, len(old)-(r.keep-1))] {
		if r.best != nil && n == int(r.best.Step) {
			continue
		}
		if err := os.Remove(r.path(fmt.Sprintf(checkpointFile, n))); err != nil {
			return err
		}
	}
	return nil
}

// point has the best file name the checkpoint of r.best, or removes it where there is
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

// longestName is more than a file that names a checkpoint holds.
const longestName = 64

// checkpointPath is the checkpoint that path means: itself; that which it names, if it
// is the file last or best of a run; or the last of the run in that folder.
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
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s is not a run, or has no checkpoint yet: %w", filepath.Dir(path), err)
	}
	name := strings.TrimSpace(string(text))
	if !checkpointName.MatchString(name) {
		return "", fmt.Errorf("%s names %q, want a checkpoint in the same folder", path, name)
	}
	return filepath.Join(filepath.Dir(path), name), nil
}

func write(path string, text []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
