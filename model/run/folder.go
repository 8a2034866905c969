package run

import (
	"errors"
	"fmt"
	"io"
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

// Folder is the folder a run leaves its files in. It is locked while it is open.
type Folder struct {
	Dir     string
	keep    int // checkpoints, 0 for all
	lock    *flock.Flock
	log     *os.File
	metrics *os.File
	reports *os.File // evaluations.jsonl

	measured  Lines[model.Metrics] // what metrics.jsonl holds
	evaluated Lines[Evaluation]    // what evaluations.jsonl holds
	best      *Evaluation          // of these, nil for none
	plot      lossPlot             // of what is measured
}

// The files of a run that hold an object a line.
const (
	MetricsFile     = "metrics.jsonl"
	EvaluationsFile = "evaluations.jsonl"
)

// Create makes a new folder: dir, or the next number under runs, with name, where dir is
// empty. A folder that holds anything is an error, but for what a run that was killed
// before it began left in it.
func Create(dir, name string, s Settings) (r *Folder, err error) {
	if dir == "" {
		if dir, err = nextRun("runs", name); err != nil {
			return nil, err
		}
	} else if err := atomicfile.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	if r, err = Open(dir); err != nil {
		return nil, err
	}
	if err := r.create(s); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Folder) create(s Settings) error {
	held, err := os.ReadDir(r.Dir)
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	for _, e := range held {
		if e.Name() != LockFile && !atomicfile.IsTemporary(e.Name()) {
			return fmt.Errorf("run folder %s is not empty; choose another --out, or go on with --resume %[1]s", r.Dir)
		}
	}
	if err := atomicfile.RemoveTemporaries(r.Dir, 0); err != nil {
		return err
	}
	if err := writeSettings(r.Dir, s); err != nil {
		return err
	}
	r.keep, r.plot = s.Keep, newLossPlot(r.Path(LossFile), s)
	return r.openLogs(s.EvaluateEvery > 0)
}

// Name is what the folder of a new run is called, after its number.
func Name(data, kind string) string {
	source := regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(sourceName(data), "-")
	if source == "" {
		source = "data"
	}
	return source + "-" + kind
}

// sourceName is what data are called in short.
func sourceName(data string) string {
	return strings.TrimSuffix(filepath.Base(data), filepath.Ext(data))
}

// nextRun makes the first numbered folder after those that are there.
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

// Open locks the folder of a run.
func Open(dir string) (*Folder, error) {
	lock, err := lockRun(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Dir: dir, lock: lock}, nil
}

// Read reads what the run noted up to step. It changes nothing.
func (r *Folder) Read(step uint32) (err error) {
	if r.measured, err = ReadMetrics(r.Dir, step); err != nil {
		return err
	}
	r.evaluated, err = ReadEvaluations(r.Dir, step)
	return err
}

// GoOn takes the folder to step, which read was given. It drops the lines of later steps and
// removes files that a crash left half-written. Afterwards last and best name the right
// checkpoints. It returns sentences about what was lost.
func (r *Folder) GoOn(s Settings, step uint32) (notes []string, err error) {
	r.keep, r.plot = s.Keep, newLossPlot(r.Path(LossFile), s)
	if err := writeSettings(r.Dir, s); err != nil {
		return nil, err
	}
	if err := atomicfile.RemoveTemporaries(r.Dir, 0); err != nil {
		return nil, err
	}
	// Before lines are dropped: after a crash in between, last must not name a checkpoint past
	// the lines that are left.
	saved := !r.Unsaved()
	if saved {
		if err := r.pointLast(step); err != nil {
			return nil, err
		}
	}
	lost, err := writeLines(r.Path(MetricsFile), r.measured)
	if err != nil {
		return nil, err
	}
	missed, err := writeLines(r.Path(EvaluationsFile), r.evaluated)
	if err != nil {
		return nil, err
	}
	for _, note := range []string{lost, missed} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	r.best = s.bestOf(r.evaluated.Noted, func(step uint32) bool {
		_, err := os.Stat(r.Path(fmt.Sprintf(CheckpointFile, step)))
		return err == nil
	})
	if named, err := CheckpointPath(r.Path(BestFile)); err == nil && r.best == nil {
		notes = append(notes, fmt.Sprintf("%s named %s, of which %s holds no evaluation on %d images up to step %d: the run has no best checkpoint yet", r.Path(BestFile), filepath.Base(named), EvaluationsFile, s.EvaluateCount, step))
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

// openLogs opens the files that lines are added to, that of evaluations where there will be
// any. They are made before the first checkpoint, which syncs the folder they are in.
func (r *Folder) openLogs(evaluations bool) error {
	files := map[string]**os.File{"log.txt": &r.log, MetricsFile: &r.metrics}
	if evaluations {
		files[EvaluationsFile] = &r.reports
	}
	for name, to := range files {
		if err := ownFile(r.Path(name)); err != nil {
			return err
		}
		f, err := os.OpenFile(r.Path(name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
		if err != nil {
			return err
		}
		*to = f
	}
	return nil
}

// Close closes the run's files, and gives the folder free.
func (r *Folder) Close() (err error) {
	for _, f := range []*os.File{r.log, r.metrics, r.reports} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return errors.Join(err, r.lock.Close())
}

// Metrics are what the run has noted, in the order of the steps; the slice is the folder's.
func (r *Folder) Metrics() []model.Metrics { return r.measured.Noted }

// Evaluations are those that the run has noted, in the order of the steps; the slice is the
// folder's.
func (r *Folder) Evaluations() []Evaluation { return r.evaluated.Noted }

// Best is the best of them, nil for none.
func (r *Folder) Best() *Evaluation { return r.best }

// Log is the file that what is said of the run is added to, open while the run trains.
func (r *Folder) Log() io.Writer { return r.log }

// Path is that of a file in the folder.
func (r *Folder) Path(name string) string { return filepath.Join(r.Dir, name) }

// ReadMetrics reads a run's lines up to step.
func ReadMetrics(dir string, step uint32) (Lines[model.Metrics], error) {
	return readLines(filepath.Join(dir, MetricsFile), step, func(m model.Metrics) uint32 { return m.Step })
}

// ReadEvaluations reads a run's evaluations up to step.
func ReadEvaluations(dir string, step uint32) (Lines[Evaluation], error) {
	return readLines(filepath.Join(dir, EvaluationsFile), step, func(e Evaluation) uint32 { return e.Step })
}

// Seconds is the time the run has spent training.
func (r *Folder) Seconds() float64 {
	if n := len(r.measured.Noted); n > 0 {
		return r.measured.Noted[n-1].Seconds
	}
	return 0
}

// measure notes the metrics of a step.
func (r *Folder) measure(m model.Metrics) error {
	if err := r.keeps(MetricsFile, r.metrics); err != nil {
		return err
	}
	if err := appendLine(r.metrics, m); err != nil {
		return err
	}
	r.measured.Noted = append(r.measured.Noted, m)
	return nil
}
