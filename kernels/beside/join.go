package beside

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// Join returns one call that does the work of all calls. No call may depend on another: Join does
// not check that. It keeps the tensors of the calls. It returns an error if a call is a matrix
// product or a kernel that is one, if the text of a kernel has a form that Join does not know, if a
// kernel wants more threads than the text of another allows, or if there are more than
// kernels.MaxArguments in all.
func Join(calls []tape.Call) (tape.Call, error) {
	var parts []*kernels.Kernel
	var a kernels.Args
	var shapes []int // blocks and threads of each part
	threads := 0
	for _, c := range calls {
		if c.Kernel == nil {
			return tape.Call{}, fmt.Errorf("beside: %v is of no kernel, want a launch", c)
		}
		if c.Kernel.Product {
			return tape.Call{}, fmt.Errorf("beside: %s is a product of matrices, want another kernel", c.Kernel.Name)
		}
		parts = append(parts, c.Kernel)
		a.Tensors = append(a.Tensors, c.Args.Tensors...)
		a.Scalars = append(a.Scalars, c.Args.Scalars...)
		a.Sizes = append(a.Sizes, c.Args.Sizes...)
		grid := c.Kernel.Grid(c.Args.Sizes)
		shapes = append(shapes, grid.Blocks, grid.Threads)
		threads = max(threads, grid.Threads)
	}
	a.Sizes = append(a.Sizes, shapes...)
	if n := len(a.Tensors) + len(a.Scalars) + len(a.Sizes); n > kernels.MaxArguments {
		return tape.Call{}, fmt.Errorf("beside: %s: the parts have %d arguments, want at most %d", name(parts), n, kernels.MaxArguments)
	}
	text, err := compose(parts)
	if err != nil {
		return tape.Call{}, err
	}
	if text.threads > 0 && threads > text.threads {
		return tape.Call{}, fmt.Errorf("beside: %s: a part has %d threads a block, want at most %d", name(parts), threads, text.threads)
	}
	return tape.Call{Kernel: kernel(parts, sync.OnceValue(text.String)), Args: a}, nil
}

// name is the name of the joined kernel. It is a name of PTX too. Equal parts have an equal name.
func name(parts []*kernels.Kernel) string {
	var names []string
	for _, k := range parts {
		names = append(names, k.Name)
	}
	return strings.Join(names, "__")
}

// prefix is what the names of part i begin with in the joined kernel.
func prefix(i int) string { return fmt.Sprintf("p%d_", i) }

// kernel returns the joined kernel with a text that is composed when it is asked for. Its sizes are those of the parts, and then the blocks and the
// threads of each.
func kernel(parts []*kernels.Kernel, text func() string) *kernels.Kernel {
	k := &kernels.Kernel{Name: name(parts), Text: text}
	for i, part := range parts {
		for _, p := range part.Params {
			p.Name = prefix(i) + p.Name
			k.Params = append(k.Params, p)
		}
		for _, s := range part.Scalars {
			k.Scalars = append(k.Scalars, prefix(i)+s)
		}
		for _, s := range part.Sizes {
			k.Sizes = append(k.Sizes, prefix(i)+s)
		}
		k.Capability = max(k.Capability, part.Capability)
		k.Tol.Abs, k.Tol.Rel, k.Tol.Cancel = max(k.Tol.Abs, part.Tol.Abs), max(k.Tol.Rel, part.Tol.Rel), max(k.Tol.Cancel, part.Tol.Cancel)
	}
	for i := range parts {
		k.Sizes = append(k.Sizes, prefix(i)+"blocks", prefix(i)+"threads")
	}
	k.Lens = func(size []int) (all []int) {
		for i, part := range parts {
			all = append(all, part.Lens(sizesOf(parts, size, i))...)
		}
		return all
	}
	k.Grid = func(size []int) (g kernels.Grid) {
		shapes := size[len(size)-2*len(parts):]
		for pair := range slices.Chunk(shapes, 2) {
			g.Blocks += pair[0]
			g.Threads = max(g.Threads, pair[1])
		}
		return g
	}
	k.Items, k.F64 = items(parts), oracle(parts)
	k.Join = func(body func(*kernels.Kernel) kernels.Body) kernels.Body { return joinedBody(parts, body) }
	k.F32 = k.Join(func(part *kernels.Kernel) kernels.Body { return part.F32 })
	return k
}

// sizesOf returns the sizes of part i.
func sizesOf(parts []*kernels.Kernel, size []int, i int) []int {
	first := 0
	for _, k := range parts[:i] {
		first += len(k.Sizes)
	}
	return size[first:][:len(parts[i].Sizes)]
}
