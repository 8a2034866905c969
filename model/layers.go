package model

import (
	"fmt"
	"slices"

	"gorgan/model/nn"
)

// DenseLayer is a layer of a net with its values, for other programs. For x (rows, In) it computes
// activation(x·Weight + Bias) (rows, Out). With classes, the rows of Class of the labels are added to the
// product.
type DenseLayer struct {
	In, Out    int
	Pieces     int       // columns of the product for a value of the output: more than 1 with maxout only
	Activation string    // linear, sigmoid, or a name of Activations
	Slope      float32   // of leaky-relu, below 0
	Weight     []float32 // (In, Out·Pieces)
	Bias       []float32 // (Out·Pieces)
	// Class (Config.Pack·Config.Classes, Out·Pieces) has a row for each class of each image that D sees side by side;
	// the generator sees one. It is nil without classes, and in all layers but the first.
	Class []float32
}

// Columns returns the number of columns of Weight.
func (d DenseLayer) Columns() int { return d.Out * d.Pieces }

// Inputs returns the number of inputs if the labels are given as one-hot vectors behind x.
func (d DenseLayer) Inputs() int { return d.In + len(d.Class)/d.Columns() }

// Matrix returns the weights (Inputs(), Columns()) of these inputs, in a new slice.
func (d DenseLayer) Matrix() []float32 { return slices.Concat(d.Weight, d.Class) }

// GeneratorLayers returns the layers that make images: with the average of the weights if s has one and raw is
// false. They share the memory of s. It returns an error if s lacks a tensor of its config, or if the arch is not
// MLP.
func (s *State) GeneratorLayers(raw bool) ([]DenseLayer, error) {
	return s.layers(generatorNet(s.Config), s.Config.generatorPrefix(raw))
}

// DiscriminatorLayers returns the layers of the discriminator, without dropout. They share the memory of s. It returns
// an error if s lacks a tensor of its config, or if the arch is not MLP.
func (s *State) DiscriminatorLayers() ([]DenseLayer, error) {
	return s.layers(discriminatorNet(s.Config), "")
}

func (s *State) layers(net *nn.Net, prefix string) (all []DenseLayer, err error) {
	if s.Config.Arch != MLP {
		return nil, fmt.Errorf("model: the nets are of arch %s, want %s: other nets cannot be given to other programs yet", s.Config.Arch, MLP)
	}
	for _, l := range net.Layers {
		dense, ok := l.(nn.Dense)
		if conditioned, is := l.(nn.Conditioned); is {
			dense, ok = conditioned.Dense, true
		}
		if !ok { // dropout does nothing after training
			continue
		}
		d := DenseLayer{In: dense.In, Out: dense.Units, Pieces: dense.Activation.Pieces, Activation: dense.Activation.Name}
		if d.Activation == "leaky-relu" {
			d.Slope = float32(s.Config.LeakySlope)
		}
		values := []*[]float32{&d.Weight, &d.Bias, &d.Class} // in the order of Params
		for i, p := range l.Params() {
			if *values[i], err = s.values(prefix + net.Name + "." + p.Name); err != nil {
				return nil, err
			}
		}
		all = append(all, d)
	}
	return all, nil
}
