package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// products are the sizes (m, n, k) that MatMul is tested with: those of the tutorial, and odd ones.
var products = [][3]int{{1, 1, 1}, {1, 7, 3}, {5, 1, 9}, {17, 33, 65}, {64, 64, 64},
	{128, 256, 100}, {100, 256, 128}, {129, 63, 257}, {256, 1, 784}, {128, 784, 256}}

// Product is one call of MatMul.
type Product struct {
	M, N, K int
	TA, TB  bool
}

func (p Product) String() string {
	return fmt.Sprintf("%d,%d,%d/%c%c", p.M, p.N, p.K, letter(p.TA), letter(p.TB))
}

func letter(transposed bool) rune {
	if transposed {
		return 'T'
	}
	return 'N'
}

// Products returns all calls that MatMul is tested with.
func Products() []Product {
	var all []Product
	for _, s := range products {
		for flags := range 4 {
			all = append(all, Product{s[0], s[1], s[2], flags&1 != 0, flags&2 != 0})
		}
	}
	return all
}

// CheckProduct runs one product on dev and compares it with the sum in float64.
func CheckProduct(dev kernels.Device, p Product) error {
	a, b, before, got, err := product(dev, p)
	if err != nil {
		return err
	}
	for i, v := range before {
		if (i < guard || i >= len(before)-guard) && got[i] != v {
			return fmt.Errorf("dst[%d] was overwritten", i-guard)
		}
	}
	// The rounding error of a sum grows with the magnitudes of its k terms.
	eps := (4 + math.Sqrt(float64(p.K))) / (1 << 24)
	for i := range p.M {
		for j := range p.N {
			var sum, size float64
			for l := range p.K {
				x, y := a[i*p.K+l], b[l*p.N+j]
				if p.TA {
					x = a[l*p.M+i]
				}
				if p.TB {
					y = b[j*p.K+l]
				}
				sum += float64(x) * float64(y)
				size += math.Abs(float64(x) * float64(y))
			}
			g := float64(inner(got)[i*p.N+j])
			if off := math.Abs(g - sum); !(off <= eps*size) {
				return fmt.Errorf("dst[%d,%d] = %g, want %g: off by %.3g, allowed %.3g", i, j, g, sum, off, eps*size)
			}
		}
	}
	_, _, _, again, err := product(dev, p)
	if err != nil {
		return err
	}
	if at := firstDifference(got, again); at >= 0 {
		return fmt.Errorf("dst[%d] differs from run to run", at-guard)
	}
	return nil
}

// product runs p on dev. It returns the operands, and dst with its guards before and after the
// product. It returns an error if an operand changed.
func product(dev kernels.Device, p Product) (a, b, before, after []float32, err error) {
	r := rand.New(rand.NewPCG(2, uint64(p.M*p.N*p.K)))
	normal := func() float32 { return float32(r.NormFloat64()) }
	hosts := [][]float32{floats(p.M*p.N, kernels.Out, normal), floats(p.M*p.K, kernels.In, normal), floats(p.K*p.N, kernels.In, normal)}
	shapes := [][2]int{{p.M, p.N}, {p.M, p.K}, {p.K, p.N}}
	for i, t := range []bool{false, p.TA, p.TB} {
		if t {
			shapes[i][0], shapes[i][1] = shapes[i][1], shapes[i][0]
		}
	}
	var whole, part [3]*tensor.Dense
	for i, h := range hosts {
		if whole[i], err = dev.New(tensor.Float32, len(h)); err != nil {
			return
		}
		if err = dev.Upload(whole[i], h); err != nil {
			return
		}
		if part[i], err = dev.View(whole[i], guard, shapes[i][:]...); err != nil {
			return
		}
	}
	if err = dev.MatMul(part[0], part[1], part[2], p.TA, p.TB); err != nil {
		return
	}
	if err = dev.Sync(); err != nil {
		return
	}
	for i, h := range hosts {
		got := make([]float32, len(h))
		if err = dev.Download(got, whole[i]); err != nil {
			return
		}
		if i == 0 {
			after = got
		} else if at := firstDifference(got, h); at >= 0 {
			err = fmt.Errorf("operand %d was overwritten at %d", i, at-guard)
			return
		}
	}
	return inner(hosts[1]), inner(hosts[2]), hosts[0], after, nil
}
