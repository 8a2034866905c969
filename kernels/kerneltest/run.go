package kerneltest

import (
	"fmt"
	"iter"
	"sync"

	"gorgan/kernels"
)

// All yields the checks of a device with their names. A name is like
// "bias_relu/[65 64]/[0.2]/huge". A check computes what it wants once, for all devices that it is called with.
func All() iter.Seq2[string, func(dev kernels.Device) error] {
	return func(yield func(string, func(kernels.Device) error) bool) {
		if !yield("contract", Contract) {
			return
		}
		for _, k := range Kernels() {
			cases, err := Cases(k)
			if err != nil && !yield(k.Name, func(kernels.Device) error { return err }) {
				return
			}
			for _, c := range cases {
				made := sync.OnceValue(func() trial { return newTrial(k, c) })
				if !yield(k.Name+"/"+c.String(), func(dev kernels.Device) error { return made().on(dev) }) {
					return
				}
			}
		}
		for name, check := range exact() {
			if !yield(name, check) {
				return
			}
		}
		if !yield("tree_sum/order", checkTree) {
			return
		}
		for name, check := range Joined() {
			if !yield(name, check) {
				return
			}
		}
		for _, p := range Products() {
			if !yield("matmul/"+p.String(), func(dev kernels.Device) error { return CheckProduct(dev, p) }) {
				return
			}
		}
		for _, l := range layers {
			name := fmt.Sprintf("gradient/%s/%v", l.backward, l.scalars)
			if !yield(name, func(dev kernels.Device) error { return checkLayer(dev, l) }) {
				return
			}
		}
		for _, l := range functions() {
			name := fmt.Sprintf("gradient/%s/%v", l.backward, l.scalars)
			if !yield(name, func(dev kernels.Device) error { return checkFunction(dev, l) }) {
				return
			}
		}
		for _, s := range table["row_penalty"].scalars {
			name := fmt.Sprintf("gradient/row_penalty/%v", s)
			if !yield(name, func(dev kernels.Device) error { return checkPenalty(dev, s) }) {
				return
			}
		}
	}
}

// Pairs yields the checks that two devices give the same bits. A check makes its values once.
func Pairs() iter.Seq2[string, func(a, b kernels.Device) error] {
	return func(yield func(string, func(a, b kernels.Device) error) bool) {
		for _, k := range Kernels() {
			cases, _ := Cases(k) // All reports a kernel without cases
			for _, c := range cases {
				made := sync.OnceValue(func() host { return newHost(k, c) })
				if !yield(k.Name+"/"+c.String(), func(a, b kernels.Device) error { return sameKernel(a, b, k, c, made()) }) {
					return
				}
			}
		}
		for _, p := range Products() {
			if !yield("matmul/"+p.String(), func(a, b kernels.Device) error { return sameProduct(a, b, p) }) {
				return
			}
		}
	}
}

func sameKernel(a, b kernels.Device, k *kernels.Kernel, c Case, h host) error {
	x, err := h.onDevice(a, k, c)
	if err != nil {
		return err
	}
	y, err := h.onDevice(b, k, c)
	if err != nil {
		return err
	}
	return sameBits(k, x, y)
}

func sameProduct(a, b kernels.Device, p Product) error {
	_, _, _, x, err := product(a, p)
	if err != nil {
		return err
	}
	_, _, _, y, err := product(b, p)
	if err != nil {
		return err
	}
	if at := firstDifference(x, y); at >= 0 {
		return fmt.Errorf("dst[%d] = %g on %s and %g on %s", at-guard, x[at], a.Name(), y[at], b.Name())
	}
	return nil
}
