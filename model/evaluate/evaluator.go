package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgan/dataset/raster"
	"gorgan/kernels"
)

// metric is one kind of measurement.
type metric struct {
	name    string
	needs   need
	measure func(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error)
	// floor returns the real images that give the floor of n samples.
	floor   func(e *Evaluator, n int) *imageSet
	figures []string // their names, in the order of the report
	// lacks says what samples lack for the metric, which is then left out; "" for nothing. It may be nil.
	lacks func(s Samples) string
}

// need is what a metric needs beside images.
type need int

const (
	nothing         need = iota
	anyClassifier        // a classifier, of whatever task
	labelClassifier      // a classifier by labels
)

// metrics returns all metrics, in the order of the report.
func metrics() []metric {
	train := (*Evaluator).floor
	test := func(e *Evaluator, _ int) *imageSet { return e.test }
	return []metric{
		{"parzen", nothing, measureParzen, train, []string{"parzen", "parzen_sigma"}, nil},
		{"frechet", anyClassifier, measureFrechet, train, []string{"frechet_distance"}, nil},
		{"kid", anyClassifier, measureKID, train, []string{"kid"}, nil},
		{"score", labelClassifier, measureScore, train, []string{"classifier_score"}, nil},
		{"coverage", anyClassifier, measureCoverage, train, []string{"precision", "recall", "density", "coverage"}, nil},
		{"classes", labelClassifier, measureClasses, train, []string{"class_entropy", "smallest_class", "largest_class", "missing_classes"}, nil},
		{"labels", labelClassifier, measureLabels, test, []string{"class_accuracy"}, lacksLabels},
		{"codes", labelClassifier, measureCodes, test, []string{"code_matching"}, lacksCodes},
		{"sliced_wasserstein", nothing, measureSlicedWasserstein, train, []string{"sliced_wasserstein"}, nil},
		{"memory", nothing, measureMemory, test, []string{"nearest_distance", "close_to_training", "memorised", "training_copies"}, nil},
		{"duplicates", nothing, measureDuplicates, train, []string{"near_duplicates", "duplicates"}, nil},
	}
}

// Metrics returns the names that Options.Metrics can have.
func Metrics() []string {
	var names []string
	for _, m := range metrics() {
		names = append(names, m.name)
	}
	return names
}

// Options say what is measured.
type Options struct {
	// Metrics are the names of the metrics to measure. An empty list means all metrics that the
	// classifier and the number of images allow. The report says which are left out and why.
	Metrics []string
	// Seed chooses the training images that give the floor, and the directions of the sliced
	// Wasserstein distance.
	Seed uint64
}

// Samples are images to be evaluated.
type Samples struct {
	Source string    // their origin, for the report: "runs/00000-mnist step 30000"
	Seed   uint64    // the seed that they were made with
	Values []float32 // (n, H, W, channels) in [0,1]
	// Labels (n) are the classes that the images were made of, and Codes (n) those of their categorical code. They are nil
	// without classes, and without such a code.
	Labels, Codes []int
}

// Progress gets the progress of a stage of the evaluation.
type Progress func(stage string, done, total int)

// Evaluator compares samples with a reference. It keeps what it computes of the reference, so that
// a second Run takes less time. Its methods are for one goroutine at a time.
type Evaluator struct {
	reference  Reference
	classifier *Classifier // nil: none
	options    Options
	metrics    []metric
	leftOut    []string // why there are no other metrics
	accuracy   *float64 // of the classifier on the test images
	net        *predictor
	distances  distances
	test       *imageSet
	floors     map[int]*imageSet // by number of images
	figures    map[floorKey][]Figure
}

// floorKey names the figures of a metric's floor.
type floorKey struct {
	metric string
	of     *imageSet
}

// New prepares evaluations on dev. It keeps dev, r and c. The memory that it allocates on dev is
// free only after dev is closed. c may be nil: then only metrics without a classifier are possible.
// It returns an error if r is not valid, if a metric of o is unknown or needs a classifier that c is
// not, if c takes images of another size, or if dev fails.
func New(dev kernels.Device, r Reference, c *Classifier, o Options) (*Evaluator, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	e := &Evaluator{
		reference: r, classifier: c, options: o,
		distances: distances{dev: dev},
		test:      testSet(r.Test),
		floors:    map[int]*imageSet{}, figures: map[floorKey][]Figure{},
	}
	if err := e.choose(); err != nil {
		return nil, err
	}
	if c == nil {
		return e, nil
	}
	var err error
	if err := c.fits(r.Train); err != nil {
		return nil, err
	}
	e.net, err = c.load(dev)
	return e, err
}

// choose sets the metrics of the options, and says why others are left out.
func (e *Evaluator) choose() error {
	for _, name := range e.options.Metrics {
		if !slices.Contains(Metrics(), name) {
			return fmt.Errorf("evaluate: metric is %q, want one of %v", name, Metrics())
		}
	}
	var without []string
	var why error
	for _, m := range metrics() {
		missing := e.missing(m.needs)
		switch asked := slices.Contains(e.options.Metrics, m.name); {
		case asked && missing != nil:
			return fmt.Errorf("evaluate: %s: %w", m.name, missing)
		case asked || len(e.options.Metrics) == 0 && missing == nil:
			e.metrics = append(e.metrics, m)
		case len(e.options.Metrics) == 0 && m.lacks == nil:
			without, why = append(without, m.name), missing
		}
	}
	if why != nil {
		e.leftOut = []string{fmt.Sprintf("%s: %v", strings.Join(without, ", "), why)}
	}
	return nil
}

// missing returns an error unless there is what a metric needs.
func (e *Evaluator) missing(n need) error {
	switch c := e.classifier; {
	case n != nothing && c == nil:
		return errNoClassifier
	case n == labelClassifier && c.Recipe.Task != ByLabel:
		why := e.reference.labels()
		if why == nil {
			why = fmt.Errorf("this one's task is %s", c.Recipe.Task)
		}
		return fmt.Errorf("needs a classifier by labels: %w", why)
	}
	return nil
}

var errNoClassifier = errors.New("needs a classifier")

// Run measures samples and returns a new report. It does not change or keep samples. progress may
// be nil. It returns an error if the values are not images of the reference's shape in [0,1], if
// there are too few images for a metric that Options.Metrics names, if an image of the reference
// cannot be read, or if the device fails. If ctx ends, it returns ctx's error.
func (e *Evaluator) Run(ctx context.Context, samples Samples, progress Progress) (*Report, error) {
	images, err := samples.matrix(e.reference.Train.Set.Shape())
	if err != nil {
		return nil, err
	}
	s := &imageSet{images: images, name: samples.Source, labels: samples.Labels, codes: samples.Codes}
	report, err := e.report(ctx, samples, images.Len(), progress)
	if err != nil {
		return nil, err
	}
	for _, m := range e.metrics {
		if m.lacks != nil && m.lacks(samples) != "" {
			if len(e.options.Metrics) > 0 {
				return nil, fmt.Errorf("evaluate: %s: %s %s", m.name, samples.Source, m.lacks(samples))
			}
			continue
		}
		err := e.add(ctx, report, m, s, progress)
		var few tooFew
		if errors.As(err, &few) && len(e.options.Metrics) == 0 {
			report.LeftOut = append(report.LeftOut, few.reason())
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	report.Nearest = s.training
	return report, nil
}

// add measures one metric and adds it to the report. It also measures the metric's floor, unless it
// has done so before.
func (e *Evaluator) add(ctx context.Context, r *Report, m metric, s *imageSet, progress Progress) error {
	e.stage(m.name, progress)
	figures, err := m.measure(ctx, e, s)
	if err != nil {
		return err
	}
	floor := m.floor(e, s.images.Len())
	key := floorKey{m.name, floor}
	if e.figures[key] == nil {
		e.stage(m.name+", floor", progress)
		if e.figures[key], err = m.measure(ctx, e, floor); err != nil {
			return err
		}
	}
	for i, f := range e.figures[key] {
		figures[i].Floor, figures[i].FloorSpread, figures[i].FloorOf = f.Value, f.Spread, floor.split
	}
	r.Figures = append(r.Figures, figures...)
	if m.name == "classes" {
		return e.countClasses(ctx, r, s, floor)
	}
	return nil
}

// stage sets the name of the next stage for progress.
func (e *Evaluator) stage(name string, progress Progress) {
	e.distances.progress = nil
	if progress != nil {
		e.distances.progress = func(done, total int) { progress(name, done, total) }
	}
}

// matrix returns the values as rows of images of that shape. It checks them, because metrics could not
// report what is wrong.
func (s Samples) matrix(shape raster.Shape) (matrix, error) {
	each := shape.Values()
	if len(s.Values) == 0 || len(s.Values)%each != 0 {
		return matrix{}, fmt.Errorf("evaluate: %s: %d values, want images of %v, %d values each", s.Source, len(s.Values), shape, each)
	}
	for i, v := range s.Values {
		if !(v >= 0 && v <= 1) {
			return matrix{}, fmt.Errorf("evaluate: %s: sample %d: value %d is %v, want values of 0 to 1", s.Source, i/each, i%each, v)
		}
	}
	return matrix{s.Values, each}, nil
}
