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
		hidden, activation = r.disHidden(), c.DisActivation
		r.code = nil
	}
	if asked {
		for i := range x {
			slopes = append(slopes, make([]complex128, len(x)))
			slopes[i][i] = 1
		}
	}
	if net == "discriminator" && c.GenOutput == model.TanhOutput {
		x = slices.Clone(x)
		for i := range x {
			x[i] = 2*x[i] - 1
			for _, slope := range slopes {
				slope[i] *= 2
			}
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
		if class := r.values[net+".class.weight"]; l == 0 && class != nil {
			for i, label := range labels {
				for j := range y {
					y[j] += class[(i*c.Classes+int(label))*len(b)+j]
				}
			}
		}
		if l < len(hidden) {
			name := activation
			if net == "discriminator" && r.autoencodes() && l == len(c.DisHidden) {
				name = "linear" // of the code
			}
			y, slopes = activate(c, name, y, slopes)
			if net == "discriminator" && (r.code == nil || len(y) <= len(r.code)) {
				r.code = y
			}
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
	case "linear":
		return y, slopes
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

// pixel returns the value of an image for the last value y of a net, and its derivative.
func (r *reference) pixel(y complex128) (v, slope complex128) {
	if r.config.GenOutput == model.TanhOutput {
		t := cmplx.Tanh(y)
		return (t + 1) / 2, (1 - t*t) / 2
	}
	v = logistic(y)
	return v, v * (1 - v)
}

func logistic(x complex128) complex128 { return 1 / (1 + cmplx.Exp(-x)) }
func softplus(x complex128) complex128 { return cmplx.Log(1 + cmplx.Exp(x)) }

// generate returns images, one after the other, for rows of noise.
func (r *reference) generate(z []float64, labels []uint32) []complex128 {
	var x []complex128
	dim := r.config.NoiseDim + r.config.CodeClasses + r.config.CodeValues
	for i := range len(z) / dim {
		var label []uint32
		if labels != nil {
			label = labels[i : i+1]
		}
		noise := onAxis(z[i*dim:][:dim])
		y, _ := r.forward("generator", noise, label, nil, false)
		for _, v := range y {
			value, _ := r.pixel(v)
			x = append(x, value)
		}
	}
	return x
}

// autoencodes reports whether D is an autoencoder.
func (r *reference) autoencodes() bool {
	return r.config.Loss == "ebgan" || r.config.Loss == "began"
}

// disHidden returns the widths of D's layers but the last. Those of an autoencoder are the hidden ones, the code, and
// the hidden ones in reverse.
func (r *reference) disHidden() []int {
	hidden := slices.Clone(r.config.DisHidden)
	if r.autoencodes() {
		hidden = append(hidden, r.config.NoiseDim)
		for i := range r.config.DisHidden {
			hidden = append(hidden, r.config.DisHidden[len(r.config.DisHidden)-1-i])
		}
	}
	return hidden
}

// reconstruction returns the root of the mean squared difference of a row x from what an autoencoder makes of it, the pixels
// of y, and the derivatives by x, from those of y.
func (r *reference) reconstruction(x, y []complex128, slopes [][]complex128) (e complex128, moved [][]complex128) {
	n := complex(float64(len(x)), 0)
	moved = make([][]complex128, len(slopes))
	for i := range moved {
		moved[i] = make([]complex128, 1)
	}
	for j, v := range y {
		v, slope := r.pixel(v)
		off := v - x[j]
		e += off * off / n
		for i := range moved {
			by := slope * slopes[i][j]
			if i == j {
				by--
			}
			moved[i][0] += 2 * off * by / n
		}
	}
	root := cmplx.Sqrt(e)
	for i := range moved {
		moved[i][0] /= 2 * root
	}
	return root, moved
}

// pullAway returns the mean squared cosine of two different codes.
func pullAway(codes [][]complex128) (sum complex128) {
	product := func(a, b []complex128) (sum complex128) {
		for i, v := range a {
			sum += v * b[i]
		}
		return sum
	}
	for i, a := range codes {
		for j, b := range codes {
			if lengths := product(a, a) * product(b, b); i != j && lengths != 0 {
				sum += product(a, b) * product(a, b) / lengths
			}
		}
	}
	return sum / complex(float64(len(codes)*(len(codes)-1)), 0)
}
