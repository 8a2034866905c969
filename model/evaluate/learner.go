package evaluate

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// Adam's constants, the defaults of Kingma and Ba, "Adam: a method for stochastic
// optimization" (2015), algorithm 1; epsilon in the place of their epsilon hat, see
// kernels.Adam.
const beta1, beta2, epsilon = 0.9, 0.999, 1e-8

// learner is a classifier's net under training.
type learner struct {
	dev     kernels.Device
	net     *nn.Weights
	program *graph.Program // one step
	batch   batch
	images  []float32     // (B, pixels), the batch drawn last
	x       *tensor.Dense // the same on the device
	// logits (B, classes) are the net's output, gradient (B, classes) the loss's at it.
	logits, gradient         *tensor.Dense
	hostLogits, hostGradient []float32
	clock, base, rate, m, v  *tensor.Dense
}

// newLearner prepares a training of so many steps.
func newLearner(dev kernels.Device, widths []int, r Recipe, set labelledSet, steps int) (*learner, error) {
	pixels, classes := widths[0], widths[len(widths)-1]
	l := &learner{
		dev:    dev,
		batch:  batch{set: set, shift: r.Shift, key: kernels.Key(r.Seed), targets: make([]int, r.BatchSize)},
		images: make([]float32, r.BatchSize*pixels), hostLogits: make([]float32, r.BatchSize*classes), hostGradient: make([]float32, r.BatchSize*classes),
	}
	var err error
	if l.net, err = newNet(widths).New(dev); err != nil {
		return nil, err
	}
	if err := l.net.Initialize(r.Seed, 0, 0); err != nil {
		return nil, err
	}
	for _, t := range []struct {
		tensor **tensor.Dense
		elem   tensor.Dtype
		shape  []int
	}{
		{&l.x, tensor.Float32, []int{r.BatchSize, pixels}}, {&l.gradient, tensor.Float32, []int{r.BatchSize, classes}},
		{&l.clock, tensor.Uint32, []int{1}}, {&l.base, tensor.Float32, []int{1}}, {&l.rate, tensor.Float32, []int{1}},
		{&l.m, tensor.Float32, []int{l.net.Size()}}, {&l.v, tensor.Float32, []int{l.net.Size()}},
	} {
		if *t.tensor, err = dev.New(t.elem, t.shape...); err != nil {
			return nil, err
		}
	}
	var logits *graph.Value
	g, err := graph.Build(func(b *graph.Builder) {
		logits = b.Keep(l.net.Apply(&nn.Pass{Builder: b}, b.Leaf("x", l.x)))
		b.Update("softmax cross-entropy", l.crossEntropy)
		l.net.StoreGrad(b, []graph.Seed{{Of: logits, D: b.Leaf("gradient", l.gradient)}})
		b.Update("adam", func(dev kernels.Device) error {
			if err := kernels.Tick(dev, l.clock); err != nil {
				return err
			}
			if err := kernels.Ramp(dev, l.base, l.clock, r.LearningRate, 0, steps); err != nil {
				return err
			}
			if err := kernels.AdamRate(dev, l.rate, l.base, l.clock, beta1, beta2, 1, 0); err != nil {
				return err
			}
			return kernels.Adam(dev, l.net.Values, l.m, l.v, l.net.Grads, l.rate, beta1, beta2, epsilon)
		})
	})
	if err != nil {
		return nil, err
	}
	if l.program, err = g.Compile(dev); err != nil {
		return nil, err
	}
	l.logits, err = l.program.Tensor(logits)
	return l, err
}

// step is one update; step counts from 0. It is not recorded on the device, for the loss's
// gradient is computed by the host.
func (l *learner) step(step int) error {
	if err := l.batch.fill(l.images, step); err != nil {
		return err
	}
	if err := l.dev.Upload(l.x, l.images); err != nil {
		return err
	}
	return l.program.Run()
}

// crossEntropy takes the logits to the gradient there. The host computes it in float64.
func (l *learner) crossEntropy(dev kernels.Device) error {
	if err := dev.Download(l.hostLogits, l.logits); err != nil {
		return err
	}
	crossEntropyGrad(l.hostGradient, l.hostLogits, l.batch.targets)
	return dev.Upload(l.gradient, l.hostGradient)
}
