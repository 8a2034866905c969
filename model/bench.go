package model

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorgonia.org/tensor"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// Timing is the time that one piece of work took, in milliseconds, over Repeats runs.
type Timing struct {
	Name    string  `json:"name"`
	Shape   string  `json:"shape,omitempty"`
	Count   int     `json:"count"` // how often a step does this work
	Median  float64 `json:"median_ms"`
	P10     float64 `json:"p10_ms"`
	P90     float64 `json:"p90_ms"`
	Repeats int     `json:"repeats"`
	// GFLOPS is the rate of a product, in 10^9 floating point operations a second. GBPerSecond is
	// the rate of a kernel, in 10^9 bytes read and written a second.
	GFLOPS      float64 `json:"gflops,omitempty"`
	GBPerSecond float64 `json:"gb_per_second,omitempty"`
	// Times are the times of all repeats, sorted.
	Times []float64 `json:"-"`
}

// Bench is the result of RunBench.
type Bench struct {
	Device          string   `json:"device"`
	Config          Config   `json:"config"`
	Step            Timing   `json:"step"`
	ImagesPerSecond float64  `json:"images_per_second"`
	Parts           []Timing `json:"parts"` // the kernels and products of a step, the most costly first
	// PeakGFLOPS is the rate of a large square product, for comparison.
	PeakGFLOPS float64 `json:"peak_gflops"`
}

// BenchOptions say how long to measure.
type BenchOptions struct {
	Step     time.Duration // time for whole steps
	Part     time.Duration // time for each part; 0 leaves the parts out
	Products bool          // measure only the large matrix products of a step, together
	Unfused  bool          // compute the loss in four kernels, as the tutorial does
}

// largeProduct is the smallest number of multiplications of a large product.
const largeProduct = 1 << 20

// RunBench measures training steps of c on dev with the images of set, and then each kernel and
// product of a step alone. It returns the errors of NewTrainer and of the device, and ctx's error
// if ctx ends. Its memory on dev is free only after dev is closed.
func RunBench(ctx context.Context, dev kernels.Device, c Config, set *dataset.Set, o BenchOptions) (*Bench, error) {
	steps, err := newStepClock(ctx, dev, c, set, false, o.Unfused)
	if err != nil {
		return nil, err
	}
	defer steps.Close()
	calls := steps.calls
	b := &Bench{Device: dev.Name(), Config: c}
	if o.Products {
		// The memory holds zeros before the first step, and a product may leave zeros out.
		if err := steps.run(ctx, 1); err != nil {
			return nil, err
		}
		b.Step, err = clock(ctx, dev, o.Step, each(func() error { return products(dev, calls) }))
		b.Step.Name, b.Step.Count = "step", 1
	} else {
		b.Step, err = steps.Time(ctx, o.Step)
	}
	if err != nil {
		return nil, err
	}
	b.ImagesPerSecond = float64(c.BatchSize*c.DisSteps) / b.Step.Median * 1e3
	if o.Part == 0 {
		return b, nil
	}
	if b.PeakGFLOPS, err = peak(ctx, dev, o.Part); err != nil {
		return nil, err
	}
	for _, p := range partsOf(calls) {
		timing, err := clock(ctx, dev, o.Part, each(func() error { return p.call.Do(dev) }))
		if err != nil {
			return nil, err
		}
		timing.Name, timing.Shape, timing.Count = p.call.Name(), shape(p.call), p.count
		timing.GFLOPS = 2 * float64(multiplications(p.call)) / timing.Median / 1e6
		timing.GBPerSecond = moved(p.call) / timing.Median / 1e6
		b.Parts = append(b.Parts, timing)
	}
	slices.SortStableFunc(b.Parts, func(x, y Timing) int { return cmp.Compare(y.cost(), x.cost()) })
	return b, nil
}

// recordedTrainer returns a trainer, and the calls that dev makes in a training step.
func recordedTrainer(dev kernels.Device, c Config, set *dataset.Set, unfused bool) (*Trainer, tape.Step, error) {
	on := kernels.Device(tape.On(dev))
	if unfused {
		var err error
		if on, err = newUnfused(on, c.BatchSize/max(c.Pack, 1)); err != nil {
			return nil, tape.Step{}, err
		}
	}
	t, err := NewTrainer(on, c, set)
	if err != nil {
		return nil, tape.Step{}, err
	}
	calls, _ := tape.Of(t.train)
	return t, calls, nil
}

// products makes the large products of a step, one after the other.
func products(dev kernels.Device, s tape.Step) error {
	for _, c := range s.Calls {
		if multiplications(c) >= largeProduct {
			if err := c.Do(dev); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t Timing) cost() float64 { return t.Median * float64(t.Count) }

// each returns a function that calls f n times.
func each(f func() error) func(n int) error {
	return func(n int) error {
		for range n {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}
}

// clock times the work that f does n times. It calls f for about d and at least ten times, after a
// warm-up. It queues short pieces of work together, in tens as training queues its steps, and divides
// their time.
func clock(ctx context.Context, dev kernels.Device, d time.Duration, f func(n int) error) (Timing, error) {
	const warm, least, together = 3, 10, time.Millisecond
	group := 1
	var ms []float64
	var spent time.Duration
	for i := 0; i < warm+least || spent < d; i++ {
		if err := ctx.Err(); err != nil {
			return Timing{}, err
		}
		began := time.Now()
		if err := f(group); err != nil {
			return Timing{}, err
		}
		if err := dev.Sync(); err != nil {
			return Timing{}, err
		}
		took := time.Since(began)
		if i < warm {
			if group = 1 + int(together/max(took/time.Duration(group), time.Microsecond)); group > 1 {
				group = (group + 9) / 10 * 10
			}
			continue
		}
		spent += took
		ms = append(ms, took.Seconds()*1e3/float64(group))
	}
	slices.Sort(ms)
	at := func(q float64) float64 { return ms[int(q*float64(len(ms)-1)+0.5)] }
	return Timing{Median: at(0.5), P10: at(0.1), P90: at(0.9), Repeats: len(ms), Times: ms}, nil
}

// peak returns the rate, in GFLOPS, of a product of (1024,1024) by (1024,1024).
func peak(ctx context.Context, dev kernels.Device, d time.Duration) (float64, error) {
	const n = 1024
	var m [3]*tensor.Dense
	for i := range m {
		var err error
		if m[i], err = filled(dev, n, n); err != nil {
			return 0, err
		}
	}
	t, err := clock(ctx, dev, d, each(func() error { return dev.MatMul(m[0], m[1], m[2], false, false) }))
	return 2 * n * n * n / t.P10 / 1e6, err
}

// filled returns a tensor of various values in (-0.5,0.5). None is 0: a product may leave out zeros,
// and a card is faster on values that are all the same.
func filled(dev kernels.Device, shape ...int) (*tensor.Dense, error) {
	t, err := dev.New(tensor.Float32, shape...)
	if err != nil {
		return nil, err
	}
	values := make([]float32, t.Shape().TotalSize())
	for i := range values {
		values[i] = (float32(i%251)+0.5)/251 - 0.499
	}
	return t, dev.Upload(t, values)
}

// part is one kind of work in a step.
type part struct {
	call  tape.Call // one of them
	count int
}

// partsOf returns the kinds of work in a step, in the order in which they first occur.
func partsOf(s tape.Step) (parts []part) {
	for _, c := range s.Calls {
		if at := slices.IndexFunc(parts, func(p part) bool { return p.call.String() == c.String() }); at >= 0 {
			parts[at].count++
		} else {
			parts = append(parts, part{c, 1})
		}
	}
	return parts
}

// multiplications is their number in a product, and 0 for a kernel or an exchange, which are none.
func multiplications(c tape.Call) int {
	if c.IsExchange() {
		return 0
	}
	if c.Kernel != nil {
		if !c.Kernel.Product {
			return 0
		}
		n, cost := c.Kernel.Items(c.Args.Sizes)
		return n * cost
	}
	m, n, k := c.Product.Dims()
	return m * n * k
}

// moved is the number of bytes that a kernel or an exchange reads and writes, and 0 for a product.
func moved(c tape.Call) (bytes float64) {
	if x := c.Exchange; c.IsExchange() {
		return float64(x.To.Shape().TotalSize()+x.From.Shape().TotalSize()) * float64(x.To.Dtype().Size())
	}
	if c.Kernel == nil {
		return 0
	}
	for i, t := range c.Args.Tensors {
		if c.Kernel.Params[i].Name == "data" {
			t = c.Args.Tensors[0] // a kernel reads only a batch of a whole data set
		}
		once := float64(t.Shape().TotalSize()) * float64(t.Dtype().Size())
		if c.Kernel.Params[i].Access == kernels.InOut {
			once *= 2
		}
		bytes += once
	}
	return bytes
}

// shape writes the sizes of a call as reports have them.
func shape(c tape.Call) string {
	if !c.IsProduct() {
		return fmt.Sprint(c.Sizes())
	}
	m, n, k := c.Product.Dims()
	return fmt.Sprintf("%d,%d,%d", m, n, k)
}
