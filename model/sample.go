package model

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// sampleRows is how many images are drawn at once. It is fixed, the last ones
// padded, so that an image does not depend on how many are asked for.
const sampleRows = 64

// sampler draws images with a generator's net as it is.
type sampler struct {
	pass   *pass
	noise  *tensor.Dense // (sampleRows, noise)
	labels *labels       // (sampleRows), nil without classes
}

func newSampler(gen *net) (*sampler, error) {
	al := &allocator{dev: gen.dev}
	s := &sampler{noise: al.floats(sampleRows, gen.widths[0]), labels: newLabels(al, 1, sampleRows, gen.classes, false)}
	s.pass = gen.newMemory(al, s.noise, nil, 0, nil, s.labels).pass(al, 0, sampleRows, 0)
	return s, al.err
}

// draw takes noise (n, noise dim) and labels (n) to images (n, pixels) in [0,1].
func (s *sampler) draw(noise []float32, labels []uint32) ([]float32, error) {
	gen, pixels := s.pass.net, s.pass.out().Shape()[1]
	dim := gen.widths[0]
	n := len(noise) / dim
	if err := s.check(noise, labels); err != nil {
		return nil, err
	}
	images := make([]float32, 0, n*pixels)
	z, x, l := make([]float32, sampleRows*dim), make([]float32, sampleRows*pixels), make([]uint32, sampleRows)
	for len(noise) > 0 {
		used := copy(z, noise)
		noise = noise[used:]
		if err := gen.dev.Upload(s.noise, z); err != nil {
			return nil, err
		}
		if s.labels != nil {
			labels = labels[copy(l, labels):]
			if err := gen.dev.Upload(s.labels.label, l); err != nil {
				return nil, err
			}
		}
		if err := s.pass.forward(); err != nil {
			return nil, err
		}
		if err := gen.dev.Download(x, s.pass.out()); err != nil {
			return nil, err
		}
		images = append(images, x[:used/dim*pixels]...)
	}
	return images, nil
}

// check reports noise or labels that are not for this generator.
func (s *sampler) check(noise []float32, labels []uint32) error {
	dim, classes := s.pass.net.widths[0], s.pass.net.classes
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

// Noise returns the noise (len(seeds), c.NoiseDim) of numbered samples, uniform on
// c.NoiseScale·[-1,1): a seed names the same noise for ever. The scale is what the
// truncation trick of Brock et al., "Large scale GAN training for high fidelity natural
// image synthesis" (2019), section 3.1, is for normal noise: less than 1 gives up kinds of
// images for likelier ones, more than 1 the other way round.
func (c Config) Noise(seeds []uint64) []float32 {
	z := make([]float32, len(seeds)*c.NoiseDim)
	for i, seed := range seeds {
		kernels.Uniform(z[i*c.NoiseDim:][:c.NoiseDim], kernels.Key(seed), kernels.Samples, 0)
	}
	for i := range z {
		z[i] *= float32(c.NoiseScale)
	}
	return z
}

// Pixels rounds images in [0,1] to bytes.
func Pixels(images []float32) []byte {
	p := make([]byte, len(images))
	for i, v := range images {
		p[i] = byte(255*v + 0.5)
	}
	return p
}

// Generator draws images with the generator of a checkpoint.
type Generator struct {
	Config  Config
	sampler *sampler
}

// NewGenerator puts the generator of s on dev: the average of its weights where s has
// one, unless the raw weights are asked for.
func NewGenerator(dev kernels.Device, s *State, raw bool) (*Generator, error) {
	gen, err := newNet(dev, generatorShapes(s.Config))
	if err != nil {
		return nil, err
	}
	prefix := ""
	if s.Config.EMA > 0 && !raw {
		prefix = averaged
	}
	for _, p := range gen.params() {
		if err := s.upload(dev, prefix+p.name, p.value); err != nil {
			return nil, err
		}
	}
	sampler, err := newSampler(gen)
	return &Generator{s.Config, sampler}, err
}

// Draw takes noise (n, Config.NoiseDim), and labels (n) below Config.Classes where
// there are classes, to images (n, Config.Pixels()) in [0,1], a stacked one's channels
// one after the other. An image depends on its own noise and label alone.
func (g *Generator) Draw(noise []float32, labels []uint32) ([]float32, error) {
	return g.sampler.draw(noise, labels)
}
