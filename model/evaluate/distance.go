package evaluate

import (
	"context"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// blockRows is the number of rows of each side in a block. It is large enough for the product to
// run at its full rate, and so small that a block takes about 16 MB.
const blockRows = 2048

// distances computes squared Euclidean distances on a device, block by block.
//
// |x-y|² = |x|² + |y|² - 2x·y. The mean of b is subtracted from both sides. The norms are float64
// and x·y is float32. The error is the rounding of x·y: at most width·2⁻²⁴·|x||y|, and usually
// about √width·2⁻²⁴·|x||y|. For centred MNIST this is about 1e-4, with distances around 50. So a
// distance of 0 does not show that two rows are equal: compare the rows themselves.
type distances struct {
	dev      kernels.Device
	progress func(done, total int) // called after each block; may be nil

	width       int // the largest width of rows that fit
	a, b        side
	product     *tensor.Dense
	hostProduct []float32
}

// side is a block of rows of one side, without the mean.
type side struct {
	block *tensor.Dense
	host  []float32
	norms []float64 // squared
}

// reserve allocates memory for rows of that width. It uses old memory again if that is large
// enough, because a device frees memory only when it is closed.
func (d *distances) reserve(width int) error {
	if width <= d.width {
		return nil
	}
	var err error
	for _, s := range []*side{&d.a, &d.b} {
		s.host, s.norms = make([]float32, blockRows*width), make([]float64, blockRows)
		if s.block, err = d.dev.New(tensor.Float32, blockRows*width); err != nil {
			return err
		}
	}
	if d.product == nil {
		d.hostProduct = make([]float32, blockRows*blockRows)
		if d.product, err = d.dev.New(tensor.Float32, blockRows*blockRows); err != nil {
			return err
		}
	}
	d.width = width
	return nil
}

// walk calls visit with the squared distances from row i of a to the rows of b from j on. The calls
// for one i come one after the other, in the order of j. The calls for different i come from
// several goroutines at once. visit must not keep the slice. walk returns the errors of the rows
// and of the device, and ctx's error if ctx ends.
func (d *distances) walk(ctx context.Context, a, b rows, visit func(i, j int, squared []float32)) error {
	if err := d.reserve(a.width()); err != nil {
		return err
	}
	mean, err := meanRow(b)
	if err != nil {
		return err
	}
	inA, inB := count(a.Len(), blockRows), count(b.Len(), blockRows)
	for p := range inA {
		i, m := p*blockRows, min(blockRows, a.Len()-p*blockRows)
		x, err := d.load(&d.a, a, mean, i, m)
		if err != nil {
			return err
		}
		for q := range inB {
			if err := ctx.Err(); err != nil {
				return err
			}
			j, n := q*blockRows, min(blockRows, b.Len()-q*blockRows)
			y, err := d.load(&d.b, b, mean, j, n)
			if err != nil {
				return err
			}
			if err := d.multiply(x, y, m, n); err != nil {
				return err
			}
			err = parallel(m, func(k int) error {
				row := d.hostProduct[k*n:][:n]
				expand(row, d.a.norms[k], d.b.norms)
				visit(i+k, j, row)
				return nil
			})
			if err != nil {
				return err
			}
			if d.progress != nil {
				d.progress(p*inB+q+1, inA*inB)
			}
		}
	}
	return nil
}

// count returns the number of blocks of the given size that cover n rows.
func count(n, size int) int { return (n + size - 1) / size }

// expand turns a row of products into squared distances.
func expand(row []float32, x float64, norms []float64) {
	for j, y := range norms[:len(row)] {
		row[j] = float32(max(x+y-2*float64(row[j]), 0))
	}
}

// load copies n rows, from the first on, to the device and subtracts mean from each. It sets the
// norms of s.
func (d *distances) load(s *side, r rows, mean []float32, first, n int) (*tensor.Dense, error) {
	width := len(mean)
	err := parallel(n, func(k int) error {
		row := s.host[k*width:][:width]
		if err := r.row(row, first+k); err != nil {
			return err
		}
		var norm float64
		for j, c := range mean {
			row[j] -= c
			norm += float64(row[j]) * float64(row[j])
		}
		s.norms[k] = norm
		return nil
	})
	if err != nil {
		return nil, err
	}
	t, err := d.dev.View(s.block, 0, n, width)
	if err != nil {
		return nil, err
	}
	return t, d.dev.Upload(t, s.host[:n*width])
}

// multiply computes x·yᵀ (m,n) on the device and copies it to hostProduct.
func (d *distances) multiply(x, y *tensor.Dense, m, n int) error {
	t, err := d.dev.View(d.product, 0, m, n)
	if err != nil {
		return err
	}
	if err := d.dev.MatMul(t, x, y, false, true); err != nil {
		return err
	}
	return d.dev.Download(d.hostProduct[:m*n], t)
}

// meanRow returns the mean of all rows, added in their order.
func meanRow(r rows) ([]float32, error) {
	row, sum := make([]float32, r.width()), make([]float64, r.width())
	for i := range r.Len() {
		if err := r.row(row, i); err != nil {
			return nil, err
		}
		for j, v := range row {
			sum[j] += float64(v)
		}
	}
	for j, v := range sum {
		row[j] = float32(v / float64(r.Len()))
	}
	return row, nil
}
