package model

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/streams"
)

const (
	// sampleRows is the number of images that are made at once. It is fixed, so that an image does not
	// depend on how many are asked for. The last batch is padded.
	sampleRows = 64
	// fewRows is that number where images are asked for one by one. On the CPU an image does not depend on
	// it: a product's element is one chain of additions, however many rows there are.
	fewRows = 8
)

// sampler makes images with the present weights of a generator.
type sampler struct {
	dev     kernels.Device
	net     *nn.Weights
	classes int
	rows    int // images at once
	program *graph.Program
	noise   *tensor.Dense // (rows, noise)
	labels  *tensor.Dense // (rows), nil if mix is not
	mix     *tensor.Dense // (rows, classes), for images of mixed classes
	images  *tensor.Dense // (rows, values)
}

func newSampler(dev kernels.Device, gen *nn.Weights, classes, rows int) (*sampler, error) {
	al := &allocator{dev: dev}
	s := &sampler{dev: dev, net: gen, classes: classes, rows: rows, noise: al.floats(rows, gen.In()), labels: al.words(rows)}
	if al.err != nil {
		return nil, al.err
	}
	return s, s.compile(func(b *graph.Builder) *nn.Pass { return &nn.Pass{Builder: b, Labels: b.Leaf("labels", s.labels)} })
}

// compile makes the program. pass says how the net gets its labels.
func (s *sampler) compile(pass func(b *graph.Builder) *nn.Pass) (err error) {
	var images *graph.Value
	s.program, err = graph.New(s.dev, func(b *graph.Builder) {
		images = b.Keep(s.net.Apply(pass(b), b.Leaf("z", s.noise)))
	})
	if err != nil {
		return err
	}
	s.images, err = s.program.Tensor(images)
	return err
}

// sample returns images (n, Config.Values()) in [0,1] from noise (n, noise dim) and labels (n).
// The slice is new.
func (s *sampler) sample(noise []float32, labels []uint32) ([]float32, error) {
	if err := s.check(noise, labels); err != nil {
		return nil, err
	}
	l := make([]uint32, s.rows)
	return s.run(noise, func(first int) error {
		copy(l, labels[min(first, len(labels)):])
		return s.dev.Upload(s.labels, l)
	})
}

// run returns the images of noise. Before each batch it calls labels, which uploads the labels of
// image first and the following ones.
func (s *sampler) run(noise []float32, labels func(first int) error) ([]float32, error) {
	dim, values := s.net.In(), s.net.Out()
	images := make([]float32, 0, len(noise)/dim*values)
	z, x := make([]float32, s.rows*dim), make([]float32, s.rows*values)
	for first := 0; len(noise) > 0; first += s.rows {
		used := copy(z, noise)
		noise = noise[used:]
		if err := s.dev.Upload(s.noise, z); err != nil {
			return nil, err
		}
		if err := labels(first); err != nil {
			return nil, err
		}
		if err := s.program.Run(); err != nil {
			return nil, err
		}
		if err := s.dev.Download(x, s.images); err != nil {
			return nil, err
		}
		images = append(images, x[:used/dim*values]...)
	}
	return images, nil
}

// check returns an error if noise or labels do not fit the generator.
func (s *sampler) check(noise []float32, labels []uint32) error {
	dim, classes := s.net.In(), s.classes
	if len(noise)%dim != 0 {
		return fmt.Errorf("model: noise of %d values, want a multiple of the noise dim, %d", len(noise), dim)
	}
	if classes == 0 {
		if len(labels) != 0 {
			return fmt.Errorf("model: %d labels, want none: the generator was trained without classes", len(labels))
		}
		return nil
	}
	if len(labels) != len(noise)/dim {
		return fmt.Errorf("model: %d labels for %d images, want one each", len(labels), len(noise)/dim)
	}
	for _, l := range labels {
		if l >= uint32(classes) {
			return fmt.Errorf("model: label %d, want 0 to %d, the generator's classes", l, classes-1)
		}
	}
	return nil
}

// Noise returns rows of G's input (len(seeds), c.InputDim()) for the samples of seeds: noise, uniform on
// c.NoiseScale·[-1,1), and random codes. A seed stands for the same noise in all versions. The scale has the effect
// of the truncation trick for normal noise of Brock et al., "Large scale GAN training for high
// fidelity natural image synthesis" (2019), section 3.1: below 1 there are fewer kinds of images,
// but likelier ones. Above 1 it is the other way round.
func (c Config) Noise(seeds []uint64) []float32 {
	dim := c.InputDim()
	z := make([]float32, len(seeds)*dim)
	for i, seed := range seeds {
		row := z[i*dim:][:dim]
		noise := row[:c.NoiseDim]
		kernels.Uniform(noise, kernels.Key(seed), streams.Samples, 0)
		for j := range noise {
			noise[j] *= float32(c.NoiseScale)
		}
		c.writeCodes(row[c.NoiseDim:], seed)
	}
	return z
}

// Quantize returns images as bytes: it maps [0,1] to 0 to 255 and rounds to the nearest. The slice
// is new.
func Quantize(images []float32) []byte {
	p := make([]byte, len(images))
	for i, v := range images {
		p[i] = byte(255*v + 0.5)
	}
	return p
}

// Generator makes images with the generator of a checkpoint. Its methods are for one goroutine at
// a time.
type Generator struct {
	Config  Config
	sampler *sampler
	blender *sampler // for mixed classes, nil until it is used
}

// NewGenerator copies the generator of s to dev: the average of its weights if s has one and raw
// is false, else the weights. It does not keep s. The memory that it allocates on dev is free only
// after the caller closes dev. It returns an error if s lacks a tensor of its config, or if dev
// fails.
func NewGenerator(dev kernels.Device, s *State, raw bool) (*Generator, error) {
	return newGenerator(dev, s, raw, sampleRows)
}

// NewPromptGenerator is NewGenerator for a caller who wants few images at a time, and wants them soon. On the
// CPU their bits are those of NewGenerator.
func NewPromptGenerator(dev kernels.Device, s *State, raw bool) (*Generator, error) {
	return newGenerator(dev, s, raw, fewRows)
}

func newGenerator(dev kernels.Device, s *State, raw bool, rows int) (*Generator, error) {
	gen, err := generatorNet(s.Config).New(dev)
	if err != nil {
		return nil, err
	}
	prefix := s.Config.generatorPrefix(raw)
	for _, p := range gen.Tensors {
		if err := s.upload(dev, prefix+p.Name, p.Value); err != nil {
			return nil, err
		}
	}
	sampler, err := newSampler(dev, gen, s.Config.Classes, rows)
	return &Generator{Config: s.Config, sampler: sampler}, err
}

// Sample returns images (n, Config.Values()) in [0,1] from noise (n, Config.InputDim()), with the codes
// behind it. If there are classes, labels (n) are below Config.Classes, else labels is empty. The slice is new. An image depends only on its own noise and
// label. Sample returns an error if noise or labels do not fit the generator, or if the device
// fails.
func (g *Generator) Sample(noise []float32, labels []uint32) ([]float32, error) {
	return g.sampler.sample(noise, labels)
}

// Apply appends the generator to b. It returns its images (rows, Config.Values()) in [0,1] for noise
// (rows, Config.InputDim()), with the codes behind it, and, if there are classes, labels (rows); else labels is nil. The weights
// are leaves, which belong to g.
func (g *Generator) Apply(b *graph.Builder, noise, labels *graph.Value) *graph.Value {
	return g.sampler.net.Apply(&nn.Pass{Builder: b, Labels: labels}, noise)
}
