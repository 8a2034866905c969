package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The transforms of Winograd's F(2x2,2x2), after Lavin & Gray, "Fast Algorithms for Convolutional Neural
// Networks" (2016), section 4.1, for n channels at a time. kernels/cpu/winograd.go has the formulas.

// winograd writes the three transforms.
func winograd(v vector) {
	transform(v, "winogradInput", "func(n int, d *[9]*float32, v *float32, vs int)",
		" transforms a patch of 3x3 positions.", scattered("d", 3), spaced("v", "vs"),
		func(x [3]reg.VecVirtual) []reg.VecVirtual {
			return []reg.VecVirtual{minus(v, x[0], x[1]), x[1], minus(v, x[1], x[2])}
		})
	transform(v, "winogradWeights", "func(n int, w *[4]*float32, u *float32, us int)",
		" transforms kernels of 2x2 taps.", scattered("w", 2), spaced("u", "us"),
		func(x [3]reg.VecVirtual) []reg.VecVirtual {
			return []reg.VecVirtual{x[0], plus(v, x[0], x[1]), x[1]}
		})
	transform(v, "winogradOutput", "func(n int, m *float32, ms int, y *[4]*float32)",
		" makes 2x2 positions of 9 products.", spaced("m", "ms"), scattered("y", 2),
		func(x [3]reg.VecVirtual) []reg.VecVirtual {
			return []reg.VecVirtual{plus(v, x[0], x[1]), minus(v, x[1], x[2])}
		})
}

func minus(v vector, a, b reg.VecVirtual) reg.VecVirtual {
	r := v.new()
	VSUBPS(b, a, r)
	return r
}

func plus(v vector, a, b reg.VecVirtual) reg.VecVirtual {
	r := v.new()
	VADDPS(b, a, r)
	return r
}

// square is where the vectors of a square matrix lie.
type square struct {
	side int
	// bind loads the parameters, and returns the address of vector (row,col) of the channels from byte
	// offset on.
	bind func() func(row, col int, offset reg.Register) Mem
}

// scattered is a square whose vectors lie at the pointers of a parameter.
func scattered(name string, side int) square {
	return square{side, func() func(int, int, reg.Register) Mem {
		table := param(name)
		return func(row, col int, offset reg.Register) Mem {
			p := GP64()
			MOVQ(Mem{Base: table, Disp: 8 * (row*side + col)}, p)
			return Mem{Base: p, Index: offset, Scale: 1}
		}
	}}
}

// spaced is a square of 3x3 vectors from a parameter on, one after the other, as far apart as another
// parameter says.
func spaced(name, by string) square {
	return square{3, func() func(int, int, reg.Register) Mem {
		base, step := param(name), stride(by)
		p := []reg.Register{base}
		for range 2 { // the rows begin three steps apart
			next := GP64()
			LEAQ(Mem{Base: p[len(p)-1], Index: step, Scale: 2}, next)
			ADDQ(step, next)
			p = append(p, next)
		}
		return func(row, col int, offset reg.Register) Mem {
			here := GP64()
			LEAQ(Mem{Base: p[row], Index: offset, Scale: 1}, here)
			if col == 0 {
				return Mem{Base: here}
			}
			return Mem{Base: here, Index: step, Scale: uint8(col)}
		}
	}}
}

// transform applies line to the columns of a square, and then to the rows of what came of that.
func transform(v vector, name, signature, doc string, from, to square, line func(x [3]reg.VecVirtual) []reg.VecVirtual) {
	TEXT(name+v.name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + v.name + doc)
	n, offset := param("n"), GP64()
	source, target := from.bind(), to.bind()
	XORQ(offset, offset)
	loop(v, n, []reg.Register{offset}, func(mask Op) {
		var columns [3][]reg.VecVirtual
		for col := range from.side {
			var x [3]reg.VecVirtual
			for row := range from.side {
				x[row] = v.new()
				v.load(source(row, col, offset), mask, x[row])
			}
			columns[col] = line(x)
		}
		for row := range to.side {
			var x [3]reg.VecVirtual
			for col := range from.side {
				x[col] = columns[col][row]
			}
			for col, r := range line(x) {
				v.store(r, mask, target(row, col, offset))
			}
		}
	})
	finish()
}
