package model_test

import (
	"fmt"
	"math/cmplx"
	"slices"

	"gorgan/model"
)

// The reference's nets, one row at a time.

// forward returns the output y of a net for one row x and its labels, before a sigmoid. keep has
// factors for the inputs of each layer: 0 if dropout leaves an input out, and nil for 1. slopes[i]
// is the derivative of y by x[i], if asked for.
func (r *reference) forward(net string, x []complex128, labels []uint32, keep [][]complex128, asked bool) (y []complex128, slopes [][]complex128) {
	c := r.config
	hidden, activation := c.GenHidden, c.GenActivation
	if net == "discriminator" {
		hidden, activation = c.DisHidden, c.DisActivation
	}
	if asked {
		for i := range x {
			slopes = append(slopes, make([]complex128, len(x)))
			slopes[i][i] = 1
		}
	}
	for l := range len(hidden) + 1 {
		w, b := r.values[fmt.Sprintf("%s.%d.weight", net, l)], r.values[fmt.Sprintf("%s.%d.bias", net, l)]
		times := func(x []complex128, y []complex128) []complex128 {
			for i, v := range x {
				if keep != nil {
					v *= keep[l][i]
				}
				if v == 0 {
					continue
				}
				for j := range y {
					y[j] += v * w[i*len(b)+j]
				}
			}
			return y
		}
		y = times(x, slices.Clone(b))
		for i := range slopes {
			slopes[i] = times(slopes[i], make([]complex128, len(b)))
		}
		if l == 0 && c.Classes > 0 {
			for i, label := range labels {
				for j := range y {
					y[j] += r.values[net+".class.weight"][(i*c.Classes+int(label))*len(b)+j]
				}
			}
		}
		if l < len(hidden) {
			y, slopes = activate(c, activation, y, slopes)
		}
		x = y
	}
	return y, slopes
}

// activate applies an activation to a layer's values y and to their slopes. The slope at a kink is
// the slope on its lower side.
func activate(c model.Config, name string, y []complex128, slopes [][]complex128) ([]complex128, [][]complex128) {
	var out []complex128
	moved := make([][]complex128, len(slopes))
	pass := func(at int, value, factor complex128) {
		out = append(out, value)
		for i := range slopes {
			moved[i] = append(moved[i], factor*slopes[i][at])
		}
	}
	slope := complex128(0)
	if name == "leaky-relu" {
		slope = complex(float64(float32(c.LeakySlope)), 0)
	}
	switch name {
	case "maxout":
		for i := 0; i < len(y); i += c.MaxoutPieces {
			at := i
			for k := i + 1; k < i+c.MaxoutPieces; k++ {
				if real(y[k]) > real(y[at]) {
					at = k
				}
			}
			pass(at, y[at], 1)
		}
	case "tanh":
		for j, v := range y {
			v = cmplx.Tanh(v)
			pass(j, v, 1-v*v)
		}
	default:
		for j, v := range y {
			factor := complex128(1)
			if real(v) <= 0 {
				factor = slope
			}
			pass(j, factor*v, factor)
		}
	}
	return out, moved
}

func logistic(x complex128) complex128 { return 1 / (1 + cmplx.Exp(-x)) }
func softplus(x complex128) complex128 { return cmplx.Log(1 + cmplx.Exp(x)) }

// generate returns images, one after the other, for rows of noise.
func (r *reference) generate(z []float64, labels []uint32) []complex128 {
	var x []complex128
	for i := range len(z) / r.config.NoiseDim {
		var label []uint32
		if labels != nil {
			label = labels[i : i+1]
		}
		noise := onAxis(z[i*r.config.NoiseDim:][:r.config.NoiseDim])
		y, _ := r.forward("generator", noise, label, nil, false)
		for _, v := range y {
			x = append(x, logistic(v))
		}
	}
	return x
}
