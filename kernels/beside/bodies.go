package beside

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// items returns the Items of the joined kernel: the items of the parts, one part after the other.
func items(parts []*kernels.Kernel) func([]int) (int, int) {
	return func(size []int) (n, cost int) {
		work := 0
		for i, k := range parts {
			of, each := k.Items(sizesOf(parts, size, i))
			n, work = n+of, work+of*each
		}
		return n, (work + n - 1) / max(n, 1)
	}
}

// joinedBody returns the body of the joined kernel, given the bodies of the parts.
func joinedBody(parts []*kernels.Kernel, body func(*kernels.Kernel) kernels.Body) kernels.Body {
	var each []kernels.Body
	for _, k := range parts {
		each = append(each, body(k))
	}
	return func(m kernels.Mem[float32], lo, hi int) {
		first := 0
		for i, k := range parts {
			of := memOf(parts, m, i)
			n, _ := k.Items(of.N)
			if from, to := max(lo, first), min(hi, first+n); from < to {
				each[i](of, from-first, to-first)
			}
			first += n
		}
	}
}

// oracle returns the F64 of the joined kernel.
func oracle(parts []*kernels.Kernel) func(kernels.Mem[float64]) {
	return func(m kernels.Mem[float64]) {
		for i, k := range parts {
			k.F64(memOf(parts, m, i))
		}
	}
}

// memOf returns the arguments of part i.
func memOf[T kernels.Real](parts []*kernels.Kernel, m kernels.Mem[T], i int) (of kernels.Mem[T]) {
	var f, u, b, s int
	for _, k := range parts[:i] {
		df, du, db := counts(k)
		f, u, b, s = f+df, u+du, b+db, s+len(k.Scalars)
	}
	df, du, db := counts(parts[i])
	return kernels.Mem[T]{
		F: m.F[f:][:df], U: m.U[u:][:du], B: m.B[b:][:db],
		S: m.S[s:][:len(parts[i].Scalars)], N: sizesOf(parts, m.N, i),
	}
}

// counts returns the number of k's tensors of each type.
func counts(k *kernels.Kernel) (floats, words, bytes int) {
	for _, p := range k.Params {
		switch p.Type {
		case tensor.Float32:
			floats++
		case tensor.Uint32:
			words++
		default:
			bytes++
		}
	}
	return floats, words, bytes
}
