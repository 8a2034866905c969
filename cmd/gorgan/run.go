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

	"github.com/gofrs/flock"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
)

// runFolder is the folder with the files of a run. It is locked while it is open.
type runFolder struct {
	dir     string
	keep    int // checkpoints, 0 for all
	lock    *flock.Flock
	log     *os.File
	metrics *os.File
	reports *os.File // evaluations.jsonl

	measured  lines[model.Metrics] // what metrics.jsonl holds
	evaluated lines[evaluation]    // what evaluations.jsonl holds
	best      *evaluation          // of these, nil for none
	plot      lossPlot             // of what is measured
}

// The files of a run that have one object on each line.
const (
	metricsFile     = "metrics.jsonl"
	evaluationsFile = "evaluations.jsonl"
)

// createRun makes a new folder. This is dir or, if dir is empty, the next number under runs,
// with name. A folder that is not empty is an error, except if it has only a lock and
// temporary files, which a run that was killed before it began leaves.
func createRun(dir, name string, s settings) (r *runFolder, err error) {
	if dir == "" {
		if dir, err = nextRun("runs", name); err != nil {
			return nil, err
		}
	} else if err := atomicfile.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	if r, err = openRun(dir); err != nil {
		return nil, err
	}
	if err := r.create(s); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *runFolder) create(s settings) error {
	held, err := os.ReadDir(r.dir)
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	for _, e := range held {
		if e.Name() != lockFile && !atomicfile.IsTemporary(e.Name()) {
			return fmt.Errorf("run folder %s is not empty; choose another --out, or go on with --resume %[1]s", r.dir)
		}
	}
	if err := atomicfile.RemoveTemporaries(r.dir, 0); err != nil {
		return err
	}
	if err := writeSettings(r.dir, s); err != nil {
		return err
	}
	r.keep, r.plot = s.Keep, newLossPlot(r.path(lossFile), s)
	return r.openLogs(s.EvaluateEvery > 0)
}

// runName returns the part of a new run's folder name that follows the number.
func runName(data, kind string) string {
	source := regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(sourceName(data), "-")
	if source == "" {
		source = "data"
	}
	return source + "-" + kind
}

// sourceName returns a short name for the data.
func sourceName(data string) string {
	return strings.TrimSuffix(filepath.Base(data), filepath.Ext(data))
}

// nextRun makes the folder with the next free number.
func nextRun(parent, name string) (string, error) {
	if err := atomicfile.MkdirAll(parent); err != nil {
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
		if err == nil {
			atomicfile.SyncFolder(parent)
			return dir, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("run folder: %w", err)
		}
		next++ // another run was faster
	}
}

// openRun locks the folder of a run.
func openRun(dir string) (*runFolder, error) {
	lock, err := lockRun(dir)
	if err != nil {
		return nil, err
	}
	return &runFolder{dir: dir, lock: lock}, nil
}

// read reads the lines of the run up to step. It changes nothing.
func (r *runFolder) read(step uint32) (err error) {
	if r.measured, err = readMetrics(r.dir, step); err != nil {
		return err
	}
	r.evaluated, err = readEvaluations(r.dir, step)
	return err
}

// goOn prepares the folder to resume from step, which must be that of read. It drops the lines
// of later steps and removes files that a crash left half-written. Afterwards last and best name
// the right checkpoints. It returns sentences about what was lost.
func (r *runFolder) goOn(s settings, step uint32) (notes []string, err error) {
	r.keep, r.plot = s.Keep, newLossPlot(r.path(lossFile), s)
	if err := writeSettings(r.dir, s); err != nil {
		return nil, err
	}
	if err := atomicfile.RemoveTemporaries(r.dir, 0); err != nil {
		return nil, err
	}
	// This comes before lines are dropped. After a crash in between, last must not name a
	// checkpoint that is later than the remaining lines.
	saved := !r.unsaved()
	if saved {
		if err := r.pointLast(step); err != nil {
			return nil, err
		}
	}
	lost, err := writeLines(r.path(metricsFile), r.measured)
	if err != nil {
		return nil, err
	}
	missed, err := writeLines(r.path(evaluationsFile), r.evaluated)
	if err != nil {
		return nil, err
	}
	for _, note := range []string{lost, missed} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	r.best = s.bestOf(r.evaluated.noted, func(step uint32) bool {
		_, err := os.Stat(r.path(fmt.Sprintf(checkpointFile, step)))
		return err == nil
	})
	if named, err := checkpointPath(r.path(bestFile)); err == nil && r.best == nil {
		notes = append(notes, fmt.Sprintf("%s named %s, of which %s holds no evaluation on %s up to step %d: the run has no best checkpoint yet", r.path(bestFile), filepath.Base(named), evaluationsFile, count(s.EvaluateCount, "image"), step))
	}
	if err := r.point(); err != nil {
		return nil, err
	}
	if saved {
		if err := r.prune(step); err != nil {
			return nil, err
		}
	}
	return notes, r.openLogs(s.EvaluateEvery > 0)
}

// openLogs opens the files to which lines are added, including that of evaluations if there
// will be any. It makes them before the first checkpoint, because saving syncs their folder.
func (r *runFolder) openLogs(evaluations bool) error {
	files := map[string]**os.File{"log.txt": &r.log, metricsFile: &r.metrics}
	if evaluations {
		files[evaluationsFile] = &r.reports
	}
	for name, to := range files {
		if err := ownFile(r.path(name)); err != nil {
			return err
		}
		f, err := os.OpenFile(r.path(name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
		if err != nil {
			return err
		}
		*to = f
	}
	return nil
}

// close closes the run's files and releases the folder.
func (r *runFolder) close() (err error) {
	for _, f := range []*os.File{r.log, r.metrics, r.reports} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return errors.Join(err, r.lock.Close())
}

func (r *runFolder) path(name string) string { return filepath.Join(r.dir, name) }

// readMetrics reads a run's lines up to step.
func readMetrics(dir string, step uint32) (lines[model.Metrics], error) {
	return readLines(filepath.Join(dir, metricsFile), step, func(m model.Metrics) uint32 { return m.Step })
}

// readEvaluations reads a run's evaluations up to step.
func readEvaluations(dir string, step uint32) (lines[evaluation], error) {
	return readLines(filepath.Join(dir, evaluationsFile), step, func(e evaluation) uint32 { return e.Step })
}

// seconds is the time the run has spent training.
func (r *runFolder) seconds() float64 {
	if n := len(r.measured.noted); n > 0 {
		return r.measured.noted[n-1].Seconds
	}
	return 0
}

// measure writes the metrics of a step.
func (r *runFolder) measure(m model.Metrics) error {
	if err := r.keeps(metricsFile, r.metrics); err != nil {
		return err
	}
	if err := appendLine(r.metrics, m); err != nil {
		return err
	}
	r.measured.noted = append(r.measured.noted, m)
	return nil
}
