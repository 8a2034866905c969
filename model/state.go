package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unsafe"

	"gorgonia.org/tensor"

	"gorgan/dataset/excerpt"
	"gorgan/kernels"
	"gorgan/model/nn"
	"gorgan/model/optim"
)

// State is all that a run needs to resume with the same bits.
type State struct {
	Config Config
	Step   uint32 // steps done
	Data   string // the data's fingerprint
	// ClassNames are the names of classes 0 to Config.Classes-1, or nil if they are numbers alone.
	ClassNames []string
	// Note says, in a line for the user, what Load changed in an older checkpoint. It is empty for
	// nothing, and Save does not write it.
	Note string
	// Tensors are the parameters of both nets, "generator.0.weight", the moments of the
	// optimizers, "adam.m.generator.0.weight", and the average of the generator's parameters if
	// there is one, "ema.generator.0.weight", and the number k of the loss began. They are sorted by name.
	Tensors []Tensor
}

// Tensor is a named float32 tensor, row-major.
type Tensor struct {
	Name   string
	Shape  []int
	Values []float32
}

// WeightHash returns the SHA-256, in hex, of the names, shapes and values of the parameters of both
// nets.
func (s *State) WeightHash() string {
	h := sha256.New()
	for _, t := range s.Tensors {
		if ofNets(t.Name) {
			t.hash(h)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (t Tensor) hash(h io.Writer) {
	fmt.Fprintf(h, "%s %v\n", t.Name, t.Shape)
	h.Write(littleEndian(t.Values))
}

// littleEndian returns the bytes of values. On a little-endian machine they share the memory of
// values, so that a checkpoint is written without a copy of the nets.
func littleEndian(values []float32) []byte {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
	}
	b := make([]byte, 0, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// layout returns the tensors of a state of c without values, sorted by name.
func layout(c Config) []Tensor {
	o, _ := optimizers.find(c.Optimizer)
	var all []Tensor
	gen, dis := c.mustNets()
	for _, net := range []*nn.Net{gen.Net, dis.Net} {
		params, _ := net.Layout()
		for _, p := range params {
			all = append(all, Tensor{Name: p.Name, Shape: p.Shape})
			for _, m := range o.value.moments {
				all = append(all, Tensor{Name: m + "." + p.Name, Shape: p.Shape})
			}
		}
	}
	if c.EMA > 0 {
		params, _ := gen.Layout()
		for _, p := range params {
			all = append(all, Tensor{Name: averaged + p.Name, Shape: p.Shape})
		}
	}
	if loss, _ := losses.find(c.Loss); loss.value.balances {
		all = append(all, Tensor{Name: balanceName, Shape: []int{1}})
	}
	slices.SortFunc(all, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// check returns an error unless s has exactly the tensors of its config.
func (s *State) check() error {
	want := layout(s.Config)
	for i, w := range want {
		if i >= len(s.Tensors) || s.Tensors[i].Name > w.Name {
			return fmt.Errorf("tensor %s of shape %v is missing", w.Name, w.Shape)
		}
		if got := s.Tensors[i]; got.Name != w.Name {
			return fmt.Errorf("tensor %s of shape %v does not belong to its config", excerpt.Of(got.Name), got.Shape)
		} else if !slices.Equal(got.Shape, w.Shape) {
			return fmt.Errorf("tensor %s has shape %v, want %v by its config", got.Name, got.Shape, w.Shape)
		}
	}
	if len(s.Tensors) > len(want) {
		return fmt.Errorf("tensor %s does not belong to its config", excerpt.Of(s.Tensors[len(want)].Name))
	}
	return nil
}

// values returns those of the tensor of that name, in the memory of s.
func (s *State) values(name string) ([]float32, error) {
	i, ok := s.find(name)
	if !ok {
		return nil, fmt.Errorf("model: tensor %s is missing", name)
	}
	return s.Tensors[i].Values, nil
}

// find returns where the tensor of that name is, and whether there is one.
func (s *State) find(name string) (int, bool) {
	return slices.BinarySearchFunc(s.Tensors, name, func(t Tensor, name string) int { return strings.Compare(t.Name, name) })
}

// upload copies the tensor of that name to dst.
func (s *State) upload(dev kernels.Device, name string, dst *tensor.Dense) error {
	values, err := s.values(name)
	if err != nil {
		return err
	}
	return dev.Upload(dst, values)
}

// visit calls f with each tensor of the state on the device. It stops at the first error.
func (g *game) visit(f func(name string, shape []int, t *tensor.Dense) error) error {
	if g.balance != nil {
		if err := f(balanceName, []int{1}, g.balance); err != nil {
			return err
		}
	}
	row, _ := optimizers.find(g.config.Optimizer)
	for _, side := range []struct {
		net *nn.Weights
		opt optim.Optimizer
	}{{g.gen, g.optG}, {g.dis, g.optD}} {
		for _, p := range side.net.Tensors {
			if err := f(p.Name, p.Shape, p.Value); err != nil {
				return err
			}
			for i, m := range side.opt.Moments() {
				t, err := g.dev.View(m, p.Offset, p.Shape...)
				if err != nil {
					return err
				}
				if err := f(row.value.moments[i]+"."+p.Name, p.Shape, t); err != nil {
					return err
				}
			}
		}
	}
	if g.average == nil {
		return nil
	}
	for _, p := range g.average.net.Tensors {
		if err := f(averaged+p.Name, p.Shape, p.Value); err != nil {
			return err
		}
	}
	return nil
}

// restore copies a state to the device.
func (g *game) restore(s *State) error {
	err := g.visit(func(name string, _ []int, t *tensor.Dense) error { return s.upload(g.dev, name, t) })
	if err != nil {
		return err
	}
	return g.setStep(s.Step)
}

// setStep gives the device the number of steps done.
func (g *game) setStep(done uint32) error {
	if err := g.dev.Upload(g.stepCount, []uint32{done}); err != nil {
		return err
	}
	return g.dev.Upload(g.next, []uint32{done + 1})
}

// tensors copies the state's tensors from the device.
func (g *game) tensors() ([]Tensor, error) {
	var all []Tensor
	err := g.visit(func(name string, shape []int, t *tensor.Dense) error {
		values := make([]float32, tensor.Shape(shape).TotalSize())
		all = append(all, Tensor{name, shape, values})
		return g.dev.Download(values, t)
	})
	slices.SortFunc(all, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}
