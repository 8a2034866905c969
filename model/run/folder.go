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
	"time"

	"github.com/gofrs/flock"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
)

// Folder is the folder with the files of a run. It is locked while it is open.
type Folder struct {
	Dir     string
	keep    int // checkpoints, 0 for all
	lock    *flock.Flock
	log     *os.File
	metrics *os.File
	reports *os.File // evaluations.jsonl
	events  *os.File // EventsFile
	config  model.Config

	measured  Lines[model.Metrics] // the lines of metrics.jsonl
	evaluated Lines[Evaluation]    // the lines of evaluations.jsonl
	best      *Evaluation          // the best of these, nil for none
	plot      lossPlot             // the curves of measured
}

// The files of a run that have one object on each line.
const (
	MetricsFile     = "metrics.jsonl"
	EvaluationsFile = "evaluations.jsonl"
	LogFile         = "log.txt" // what the program printed about the run
)

// Create makes a new folder. This is dir or, if dir is empty, the next number under runs, with
// name. A folder that is not empty is an error, except if it has only a lock and temporary
// files, which a run that was killed before it began leaves.
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

// CheckNew returns the error that Create would return for what is in dir, or for a process that trains
// there. A folder that does not exist is new: whether it can be made, Create says.
func CheckNew(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	r, err := Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(r.checkNew(), r.Close())
}

func (r *Folder) checkNew() error {
	held, err := os.ReadDir(r.Dir)
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	for _, e := range held {
		if e.Name() != LockFile && !atomicfile.IsTemporary(e.Name()) {
			return fmt.Errorf("run folder %s is not empty; choose another --out, or resume the run with --resume %[1]s", r.Dir)
		}
	}
	return nil
}

func (r *Folder) create(s Settings) error {
	if err := r.checkNew(); err != nil {
		return err
	}
	if err := atomicfile.RemoveTemporaries(r.Dir, 0); err != nil {
		return err
	}
	if err := writeSettings(r.Dir, s); err != nil {
		return err
	}
	r.keep, r.config, r.plot = s.Keep, s.Model, newLossPlot(r.Path(LossFile), s)
	if err := r.openLogs(s.EvaluateEvery > 0); err != nil {
		return err
	}
	return r.beginEvents(s)
}

// Name returns the part of a new run's folder name that follows the number.
func Name(data, kind string) string {
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

// Open locks the folder of a run until Close. It returns an error if another process trains there.
func Open(dir string) (*Folder, error) {
	lock, err := lockRun(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Dir: dir, lock: lock}, nil
}

// Read reads the lines of the run up to step into memory. It changes no file. It returns an error
// if a file cannot be read; a line that is no JSON is not an error, see Resume.
func (r *Folder) Read(step uint32) (err error) {
	if r.measured, err = ReadMetrics(r.Dir, step); err != nil {
		return err
	}
	r.evaluated, err = ReadEvaluations(r.Dir, step)
	return err
}

// Resume prepares the folder to resume from step, which must be that of Read. It drops the lines
// of later steps and removes files that a crash left half-written. Afterwards last and best name
// the right checkpoints. It returns sentences about what was lost.
func (r *Folder) Resume(s Settings, step uint32) (notes []string, err error) {
	r.keep, r.config, r.plot = s.Keep, s.Model, newLossPlot(r.Path(LossFile), s)
	if err := writeSettings(r.Dir, s); err != nil {
		return nil, err
	}
	if err := atomicfile.RemoveTemporaries(r.Dir, 0); err != nil {
		return nil, err
	}
	// This comes before lines are dropped. After a crash in between, last must not name a
	// checkpoint that is later than the remaining lines.
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
	if err := r.openLogs(s.EvaluateEvery > 0); err != nil {
		return nil, err
	}
	incomplete, err := r.resumeEvents(s, step, saved)
	return append(notes, incomplete...), err
}

// openLogs opens the files to which lines are added, including that of evaluations if there
// will be any. It makes them before the first checkpoint, because saving syncs their folder.
func (r *Folder) openLogs(evaluations bool) error {
	files := map[string]**os.File{LogFile: &r.log, MetricsFile: &r.metrics, EventsFile: &r.events}
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

// Close closes the run's files and releases the folder. It returns their errors, joined.
func (r *Folder) Close() (err error) {
	for _, f := range []*os.File{r.log, r.metrics, r.reports, r.events} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return errors.Join(err, r.lock.Close())
}

// Metrics returns the run's metrics in the order of the steps. The slice belongs to the folder.
func (r *Folder) Metrics() []model.Metrics { return r.measured.Noted }

// Evaluations returns the run's evaluations in the order of the steps. The slice belongs to the
// folder.
func (r *Folder) Evaluations() []Evaluation { return r.evaluated.Noted }

// Best returns the best evaluation, or nil.
func (r *Folder) Best() *Evaluation { return r.best }

// Log returns a writer to log.txt. It is open after Create or Resume, until Close.
func (r *Folder) Log() io.Writer { return r.log }

// Checkpoint returns the path of the checkpoint of a step.
func (r *Folder) Checkpoint(step uint32) string { return r.Path(fmt.Sprintf(CheckpointFile, step)) }

// Path returns the path of a file in the folder.
func (r *Folder) Path(name string) string { return filepath.Join(r.Dir, name) }

// ReadMetrics reads a run's metrics up to step. A missing file has no lines. It returns an error if
// the file cannot be read.
func ReadMetrics(dir string, step uint32) (Lines[model.Metrics], error) {
	return readLines(filepath.Join(dir, MetricsFile), step, func(m model.Metrics) uint32 { return m.Step })
}

// ReadEvaluations reads a run's evaluations up to step, with the errors of ReadMetrics.
func ReadEvaluations(dir string, step uint32) (Lines[Evaluation], error) {
	return readLines(filepath.Join(dir, EvaluationsFile), step, func(e Evaluation) uint32 { return e.Step })
}

// Seconds returns the time that the run had spent training at its last metrics.
func (r *Folder) Seconds() float64 {
	if n := len(r.measured.Noted); n > 0 {
		return r.measured.Noted[n-1].Seconds
	}
	return 0
}

// measure adds the metrics of a step to metrics.jsonl and to the file for TensorBoard.
func (r *Folder) measure(m model.Metrics) error {
	if err := r.keeps(MetricsFile, r.metrics); err != nil {
		return err
	}
	if err := appendLine(r.metrics, m); err != nil {
		return err
	}
	r.measured.Noted = append(r.measured.Noted, m)
	return r.addEvent(time.Now(), m.Step, metricValues(r.config, m)...)
}
