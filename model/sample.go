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
	pass  *pass
	noise *tensor.Dense // (sampleRows, noise)
}

func newSampler(gen *net) (*sampler, error) {
	z, err := gen.dev.New(tensor.Float32, sampleRows, gen.layers[0].weight.shape[0])
	if err != nil {
		return nil, err
	}
	p, err := gen.newPass(z, nil)
	return &sampler{p, z}, err
}

// draw takes noise (n, noise dim) to images (n, pixels) in [0,1].
func (s *sampler) draw(noise []float32) ([]float32, error) {
	dim, pixels := s.noise.Shape()[1], s.pass.out().Shape()[1]
	if len(noise)%dim != 0 {
		return nil, fmt.Errorf("model: noise of %d values, want a multiple of the noise dim, %d", len(noise), dim)
	}
	n := len(noise) / dim
	images := make([]float32, 0, n*pixels)
	z, x := make([]float32, sampleRows*dim), make([]float32, sampleRows*pixels)
	for len(noise) > 0 {
		used := copy(z, noise)
		noise = noise[used:]
		if err := s.pass.net.dev.Upload(s.noise, z); err != nil {
			return nil, err
		}
		if err := s.pass.forward(); err != nil {
			return nil, err
		}
		if err := s.pass.net.dev.Download(x, s.pass.out()); err != nil {
			return nil, err
		}
		images = append(images, x[:used/dim*pixels]...)
	}
	return images, nil
}

// Noise returns the noise (len(seeds), dim) of numbered samples, uniform on [-1,1):
// a seed names the same noise for ever.
func Noise(seeds []uint64, dim int) []float32 {
	z := make([]float32, len(seeds)*dim)
	for i, seed := range seeds {
		kernels.Uniform(z[i*dim:][:dim], kernels.Key(seed), kernels.Samples, 0)
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

// NewGenerator puts the generator of s on dev.
func NewGenerator(dev kernels.Device, s *State) (*Generator, error) {
	gen, err := newNet(dev, generatorShapes(s.Config))
	if err != nil {
		return nil, err
	}
	for _, p := range gen.params() {
		if err := s.upload(dev, p.name, p.value); err != nil {
			return nil, err
		}
	}
	sampler, err := newSampler(gen)
	return &Generator{s.Config, sampler}, err
}

// Draw takes noise (n, Config.NoiseDim) to images (n, Config.Pixels()) in [0,1]. An
// image depends on its own noise alone.
func (g *Generator) Draw(noise []float32) ([]float32, error) { return g.sampler.draw(noise) }
