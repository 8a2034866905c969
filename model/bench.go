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
	ledger := &ledger{Device: dev}
	on := kernels.Device(ledger)
	if o.Unfused {
		var err error
		if on, err = newUnfused(on, c.BatchSize/max(c.Pack, 1)); err != nil {
			return nil, err
		}
	}
	t, err := NewTrainer(on, c, set)
	if err != nil {
		return nil, err
	}
	if err := t.feed.start(ctx, 0, RunOptions{}); err != nil {
		return nil, err
	}
	defer t.feed.stop()
	step := func() error {
		if err := t.feed.next(ctx); err != nil {
			return err
		}
		return t.train.Run()
	}
	// Some devices call the recorded function here and not before. Now the ledger is full.
	if err := step(); err != nil {
		return nil, err
	}
	ledger.full = true
	if o.Products {
		step = ledger.products
	}
	b := &Bench{Device: dev.Name(), Config: c}
	if b.Step, err = clock(ctx, dev, o.Step, step); err != nil {
		return nil, err
	}
	b.Step.Name, b.Step.Count = "step", 1
	b.ImagesPerSecond = float64(c.BatchSize*c.DisSteps) / b.Step.Median * 1e3
	if o.Part == 0 {
		return b, nil
	}
	if b.PeakGFLOPS, err = peak(ctx, dev, o.Part); err != nil {
		return nil, err
	}
	for _, e := range ledger.entries {
		timing, err := clock(ctx, dev, o.Part, e.run)
		if err != nil {
			return nil, err
		}
		timing.Name, timing.Shape, timing.Count = e.name, e.shape, e.count
		timing.GFLOPS = e.flops / timing.Median / 1e6
		timing.GBPerSecond = e.bytes / timing.Median / 1e6
		b.Parts = append(b.Parts, timing)
	}
	slices.SortStableFunc(b.Parts, func(x, y Timing) int { return cmp.Compare(y.cost(), x.cost()) })
	return b, nil
}

func (t Timing) cost() float64 { return t.Median * float64(t.Count) }

// clock runs f for about d and at least ten times, after a warm-up. It queues short pieces of
// work together, as training queues its steps, and divides their time.
func clock(ctx context.Context, dev kernels.Device, d time.Duration, f func() error) (Timing, error) {
	const warm, least, together = 3, 10, time.Millisecond
	group := 1
	var ms []float64
	var spent time.Duration
	for i := 0; i < warm+least || spent < d; i++ {
		if err := ctx.Err(); err != nil {
			return Timing{}, err
		}
		began := time.Now()
		for range group {
			if err := f(); err != nil {
				return Timing{}, err
			}
		}
		if err := dev.Sync(); err != nil {
			return Timing{}, err
		}
		took := time.Since(began)
		if i < warm {
			group = 1 + int(together/max(took/time.Duration(group), time.Microsecond))
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
		if m[i], err = dev.New(tensor.Float32, n, n); err != nil {
			return 0, err
		}
		if err := dev.Upload(m[i], slices.Repeat([]float32{1}, n*n)); err != nil { // a product may skip zeros
			return 0, err
		}
	}
	t, err := clock(ctx, dev, d, func() error { return dev.MatMul(m[0], m[1], m[2], false, false) })
	return 2 * n * n * n / t.P10 / 1e6, err
}

// ledger is a device that notes the kernels and products of the first step recorded on it.
type ledger struct {
	kernels.Device
	recorded   bool // a step was recorded
	open, full bool
	entries    []*entry
}

func (l *ledger) Record(step func() error, scratch ...*tensor.Dense) (kernels.Step, error) {
	if l.recorded {
		return l.Device.Record(step, scratch...)
	}
	l.recorded = true
	return l.Device.Record(func() error {
		if !l.full {
			// A device may call this more than once, for example to warm up.
			l.entries, l.open = nil, true
			defer func() { l.open = false }()
		}
		return step()
	}, scratch...)
}

// entry is one kind of work in a step.
type entry struct {
	name, shape  string
	count        int
	flops, bytes float64
	run          func() error
}

func (l *ledger) add(e entry) {
	if !l.open {
		return
	}
	for _, held := range l.entries {
		if held.name == e.name && held.shape == e.shape {
			held.count++
			return
		}
	}
	e.count = 1
	l.entries = append(l.entries, &e)
}

// products runs the large products of the step, one after the other.
func (l *ledger) products() error {
	for _, e := range l.entries {
		for range e.count {
			if e.flops >= 2*largeProduct {
				if err := e.run(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (l *ledger) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	if l.open {
		m, n, k, err := kernels.CheckMatMul(dst, a, b, tA, tB)
		if err != nil {
			return err
		}
		op := map[bool]string{false: "N", true: "T"}
		l.add(entry{name: "matmul " + op[tA] + op[tB], shape: fmt.Sprintf("%d,%d,%d", m, n, k), flops: 2 * float64(m) * float64(n) * float64(k),
			run: func() error { return l.Device.MatMul(dst, a, b, tA, tB) }})
	}
	return l.Device.MatMul(dst, a, b, tA, tB)
}

func (l *ledger) Launch(k *kernels.Kernel, a kernels.Args) error {
	if l.open {
		var bytes float64
		for i, t := range a.Tensors {
			if k.Params[i].Name == "data" {
				t = a.Tensors[0] // a kernel reads only a batch of a whole data set
			}
			once := float64(t.Shape().TotalSize()) * float64(t.Dtype().Size())
			if k.Params[i].Access == kernels.InOut {
				once *= 2
			}
			bytes += once
		}
		l.add(entry{name: k.Name, shape: fmt.Sprint(a.Sizes), bytes: bytes,
			run: func() error { return l.Device.Launch(k, a) }})
	}
	return l.Device.Launch(k, a)
}
