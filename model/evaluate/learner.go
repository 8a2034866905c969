package evaluate

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/optim"
)

// learner is a classifier's net under training.
type learner struct {
	dev     kernels.Device
	net     *nn.Weights
	program *graph.Program // one step
	batch   batch
	images  []float32     // (B, values), the last batch
	x       *tensor.Dense // the same on the device
	// logits (B, classes) are the net's output. gradient (B, classes) is the loss's gradient there.
	logits, gradient         *tensor.Dense
	hostLogits, hostGradient []float32
	stepCount                *tensor.Dense // number of steps begun
	rate                     optim.Schedule
}

// newLearner prepares a training of that many steps.
func newLearner(dev kernels.Device, widths []int, r Recipe, set learningSet, steps int) (*learner, error) {
	values, classes := widths[0], widths[len(widths)-1]
	l := &learner{
		dev:        dev,
		batch:      batch{set: set, shift: r.Shift, seed: kernels.Key(r.Seed), targets: make([]int, r.BatchSize)},
		images:     make([]float32, r.BatchSize*values),
		hostLogits: make([]float32, r.BatchSize*classes), hostGradient: make([]float32, r.BatchSize*classes),
	}
	var err error
	if r.Centred {
		if l.batch.mean, err = set.mean(); err != nil {
			return nil, err
		}
	}
	if l.net, err = newNet(widths).New(dev); err != nil {
		return nil, err
	}
	if err := l.net.Initialize(r.Seed, 0, 0); err != nil {
		return nil, err
	}
	if l.x, err = dev.New(tensor.Float32, r.BatchSize, values); err != nil {
		return nil, err
	}
	if l.gradient, err = dev.New(tensor.Float32, r.BatchSize, classes); err != nil {
		return nil, err
	}
	if l.stepCount, err = dev.New(tensor.Uint32, 1); err != nil {
		return nil, err
	}
	if l.rate, err = optim.Ramp(dev, l.stepCount, r.LearningRate, 0, steps); err != nil {
		return nil, err
	}
	// The constants are the defaults of the paper's algorithm 1.
	adam, err := optim.NewAdam(dev, l.net, l.rate, l.stepCount, 1, optim.AdamConstants{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
	if err != nil {
		return nil, err
	}
	return l, l.compile(adam)
}

// compile builds the step. The host computes the loss's gradient, so the step cannot be
// recorded.
func (l *learner) compile(adam optim.Optimizer) error {
	var logits *graph.Value
	var err error
	l.program, err = graph.New(l.dev, func(b *graph.Builder) {
		b.Update("tick", func(dev kernels.Device) error { return kernels.Tick(dev, l.stepCount) })
		logits = b.Keep(l.net.Apply(&nn.Pass{Builder: b}, b.Leaf("x", l.x)))
		b.Update("softmax cross-entropy", l.crossEntropy)
		l.net.StoreGrad(b, []graph.Seed{{Of: logits, D: b.Leaf("gradient", l.gradient)}})
		b.Update("adam", func(dev kernels.Device) error { return adam.Update(dev, 0) })
	})
	if err != nil {
		return err
	}
	l.logits, err = l.program.Tensor(logits)
	return err
}

// step does update number step, from 0.
func (l *learner) step(step int) error {
	if err := l.batch.fill(l.images, step); err != nil {
		return err
	}
	if err := l.dev.Upload(l.x, l.images); err != nil {
		return err
	}
	return l.program.Run()
}

// crossEntropy computes the loss's gradient at the logits on the host, in float64.
func (l *learner) crossEntropy(dev kernels.Device) error {
	if err := dev.Download(l.hostLogits, l.logits); err != nil {
		return err
	}
	crossEntropyGrad(l.hostGradient, l.hostLogits, l.batch.targets)
	return dev.Upload(l.gradient, l.hostGradient)
}
