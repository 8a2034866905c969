package evaluate

import (
	"context"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// A block has blockRows rows of each side, or fewer if they are wide. That is large enough for the
// product to run at its full rate, and so small that a block takes about 16 MB.
const (
	blockRows   = 2048
	blockValues = 2048 * 1024
	leastRows   = 16 // however wide the rows are
)

// rowsOf returns the number of rows of that width in a block, at most the given number.
func rowsOf(width, most int) int { return min(most, max(blockValues/width, leastRows)) }

// distances computes products and squared Euclidean distances of rows on a device, block by block.
//
// |x-y|² = |x|² + |y|² - 2x·y. The mean of b is subtracted from both sides. The norms are float64
// and x·y is float32. The error is the rounding of x·y: at most width·2⁻²⁴·|x||y|, and usually
// about √width·2⁻²⁴·|x||y|. For centred MNIST this is about 1e-4, with distances around 50. So a
// distance of 0 does not show that two rows are equal: compare the rows themselves.
type distances struct {
	dev      kernels.Device
	progress func(done, total int) // called after each block; may be nil

	room        int // number of values of each side
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
	room := rowsOf(width, blockRows) * width
	if room <= d.room {
		return nil
	}
	var err error
	for _, s := range []*side{&d.a, &d.b} {
		s.host, s.norms = make([]float32, room), make([]float64, blockRows)
		if s.block, err = d.dev.New(tensor.Float32, room); err != nil {
			return err
		}
	}
	if d.product == nil {
		d.hostProduct = make([]float32, blockRows*blockRows)
		if d.product, err = d.dev.New(tensor.Float32, blockRows*blockRows); err != nil {
			return err
		}
	}
	d.room = room
	return nil
}

// walk calls visit with the squared distances from row i of a to the rows of b from j on. The calls
// for one i come one after the other, in the order of j. The calls for different i come from
// several goroutines at once. visit must not keep the slice. walk returns the errors of the rows
// and of the device, and ctx's error if ctx ends.
func (d *distances) walk(ctx context.Context, a, b rows, visit func(i, j int, squared []float32)) error {
	mean, err := meanRow(b)
	if err != nil {
		return err
	}
	return d.multiplyAll(ctx, a, b, mean, func(i, j int, row []float32, norm float64, norms []float64) {
		expand(row, norm, norms)
		visit(i, j, row)
	})
}

// products calls visit with the products of row i of a with the rows of b from j on. It is otherwise
// like walk.
func (d *distances) products(ctx context.Context, a, b rows, visit func(i, j int, products []float32)) error {
	return d.multiplyAll(ctx, a, b, make([]float32, a.width()), func(i, j int, row []float32, _ float64, _ []float64) { visit(i, j, row) })
}

// multiplyAll calls visit with the products of row i of a with the rows of b from j on, each without
// mean. norm and norms are their squared norms. The calls are as those of walk.
func (d *distances) multiplyAll(ctx context.Context, a, b rows, mean []float32, visit func(i, j int, products []float32, norm float64, norms []float64)) error {
	if err := d.reserve(len(mean)); err != nil {
		return err
	}
	most := rowsOf(len(mean), blockRows)
	inA, inB := count(a.Len(), most), count(b.Len(), most)
	for p := range inA {
		i, m := p*most, min(most, a.Len()-p*most)
		x, err := d.load(&d.a, a, mean, i, m)
		if err != nil {
			return err
		}
		for q := range inB {
			if err := ctx.Err(); err != nil {
				return err
			}
			j, n := q*most, min(most, b.Len()-q*most)
			y, err := d.load(&d.b, b, mean, j, n)
			if err != nil {
				return err
			}
			if err := d.multiply(x, y, m, n); err != nil {
				return err
			}
			err = parallel(m, func(k int) error {
				visit(i+k, j, d.hostProduct[k*n:][:n], d.a.norms[k], d.b.norms)
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
