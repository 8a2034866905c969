package main

import (
	"fmt"
	"math"
	"runtime/debug"

	"github.com/shirou/gopsutil/v4/mem"

	"gorgan/kernels/device"
	"gorgan/model"
)

// A memorySource is one of the bounds on the memory that this process can still allocate.
type memorySource struct {
	name string // as the message has it
	// left returns how many bytes the bound leaves. ok is false if there is no such bound or
	// if it cannot be read. An unknown bound refuses nothing.
	left func() (bytes int64, ok bool)
}

type memorySources []memorySource

// processMemory returns the bounds on this process: the machine's memory, the system's limits
// for the process and its group, and Go's own limit.
func processMemory() memorySources {
	return append(memorySources{{"free on this machine", systemLeft}, {"GOMEMLIMIT", goLimitLeft}}, limitSources()...)
}

func systemLeft() (int64, bool) {
	m, err := mem.VirtualMemory()
	if err != nil {
		return 0, false
	}
	return int64(m.Available), true
}

func goLimitLeft() (int64, bool) {
	limit := debug.SetMemoryLimit(-1) // tells it, and leaves it as it is
	return limit - int64(memory()*1e6), limit < math.MaxInt64
}

// least returns the tightest bound. It returns false if none is known.
func (s memorySources) least() (name string, left int64, known bool) {
	for _, source := range s {
		if bytes, ok := source.left(); ok && (!known || bytes < left) {
			name, left, known = source.name, max(bytes, 0), true
		}
	}
	return name, left, known
}

// refuseIfTooLarge returns an error if need is more than the bytes that are left. The sentence
// starts with what needs the memory and ends with the hint.
func (s memorySources) refuseIfTooLarge(what string, need int64, hint string) error {
	name, left, known := s.least()
	if !known || need <= left {
		return nil
	}
	return fmt.Errorf("%s needs about %s of memory and %s are available (%s): %s", what, gigabytes(need), gigabytes(left), name, hint)
}

// gigabytes writes n in 10^9 bytes, or in 10^6 bytes if it is small.
func gigabytes(n int64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// checkTrainingMemory refuses a training that does not fit in memory, before it allocates
// anything. dataBytes is the size of the images that it will copy. A CUDA device has memory of
// its own, and reports itself when it is full.
func checkTrainingMemory(dev device.Device, c model.Config, dataBytes int64) error {
	if !device.IsCPU(dev) {
		return nil
	}
	_, ranks := dev.Group()
	return processMemory().refuseIfTooLarge("training", c.TrainingBytes(dataBytes, ranks), "choose smaller nets, smaller images or a smaller --batch-size")
}

// checkDrawingMemory refuses to load a generator that does not fit in memory. extra is the
// memory that the command needs besides it on the host, mainly for the images.
func checkDrawingMemory(dev device.Device, c model.Config, extra int64) error {
	if device.IsCPU(dev) {
		extra += c.SamplingBytes()
	}
	return processMemory().refuseIfTooLarge("drawing", extra, "draw fewer images or a smaller picture, or end other programs")
}
