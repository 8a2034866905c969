package kerneltest

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"gorgan/kernels"
	"gorgan/kernels/dense"
)

// exact yields the checks of the kernels of dense layers whose result is exact: words, and the bits
// that another kernel gives.
func exact() iter.Seq2[string, func(dev kernels.Device) error] {
	return func(yield func(string, func(kernels.Device) error) bool) {
		for _, parts := range []iter.Seq2[string, func(dev kernels.Device) error]{oneValues(), sameAsOthers()} {
			for name, check := range parts {
				if !yield(name, check) {
					return
				}
			}
		}
	}
}

// sameAsOthers yields the checks that the noise is that of uniform, and the update that of adam.
func sameAsOthers() iter.Seq2[string, func(dev kernels.Device) error] {
	return func(yield func(string, func(kernels.Device) error) bool) {
		for _, t := range dense.Tiles() {
			for _, kind := range []dense.Kind{dense.Noise, dense.NoiseClasses, dense.Update} {
				k := t.Kernel(kind)
				if k == nil {
					continue
				}
				other, of := "uniform", func(n []int) []int { return []int{n[0] * n[2], n[len(n)-2]} }
				if kind == dense.Update {
					other, of = "adam", func(n []int) []int { return []int{n[0] * n[1]} }
				}
				sizes := denseSizes(t, kind, k)
				c := Case{sizes[len(sizes)/2], denseScalars(kind)[0], "normal"}
				check := func(dev kernels.Device) error { return checkSame(dev, k, c, byName(other), of(c.Sizes)) }
				if !yield(k.Name+"/bits of "+other, check) {
					return
				}
			}
		}
	}
}

// checkSame runs k, and then other on what k began with. Tensors of the same name are the same, and
// the gradient is what k wrote to dw. It compares what other writes.
func checkSame(dev kernels.Device, k *kernels.Kernel, c Case, other *kernels.Kernel, sizes []int) error {
	before := newHost(k, c)
	got, err := before.onDevice(dev, k, c)
	if err != nil {
		return err
	}
	at := func(name string) int {
		return slices.IndexFunc(k.Params, func(p kernels.Param) bool { return p.Name == name })
	}
	var h, want host
	for _, p := range other.Params {
		if p.Name == "grad" {
			h, want = append(h, got[at("dw")]), append(want, got[at("dw")])
			continue
		}
		h, want = append(h, before[at(p.Name)]), append(want, got[at(p.Name)])
	}
	same, err := h.onDevice(dev, other, Case{sizes, c.Scalars[:len(other.Scalars)], c.Fill})
	if err != nil {
		return err
	}
	for i, p := range other.Params {
		if at := firstDifference(same[i], want[i]); at >= 0 {
			return fmt.Errorf("%s[%d] is not what %s gives", p.Name, at-guard, other.Name)
		}
	}
	return nil
}

// oneValues yields, for each kernel of an update, the checks that a single value that is not finite
// sets its words of first, and no other.
func oneValues() iter.Seq2[string, func(dev kernels.Device) error] {
	return func(yield func(string, func(kernels.Device) error) bool) {
		for _, t := range dense.Tiles() {
			k := t.Kernel(dense.Update)
			if k == nil {
				continue
			}
			// Each tensor begins one to three elements before a word's first, so that its first quad is of
			// two words. So is a quad of row 30.
			const rows, cols, dw, dbias, w, bias, words = 36, 68, 1023, 4093, 5118, 8191, 9
			c := Case{[]int{rows, cols, 8, words, dw, dbias, w, bias}, []float32{0.5, 0.99, 0.1}, "zero"}
			for _, one := range []struct {
				where   string
				element int
				begins  []int // where the tensors begin whose element it is
			}{
				{"w", 0, []int{w}}, {"w", 1, []int{w}}, {"w", 2, []int{w}}, {"w", 3, []int{w}}, {"w", rows*cols - 1, []int{w}},
				{"w", 2048, []int{w}}, {"w", 2049, []int{w}}, {"w", 2050, []int{w}}, {"w", 2051, []int{w}},
				{"dw", 0, []int{dw, w}}, {"dw", 1, []int{dw, w}}, {"dw", 2, []int{dw, w}}, {"dw", 3, []int{dw, w}}, {"dw", 33*cols + 66, []int{dw, w}},
				{"dw", 2048, []int{dw, w}}, {"dw", 2049, []int{dw, w}}, {"dw", 2050, []int{dw, w}}, {"dw", 2051, []int{dw, w}},
				{"bias", 0, []int{bias}}, {"bias", 1, []int{bias}}, {"bias", 2, []int{bias}}, {"bias", 3, []int{bias}}, {"bias", cols - 1, []int{bias}},
				{"dbias", 0, []int{dbias, bias}}, {"dbias", 1, []int{dbias, bias}}, {"dbias", 2, []int{dbias, bias}}, {"dbias", 3, []int{dbias, bias}},
			} {
				name := fmt.Sprintf("%s/one value in %s[%d]", k.Name, one.where, one.element)
				if !yield(name, func(dev kernels.Device) error { return checkOneValue(dev, k, c, one.where, one.element, one.begins) }) {
					return
				}
			}
		}
	}
}

// checkOneValue makes one element infinite: a weight, a bias, or, by an overflow, a gradient.
func checkOneValue(dev kernels.Device, k *kernels.Kernel, c Case, where string, element int, begins []int) error {
	h, cols := newHost(k, c), c.Sizes[1]
	at := func(name string) int {
		return slices.IndexFunc(k.Params, func(p kernels.Param) bool { return p.Name == name })
	}
	floats := func(name string) []float32 { return inner(h[at(name)].([]float32)) }
	words := func(of host) []uint32 { return inner(of[at("first")].([]uint32)) }
	clear(words(h))
	const large = 2e38 // twice that is beyond float32
	switch where {
	case "dw":
		floats("x")[element/cols], floats("dy")[element%cols] = large, 4
	case "dbias":
		floats("dy")[element], floats("dy")[cols+element] = large, large
	default:
		floats(where)[element] = float32(math.Inf(1))
	}
	got, err := h.onDevice(dev, k, c)
	if err != nil {
		return err
	}
	step := inner(h[at("clock")].([]uint32))[0]
	for i, word := range words(got) {
		want := uint32(0)
		if slices.ContainsFunc(begins, func(b int) bool { return (b+element)/kernels.Chunk == i }) {
			want = step
		}
		if word != want {
			return fmt.Errorf("first[%d] = %d, want %d", i, word, want)
		}
	}
	return nil
}
