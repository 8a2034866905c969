package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gorgan/dataset"
	"gorgan/model"
)

// runFolder is the folder a run leaves its files in.
type runFolder struct {
	dir     string
	keep    int // checkpoints, 0 for all
	log     *os.File
	metrics *os.File
	history []model.Metrics // what metrics.jsonl holds

	evaluated []evaluation // what evaluations.jsonl holds
	best      *evaluation  // of these, nil for none
}

// The files of a run that hold an object a line.
const (
	metricsFile     = "metrics.jsonl"
	evaluationsFile = "evaluations.jsonl"
)

// createRun makes a new folder: dir, or the next number under runs where dir is empty.
// A folder that holds anything is an error.
func createRun(dir string, s settings) (*runFolder, error) {
	if dir == "" {
		source := strings.TrimSuffix(filepath.Base(s.Data), filepath.Ext(s.Data))
		if source = regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(source, "-"); source == "" {
			source = "data"
		}
		var err error
		if dir, err = nextRun("runs", source+"-"+s.Model.Loss); err != nil {
			return nil, err
		}
	} else {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, fmt.Errorf("run folder: %w", err)
		}
		held, err := os.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("run folder: %w", err)
		}
		if len(held) > 0 {
			return nil, fmt.Errorf("run folder %s is not empty; choose another --out, or go on with --resume %s", dir, dir)
		}
	}
	if err := writeSettings(dir, s); err != nil {
		return nil, err
	}
	r := &runFolder{dir: dir, keep: s.Keep}
	return r, r.openLogs()
}

// nextRun makes the first numbered folder after those that are there.
func nextRun(parent, name string) (string, error) {
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return "", fmt.Errorf("run folder: %w", err)
	}
	held, err := os.ReadDir(parent)
	if err != nil {
		return "", fmt.Errorf("run folder: %w", err)
	}
	next := 0
	for _, e := range held {
		number, _, _ := strings.Cut(e.Name(), "-")
		if n, err := strconv.Atoi(number); err == nil && n >= next {
			next = n + 1
		}
	}
	for {
		dir := filepath.Join(parent, fmt.Sprintf("%05d-%s", next, name))
		err := os.Mkdir(dir, 0o777)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
		next++ // another run was faster
	}
}

// openRun opens the folder of a run that goes on after step. What it noted of later
// steps is dropped, and what a crash left half-written removed.
func openRun(dir string, s settings, step uint32) (*runFolder, error) {
	r := &runFolder{dir: dir, keep: s.Keep}
	var err error
	if r.history, err = readMetrics(dir, step); err != nil {
		return nil, err
	}
	if r.evaluated, err = readEvaluations(dir, step); err != nil {
		return nil, err
	}
	if err := writeSettings(dir, s); err != nil {
		return nil, err
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp"))
	if err != nil {
		return nil, err
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	if err := writeLines(r.path(metricsFile), r.history); err != nil {
		return nil, err
	}
	if err := writeLines(r.path(evaluationsFile), r.evaluated); err != nil {
		return nil, err
	}
	r.best = s.bestOf(r.evaluated, func(step uint32) bool {
		_, err := os.Stat(r.path(fmt.Sprintf(checkpointFile, step)))
		return err == nil
	})
	if err := r.point(); err != nil {
		return nil, err
	}
	return r, r.openLogs()
}

func (r *runFolder) openLogs() error {
	var err error
	open := func(name string) *os.File {
		f, e := os.OpenFile(r.path(name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
		err = errors.Join(err, e)
		return f
	}
	r.log, r.metrics = open("log.txt"), open(metricsFile)
	return err
}

func (r *runFolder) close() error { return errors.Join(r.log.Close(), r.metrics.Close()) }

func (r *runFolder) path(name string) string { return filepath.Join(r.dir, name) }

// readMetrics reads a run's lines up to step.
func readMetrics(dir string, step uint32) ([]model.Metrics, error) {
	return readLines(filepath.Join(dir, metricsFile), step, func(m model.Metrics) uint32 { return m.Step })
}

// readEvaluations reads a run's evaluations up to step.
func readEvaluations(dir string, step uint32) ([]evaluation, error) {
	return readLines(filepath.Join(dir, evaluationsFile), step, func(e evaluation) uint32 { return e.Step })
}

// secondsAt is the time a run had spent training at step.
func secondsAt(dir string, step uint32) (float64, error) {
	history, err := readMetrics(dir, step)
	if err != nil || len(history) == 0 {
		return 0, err
	}
	return history[len(history)-1].Seconds, nil
}

// The pictures of a run: images of the data, and what the generator makes of the
// noise of seeds 0 to 35, 6 a row, before the first step and at display steps. A
// conditional one makes a column of each class of as many seeds or a few more.
const (
	realsFile  = "reals.png"
	initFile   = "fakes_init.png"
	fakesFile  = "fakes_%06d.png"
	gridCols   = 6
	gridImages = 36
)

// begin leaves the state before the first step.
func (r *runFolder) begin(t *model.Trainer, set *dataset.Set) error {
	c := t.Config()
	n, size := min(gridImages, set.Len()/c.Stack), set.Size().Pixels()
	pixels := make([]byte, n*c.Pixels())
	for i := range n * c.Stack {
		if err := set.Pixels(pixels[i*size:], i); err != nil {
			return err
		}
	}
	if err := r.grid(realsFile, pixels, c, gridCols); err != nil {
		return err
	}
	if err := r.fakes(initFile, t); err != nil {
		return err
	}
	state, err := t.State()
	if err != nil {
		return err
	}
	return r.save(state)
}

// display notes a display step's metrics, and draws curves and images.
func (r *runFolder) display(m model.Metrics, t *model.Trainer) error {
	if err := appendLine(r.metrics, m); err != nil {
		return err
	}
	r.history = append(r.history, m)
	if err := writeCurves(r.path("loss.png"), r.history); err != nil {
		return err
	}
	return r.fakes(fmt.Sprintf(fakesFile, m.Step), t)
}

func (r *runFolder) fakes(name string, t *model.Trainer) error {
	c := t.Config()
	n, cols := gridImages, gridCols
	if c.Classes > 1 {
		cols = c.Classes
		n = (gridImages + cols - 1) / cols * cols
	}
	seeds := seedsFrom(0, n)
	images, err := t.Draw(c.Noise(seeds), c.Labels(seeds))
	if err != nil {
		return err
	}
	return r.grid(name, model.Pixels(images), c, cols)
}

func (r *runFolder) grid(name string, pixels []byte, c model.Config, cols int) error {
	n := len(pixels) / c.Pixels()
	img, err := imageGrid(pixels, c, (n+cols-1)/cols, cols)
	if err != nil {
		return err
	}
	return dataset.WritePNG(r.path(name), img)
}
