package engine_test

import (
	"math"
	"slices"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dense(rows, cols int, backing []float32, opts ...tensor.ConsOpt) *tensor.Dense {
	return tensor.New(append(opts, tensor.WithShape(rows, cols), tensor.WithBacking(backing))...)
}

// way is a way to store the elements of a matrix.
type way struct {
	place      place
	transposed bool
}

type place string

const (
	rowMajor    place = "row-major"
	columnMajor place = "column-major"
	middle      place = "in the middle of a larger matrix"
	everyOther  place = "every other row and column of a larger matrix"
)

func drawWay(t *rapid.T, name string, places ...place) way {
	return way{rapid.SampledFrom(places).Draw(t, name), rapid.Bool().Draw(t, name+" transposed")}
}

// layDown returns a tensor with the given elements, stored in the given way.
func layDown(t *rapid.T, w way, rows, cols int, at func(i, j int) float32, e *engine.Engine) *tensor.Dense {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if w.transposed {
		d := layDown(t, way{w.place, false}, cols, rows, func(i, j int) float32 { return at(j, i) }, e)
		must(d.T())
		return d
	}
	top, left, step := 0, 0, 1
	switch w.place {
	case middle:
		top, left = 2, 3
	case everyOther:
		step = 2
	}
	height, width := top+rows*step+top, left+cols*step+left
	backing := slices.Repeat([]float32{float32(math.NaN())}, height*width)
	opts := []tensor.ConsOpt{tensor.WithEngine(e)}
	for i := range rows {
		for j := range cols {
			place := (top+i*step)*width + left + j*step
			if w.place == columnMajor {
				place = i + j*rows
			}
			backing[place] = at(i, j)
		}
	}
	if w.place == columnMajor {
		opts = append(opts, tensor.AsFortran(nil))
	}
	whole := dense(height, width, backing, opts...)
	if w.place == rowMajor || w.place == columnMajor {
		return whole
	}
	part, err := whole.Slice(tensor.S(top, top+rows*step, step), tensor.S(left, left+cols*step, step))
	must(err)
	return part.(*tensor.Dense)
}

// TestMatMul compares the engine's product with its definition, for every way to store the operands
// and the result.
func TestMatMul(t *testing.T) {
	e := newEngine(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		wa, wb := drawWay(t, "a", rowMajor, columnMajor, middle, everyOther), drawWay(t, "b", rowMajor, columnMajor, middle, everyOther)
		wc := drawWay(t, "c", rowMajor, columnMajor, middle)
		least := 1
		if wa.place != rowMajor || wb.place != rowMajor || wc.place != rowMajor {
			// The tensor package turns a part with one row or one column into a vector. It cannot
			// transpose a column-major vector.
			least = 2
		}
		size := rapid.IntRange(least, 40)
		m, n, k := size.Draw(t, "m"), size.Draw(t, "n"), size.Draw(t, "k")
		x := func(i, l int) float32 { return float32((i*5+l*3)%13) - 6 }
		y := func(l, j int) float32 { return float32((l*7+j*2)%9) - 4 }
		a, b := layDown(t, wa, m, k, x, e), layDown(t, wb, k, n, y, e)
		c := layDown(t, wc, m, n, func(int, int) float32 { return float32(math.NaN()) }, e)
		if err := e.MatMul(a, b, c); err != nil {
			t.Fatal(err)
		}
		fresh, err := a.MatMul(b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m {
			for j := range n {
				var want float32 // whole and small: exact
				for l := range k {
					want += x(i, l) * y(l, j)
				}
				for name, result := range map[string]*tensor.Dense{"c": c, "a.MatMul(b)": fresh} {
					got, err := result.At(i, j)
					if err != nil {
						t.Fatal(err)
					}
					if got != want {
						t.Fatalf("%s[%d,%d] = %v, want %v", name, i, j, got, want)
					}
				}
			}
		}
	})
}

// TestColumnMajorVectors, which have one stride.
func TestColumnMajorVectors(t *testing.T) {
	with := []tensor.ConsOpt{tensor.WithEngine(newEngine(t, 1)), tensor.AsFortran(nil)}
	row, column := dense(1, 3, []float32{1, 2, 3}, with...), dense(3, 1, []float32{4, 5, 6}, with...)
	inner, err := row.MatMul(column)
	if err != nil {
		t.Fatal(err)
	}
	if got := inner.Float32s()[0]; got != 32 {
		t.Errorf("row by column = %g, want 32", got)
	}
	outer, err := column.MatMul(row)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range column.Float32s() {
		for j, y := range row.Float32s() {
			if got, err := outer.At(i, j); err != nil || got != x*y {
				t.Errorf("(column by row)[%d,%d] = %v, %v, want %g", i, j, got, err, x*y)
			}
		}
	}
}
