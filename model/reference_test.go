package model_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/model"
)

// reference plays the game in plain float64. It has no backward pass: its gradients
// are central differences of the losses as the papers write them.
type reference struct {
	config model.Config
	values map[string][]float64            // parameters by name
	moment map[string]map[string][]float64 // optimizer's state, by kind and parameter
	update map[string]int                  // updates done, by net
}

func newReference(s *model.State) *reference {
	r := &reference{config: s.Config, values: map[string][]float64{}, moment: map[string]map[string][]float64{}, update: map[string]int{}}
	for _, kind := range []string{"m", "v", "sum", "velocity"} {
		r.moment[kind] = map[string][]float64{}
	}
	for _, t := range s.Tensors {
		if strings.HasPrefix(t.Name, "generator") || strings.HasPrefix(t.Name, "discriminator") {
			r.values[t.Name] = wide(t.Values)
			for kind := range r.moment {
				r.moment[kind][t.Name] = make([]float64, len(t.Values))
			}
			for i := range t.Values {
				r.moment["sum"][t.Name][i] = 0.1 // as TensorFlow's AdagradOptimizer
			}
		}
	}
	return r
}

// names are the parameters of a net.
func (r *reference) names(net string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.values)), func(n string) bool { return !strings.HasPrefix(n, net) })
}

// forward takes one row through a net, ReLU between the layers.
func (r *reference) forward(net string, x []float64) []float64 {
	layers := len(r.names(net)) / 2
	for l := range layers {
		w, b := r.values[fmt.Sprintf("%s.%d.weight", net, l)], r.values[fmt.Sprintf("%s.%d.bias", net, l)]
		y := slices.Clone(b)
		for i, v := range x {
			for j := range y {
				y[j] += v * w[i*len(b)+j]
			}
		}
		for j := range y {
			if l < layers-1 && y[j] < 0 {
				y[j] = 0
			}
		}
		x = y
	}
	return x
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func (r *reference) draw(z []float64) []float64 {
	y := r.forward("generator", z)
	for j := range y {
		y[j] = logistic(y[j])
	}
	return y
}

// judge is D's probabilities on the rows of x.
func (r *reference) judge(x []float64) []float64 {
	var p []float64
	for row := range slices.Chunk(x, r.config.Pixels()) {
		p = append(p, logistic(r.forward("discriminator", row)[0]))
	}
	return p
}

func (r *reference) drawAll(z []float64) []float64 {
	var x []float64
	for row := range slices.Chunk(z, r.config.NoiseDim) {
		x = append(x, r.draw(row)...)
	}
	return x
}

func meanOf(p []float64, f func(float64) float64) float64 {
	sum := 0.0
	for _, v := range p {
		sum += f(v)
	}
	return sum / float64(len(p))
}

func logNot(p float64) float64 { return math.Log(1 - p) }

func (r *reference) disLoss(real, drawn []float64) float64 {
	target := 1 - r.config.LabelSmoothing
	onData := meanOf(r.judge(real), func(p float64) float64 { return target*math.Log(p) + (1-target)*logNot(p) })
	return -onData - meanOf(r.judge(drawn), logNot)
}

func (r *reference) genLoss(z []float64) float64 {
	p := r.judge(r.drawAll(z))
	if r.config.Loss == "minimax" {
		return meanOf(p, logNot)
	}
	return -meanOf(p, math.Log)
}

// gradients differentiates loss by each parameter of a net.
func (r *reference) gradients(net string, loss func() float64) map[string][]float64 {
	const h = 1e-6
	all := map[string][]float64{}
	for _, name := range r.names(net) {
		v, g := r.values[name], make([]float64, len(r.values[name]))
		for i, was := range v {
			v[i] = was + h
			up := loss()
			v[i] = was - h
			g[i] = (up - loss()) / (2 * h)
			v[i] = was
		}
		all[name] = g
	}
	return all
}

func (r *reference) disGradients(x, z []float64) map[string][]float64 {
	drawn := r.drawAll(z)
	return r.gradients("discriminator", func() float64 { return r.disLoss(x, drawn) })
}

func (r *reference) genGradients(z []float64) map[string][]float64 {
	return r.gradients("generator", func() float64 { return r.genLoss(z) })
}

// descend is one update of a net by the rules of TensorFlow's optimizers.
func (r *reference) descend(net string, gradients map[string][]float64) {
	c := r.config
	r.update[net]++
	n := float64(r.update[net])
	for _, name := range r.names(net) {
		w := r.values[name]
		m, v, sum, velocity := r.moment["m"][name], r.moment["v"][name], r.moment["sum"][name], r.moment["velocity"][name]
		for i, g := range gradients[name] {
			switch c.Optimizer {
			case "adam":
				m[i] = c.Beta1*m[i] + (1-c.Beta1)*g
				v[i] = c.Beta2*v[i] + (1-c.Beta2)*g*g
				rate := c.LearningRate * math.Sqrt(1-math.Pow(c.Beta2, n)) / (1 - math.Pow(c.Beta1, n))
				w[i] -= rate * m[i] / (math.Sqrt(v[i]) + c.Epsilon)
			case "adagrad":
				sum[i] += g * g
				w[i] -= c.LearningRate * g / math.Sqrt(sum[i])
			case "sgd":
				velocity[i] = c.Momentum*velocity[i] + g
				w[i] -= c.LearningRate * velocity[i]
			}
		}
	}
}

// inputs are the batch and the noise of the nth discriminator step of a step, drawn
// as package kernels documents it, and the noise of the generator step after it.
func (r *reference) inputs(pixels []byte, step, nth int) (x, z, fresh []float64) {
	c, key := r.config, kernels.Key(r.config.Seed)
	images := uint32(len(pixels) / c.Pixels())
	first := ((step-1)*c.DisSteps + nth) * c.BatchSize
	for i := range c.BatchSize {
		image := int(kernels.Image(uint64(first+i), images, key))
		for _, p := range pixels[image*c.Pixels():][:c.Pixels()] {
			x = append(x, float64(p)/255)
		}
	}
	noise := make([]float32, c.BatchSize*c.NoiseDim)
	kernels.Uniform(noise, key, kernels.DisNoise+kernels.Purpose(nth), uint32(step))
	z = wide(noise)
	kernels.Uniform(noise, key, kernels.GenNoise, uint32(step))
	return x, z, wide(noise)
}

// step is algorithm 1 of the 2014 paper, and returns the batch and the noise it ended
// on.
func (r *reference) step(pixels []byte, step int) (x, z []float64) {
	var fresh []float64
	if r.config.UpdateOrder == model.Simultaneous {
		x, z, _ = r.inputs(pixels, step, 0)
		dis, gen := r.disGradients(x, z), r.genGradients(z)
		r.descend("discriminator", dis)
		r.descend("generator", gen)
		return x, z
	}
	for nth := range r.config.DisSteps {
		x, z, fresh = r.inputs(pixels, step, nth)
		r.descend("discriminator", r.disGradients(x, z))
	}
	if r.config.DisSteps > 1 || r.config.FreshNoise {
		z = fresh
	}
	r.descend("generator", r.genGradients(z))
	return x, z
}

// compare holds a state's parameters, and the optimizer's state, against the
// reference's.
func (r *reference) compare(t *testing.T, s *model.State, abs, rel float64) {
	t.Helper()
	want := maps.Clone(r.values)
	for _, moment := range map[string][]string{"adam": {"m", "v"}, "adagrad": {"sum"}, "sgd": {"velocity"}}[s.Config.Optimizer] {
		for name, v := range r.moment[moment] {
			want[s.Config.Optimizer+"."+moment+"."+name] = v
		}
	}
	for _, w := range s.Tensors {
		differs(t, w.Name, w.Values, want[w.Name], abs, rel)
		delete(want, w.Name)
	}
	if len(want) > 0 {
		t.Errorf("the state lacks %v", slices.Sorted(maps.Keys(want)))
	}
}
