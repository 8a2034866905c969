package cpu

import (
	"unsafe"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// exchange is a call of the group with the bytes of two tensors. call is nil in work that is none.
type exchange struct {
	call     func(to, from []byte) error
	to, from []byte
}

func (c *device) Group() (rank, ranks int) { return c.group.Rank(), c.group.Size() }

func (c *device) AllToAll(to, from *tensor.Dense) error {
	return c.exchange(to, from, kernels.CheckAllToAll, c.group.AllToAll)
}

func (c *device) AllGather(to, from *tensor.Dense) error {
	return c.exchange(to, from, kernels.CheckAllGather, c.group.AllGather)
}

func (c *device) exchange(to, from *tensor.Dense, check func(to, from *tensor.Dense, ranks int) error, call func(to, from []byte) error) error {
	if err := c.usable(); err != nil {
		return err
	}
	if err := check(to, from, c.group.Size()); err != nil {
		return err
	}
	w := c.next()
	w.exchange = exchange{call, bytesOf(to), bytesOf(from)}
	return c.doUnlessRecording(w)
}

// move makes the call. A group that has failed is of no more use, and so the device is not either.
func (c *device) move(x exchange) error {
	c.broken = x.call(x.to, x.from)
	return c.broken
}

// bytesOf returns the memory of t, which is contiguous.
func bytesOf(t *tensor.Dense) []byte {
	switch t.Dtype() {
	case tensor.Float32:
		return bytesIn(t.Float32s())
	case tensor.Uint32:
		return bytesIn(t.Uint32s())
	default:
		return t.Uint8s()
	}
}

func bytesIn[T float32 | uint32](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}
