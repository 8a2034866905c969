package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The transforms of Winograd's F(4x4,2x2) and F(4x4,3x3), after Lavin & Gray, "Fast Algorithms for
// Convolutional Neural Networks" (2016), for n channels at a time. kernels/cpu/winograd.go has the formulas.

// winograd writes the transforms of both forms.
func winograd(v vector) {
	for _, f := range []form{{v, 2}, {v, 3}} {
		name, n := "f4"+string(rune('0'+f.taps)), f.taps+3
		f.gather(name+"Input", " transforms the pixels of a square.", n, n, f.input())
		f.gather(name+"Weights", " transforms the taps of a kernel.", f.taps, n, f.weights())
		f.scatter(name+"Output", " makes 4x4 positions of products.", n, 4, f.output())
		f.gather(name+"Grads", " transforms the gradients at 4x4 positions.", 4, n, f.grads())
		f.scatter(name+"Kernel", " makes the gradients at the taps of products.", n, f.taps, f.kernel())
	}
}

// form is F(4,taps) in one direction. Its products are at the points 1, -1, 1/2, -1/2, with 3 taps 0, and ∞.
type form struct {
	vector
	taps int
}

// block makes some values of a line from the values x of another.
type block struct {
	results []int
	make    func(x func(i int) reg.VecVirtual) []reg.VecVirtual
}

type values = func(i int) reg.VecVirtual

func (f form) input() []block {
	z := f.taps - 2
	at1 := block{[]int{0, 1}, func(d values) []reg.VecVirtual {
		p, q := f.less(1./4, d(1+z), d(3+z)), f.less(1./4, d(z), d(2+z))
		if z == 0 {
			p, q = q, p
		}
		return []reg.VecVirtual{f.plus(p, q), f.minus(p, q)}
	}}
	atHalf := block{[]int{2, 3}, func(d values) []reg.VecVirtual {
		p, q := f.minus(d(3+z), d(1+z)), f.minus(d(2+z), d(z))
		if z == 0 {
			return []reg.VecVirtual{f.more(1./2, q, p), f.lessOf(1./2, q, p)}
		}
		return []reg.VecVirtual{f.more(1./2, q, p), f.less(1./2, q, p)}
	}}
	alone := func(d values, at int) reg.VecVirtual {
		return f.less(1./4, f.minus(d(at+2), d(at)), f.minus(d(at+4), d(at+2)))
	}
	if z == 0 {
		return []block{at1, atHalf, {[]int{4}, func(d values) []reg.VecVirtual { return []reg.VecVirtual{alone(d, 0)} }}}
	}
	return []block{at1, atHalf, {[]int{4, 5}, func(d values) []reg.VecVirtual { return []reg.VecVirtual{alone(d, 0), alone(d, 1)} }}}
}

func (f form) weights() []block {
	scale := func(x reg.VecVirtual) reg.VecVirtual { return f.times(2./3, x) }
	at1 := block{[]int{0, 1}, func(w values) []reg.VecVirtual {
		even, odd := scale(w(0)), scale(w(1))
		if f.taps == 3 {
			even = f.plus(even, scale(w(2)))
		}
		return []reg.VecVirtual{f.plus(even, odd), f.minus(even, odd)}
	}}
	atHalf := block{[]int{2, 3}, func(w values) []reg.VecVirtual {
		even, odd := scale(w(0)), scale(w(1))
		if f.taps == 3 {
			even = f.more(1./4, scale(w(2)), even)
		}
		return []reg.VecVirtual{f.more(1./2, odd, even), f.less(1./2, odd, even)}
	}}
	last := block{[]int{4}, func(w values) []reg.VecVirtual { return []reg.VecVirtual{w(1)} }}
	if f.taps == 3 {
		last = block{[]int{4, 5}, func(w values) []reg.VecVirtual { return []reg.VecVirtual{scale(w(0)), w(2)} }}
	}
	return []block{at1, atHalf, last}
}

func (f form) output() []block {
	even := block{[]int{0, 2}, func(m values) []reg.VecVirtual {
		a, b := f.plus(m(0), m(1)), f.plus(m(2), m(3))
		if f.taps == 2 {
			return []reg.VecVirtual{f.less(2, b, a), f.less(1./2, b, a)}
		}
		return []reg.VecVirtual{f.less(4, b, f.more(6, m(4), a)), f.minus(a, b)}
	}}
	odd := block{[]int{1, 3}, func(m values) []reg.VecVirtual {
		a, b := f.minus(m(0), m(1)), f.minus(m(2), m(3))
		if f.taps == 2 {
			return []reg.VecVirtual{f.minus(a, b), f.less(1./4, b, f.plus(a, m(4)))}
		}
		return []reg.VecVirtual{f.less(2, b, a), f.less(1./2, b, f.plus(a, m(5)))}
	}}
	return []block{even, odd}
}

func (f form) grads() []block {
	at1 := block{[]int{0, 1}, func(d values) []reg.VecVirtual {
		even, odd := f.plus(d(0), d(2)), f.plus(d(1), d(3))
		return []reg.VecVirtual{f.plus(even, odd), f.minus(even, odd)}
	}}
	atHalf := block{[]int{2, 3}, func(d values) []reg.VecVirtual {
		even, odd := f.more(1./4, d(2), d(0)), f.more(1./4, d(3), d(1))
		return []reg.VecVirtual{f.more(1./2, odd, even), f.less(1./2, odd, even)}
	}}
	last := block{[]int{4}, func(d values) []reg.VecVirtual { return []reg.VecVirtual{d(3)} }}
	if f.taps == 3 {
		last = block{[]int{4, 5}, func(d values) []reg.VecVirtual { return []reg.VecVirtual{d(0), d(3)} }}
	}
	return []block{at1, atHalf, last}
}

func (f form) kernel() []block {
	even := func(m values) (a, b reg.VecVirtual) { return f.plus(m(0), m(1)), f.plus(m(2), m(3)) }
	odd := func(m values) (a, b reg.VecVirtual) { return f.minus(m(0), m(1)), f.minus(m(2), m(3)) }
	one := func(result int, make func(m values) reg.VecVirtual) block {
		return block{[]int{result}, func(m values) []reg.VecVirtual { return []reg.VecVirtual{make(m)} }}
	}
	if f.taps == 2 {
		return []block{
			one(0, func(m values) reg.VecVirtual { a, b := even(m); return f.times(2./3, f.less(2, b, a)) }),
			one(1, func(m values) reg.VecVirtual { a, b := odd(m); return f.more(2./3, f.minus(a, b), m(4)) }),
		}
	}
	return []block{
		one(0, func(m values) reg.VecVirtual { a, b := even(m); return f.times(2./3, f.less(4, b, f.more(6, m(4), a))) }),
		one(1, func(m values) reg.VecVirtual { a, b := odd(m); return f.times(2./3, f.less(2, b, a)) }),
		one(2, func(m values) reg.VecVirtual { a, b := even(m); return f.more(2./3, f.minus(a, b), m(5)) }),
	}
}

func (v vector) plus(a, b reg.VecVirtual) reg.VecVirtual {
	r := v.new()
	VADDPS(b, a, r)
	return r
}

func (v vector) minus(a, b reg.VecVirtual) reg.VecVirtual {
	r := v.new()
	VSUBPS(b, a, r)
	return r
}

func (v vector) times(x float64, a reg.VecVirtual) reg.VecVirtual {
	r := v.new()
	VMULPS(v.number(x), a, r)
	return r
}

// more returns b + x·a.
func (v vector) more(x float64, a, b reg.VecVirtual) reg.VecVirtual {
	r := v.copied(b)
	VFMADD231PS(v.number(x), a, r)
	return r
}

// less returns b - x·a.
func (v vector) less(x float64, a, b reg.VecVirtual) reg.VecVirtual {
	r := v.copied(b)
	VFNMADD231PS(v.number(x), a, r)
	return r
}

// lessOf returns x·a - b.
func (v vector) lessOf(x float64, a, b reg.VecVirtual) reg.VecVirtual {
	r := v.copied(b)
	VFMSUB231PS(v.number(x), a, r)
	return r
}

func (v vector) copied(a reg.VecVirtual) reg.VecVirtual {
	r := v.new()
	VMOVAPS(a, r)
	return r
}

var numbers = map[uint32]Mem{}

// number returns a vector of copies of a number in memory.
func (v vector) number(x float64) Mem {
	bits := math.Float32bits(float32(x))
	m, ok := numbers[bits]
	if !ok {
		m = GLOBL("number"+hex(bits), RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(bits))
		}
		numbers[bits] = m
	}
	return m
}

func hex(bits uint32) string {
	s := ""
	for shift := 28; shift >= 0; shift -= 4 {
		s += string("0123456789abcdef"[bits>>shift&15])
	}
	return s
}

// square is where the vectors of a square matrix lie.
type square struct {
	side  int
	ahead bool
	// bind loads the parameters, and returns the address of vector (row,col) of the channels from byte
	// offset on.
	bind func() func(row, col int, offset reg.Register) Mem
}

// scattered is a square whose vectors lie at the pointers of a parameter.
func scattered(name string, side int) square {
	return square{side: side, bind: func() func(int, int, reg.Register) Mem {
		table := param(name)
		return func(row, col int, offset reg.Register) Mem {
			p := GP64()
			MOVQ(Mem{Base: table, Disp: 8 * (row*side + col)}, p)
			return Mem{Base: p, Index: offset, Scale: 1}
		}
	}}
}

// ahead is a scattered square that is read, and what lies a parameter's distance behind each of its vectors soon.
func ahead(name string, side int) square {
	s := scattered(name, side)
	s.ahead = true
	return s
}

// spaced is a square whose vectors lie one after the other from a parameter on, a step apart.
func spaced(name string, side int) square {
	return square{side: side, bind: func() func(int, int, reg.Register) Mem {
		base, step, rows := param(name), stride("step"), GP64()
		IMUL3Q(U8(side), step, rows)
		return func(row, col int, offset reg.Register) Mem {
			here := Mem{Base: base, Index: offset, Scale: 1}
			for _, along := range []struct {
				by    reg.Register
				times int
			}{{rows, row}, {step, col}} {
				for n := along.times; n > 0; {
					p, scale := GP64(), 1
					if n%2 == 0 {
						scale = n
					}
					LEAQ(here, p)
					here = Mem{Base: p, Index: along.by, Scale: uint8(scale)}
					n -= scale
				}
			}
			return here
		}
	}}
}

// gather writes a transform of vectors at pointers to vectors a step apart.
func (f form) gather(name, doc string, from, to int, line []block) {
	f.transform(name, "func(n int, from **float32, ahead int, to *float32, step int)", doc, ahead("from", from), spaced("to", to), line)
}

// scatter writes a transform of vectors a step apart to vectors at pointers.
func (f form) scatter(name, doc string, from, to int, line []block) {
	f.transform(name, "func(n int, from *float32, step int, to **float32)", doc, spaced("from", from), scattered("to", to), line)
}

// transform applies a line to the columns of a square, and then to the rows of what came of that. Blocks of the columns follow
// each other if the registers cannot hold all of them.
func (f form) transform(name, signature, doc string, from, to square, line []block) {
	TEXT(name+f.name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + f.name + doc)
	n, offset := param("n"), GP64()
	source, target := from.bind(), to.bind()
	var distance reg.Register
	if from.ahead {
		distance = stride("ahead")
	}
	XORQ(offset, offset)
	downward := line
	if f.lanes == 16 && from.side*to.side <= 25 {
		downward = []block{whole(line)}
	}
	loop(f.vector, n, []reg.Register{offset}, func(mask Op) {
		for pass, down := range downward {
			var columns [][]reg.VecVirtual
			for col := range from.side {
				loaded := map[int]reg.VecVirtual{}
				columns = append(columns, down.make(func(row int) reg.VecVirtual {
					if _, ok := loaded[row]; !ok {
						loaded[row] = f.new()
						m := source(row, col, offset)
						f.load(m, mask, loaded[row])
						if from.ahead && pass == 0 {
							ADDQ(distance, m.Base)
							PREFETCHT0(m)
						}
					}
					return loaded[row]
				}))
			}
			for i, row := range down.results {
				for _, across := range line {
					for j, r := range across.make(func(col int) reg.VecVirtual { return columns[col][i] }) {
						f.store(r, mask, target(row, across.results[j], offset))
					}
				}
			}
		}
	})
	finish()
}

// whole is all blocks of a line as one.
func whole(line []block) (all block) {
	for _, b := range line {
		all.results = append(all.results, b.results...)
	}
	all.make = func(x values) (r []reg.VecVirtual) {
		for _, b := range line {
			r = append(r, b.make(x)...)
		}
		return r
	}
	return all
}
