package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// These are the checks that every Device makes, besides Kernel.Check and CheckMatMul.

// CheckNew returns the number of elements of a tensor of that type and shape. It returns an
// error if a device has no such tensors.
func CheckNew(dt tensor.Dtype, shape []int) (n int, err error) {
	if n, err = elements(shape); err != nil {
		return 0, err
	}
	if dt != tensor.Float32 && dt != tensor.Uint32 && dt != tensor.Uint8 {
		return 0, fmt.Errorf("kernels: a tensor of type %v, want float32, uint32 or uint8", dt)
	}
	return n, nil
}

// CheckView returns the number of elements of a view of t that starts at element offset. It
// returns an error if the view is not within t.
func CheckView(t *tensor.Dense, offset int, shape []int) (n int, err error) {
	if n, err = elements(shape); err != nil {
		return 0, err
	}
	if have := t.Shape().TotalSize(); offset < 0 || n > have-offset {
		return 0, fmt.Errorf("kernels: a view of %d elements from element %d on does not fit in a tensor of %d", n, offset, have)
	}
	return n, nil
}

// CheckCopy returns an error unless host is a []float32, []uint32 or []uint8 of t's type and
// length.
func CheckCopy(t *tensor.Dense, host any) error {
	var of tensor.Dtype
	n := -1
	switch h := host.(type) {
	case []float32:
		of, n = tensor.Float32, len(h)
	case []uint32:
		of, n = tensor.Uint32, len(h)
	case []uint8:
		of, n = tensor.Uint8, len(h)
	}
	if have := t.Shape().TotalSize(); of != t.Dtype() || n != have {
		return fmt.Errorf("kernels: a copy between a tensor of %d %v and a %T of %d, want the same type and number", have, t.Dtype(), host, n)
	}
	return nil
}

func elements(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d <= 0 || n > (1<<40)/d {
			return 0, fmt.Errorf("kernels: a tensor of shape %v, want positive dimensions of at most 2^40 elements together", shape)
		}
		n *= d
	}
	return n, nil
}
