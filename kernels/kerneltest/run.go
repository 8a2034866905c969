package kerneltest

import (
	"fmt"
	"testing"

	"gorgan/kernels"
)

// Run checks all of dev.
func Run(t *testing.T, dev kernels.Device) {
	t.Run("contract", func(t *testing.T) { report(t, Contract(dev)) })
	for _, k := range kernels.All() {
		cases, err := Cases(k)
		report(t, err)
		for _, c := range cases {
			t.Run(k.Name+"/"+c.String(), func(t *testing.T) { report(t, Check(dev, k, c)) })
		}
	}
	for _, p := range Products() {
		t.Run("matmul/"+p.String(), func(t *testing.T) { report(t, CheckProduct(dev, p)) })
	}
	for _, l := range layers {
		t.Run(fmt.Sprintf("gradient/%s/%v", l.backward, l.scalars), func(t *testing.T) { report(t, checkLayer(dev, l)) })
	}
	for _, s := range table["bce_logits"].scalars {
		t.Run(fmt.Sprintf("gradient/bce_logits/%v", s), func(t *testing.T) { report(t, checkLoss(dev, s)) })
	}
}

// Same checks that two devices give the same bits.
func Same(t *testing.T, a, b kernels.Device) {
	for _, k := range kernels.All() {
		cases, err := Cases(k)
		report(t, err)
		for _, c := range cases {
			t.Run(k.Name+"/"+c.String(), func(t *testing.T) { report(t, sameKernel(a, b, k, c)) })
		}
	}
	for _, p := range Products() {
		t.Run("matmul/"+p.String(), func(t *testing.T) {
			_, _, _, x, err := product(a, p)
			report(t, err)
			_, _, _, y, err := product(b, p)
			report(t, err)
			if at := firstDifference(x, y); at >= 0 {
				t.Errorf("dst[%d] = %g on %s and %g on %s", at-guard, x[at], a.Name(), y[at], b.Name())
			}
		})
	}
}

func sameKernel(a, b kernels.Device, k *kernels.Kernel, c Case) error {
	h := newHost(k, c)
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

func report(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
