package main

import (
	"fmt"
	"math"
	"runtime/debug"

	"github.com/shirou/gopsutil/v4/mem"

	"gorgan/kernels/device"
	"gorgan/model"
)

// A memorySource is one of the bounds on what this process can still allocate.
type memorySource struct {
	name string // as the message has it
	// left is how many bytes this bound leaves; ok is false where there is no such bound,
	// or where it cannot be read: what is unknown refuses nothing.
	left func() (bytes int64, ok bool)
}

type memorySources []memorySource

// processMemory are the bounds on this process: the machine, the system's limits of the
// process and its group, and Go's own limit.
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

// least is the tightest bound, and false where none is known.
func (s memorySources) least() (name string, left int64, known bool) {
	for _, source := range s {
		if bytes, ok := source.left(); ok && (!known || bytes < left) {
			name, left, known = source.name, max(bytes, 0), true
		}
	}
	return name, left, known
}

// refuseIfTooLarge returns an error if need bytes are more than there are. What needs them
// begins the sentence, and the hint ends it.
func (s memorySources) refuseIfTooLarge(what string, need int64, hint string) error {
	name, left, known := s.least()
	if !known || need <= left {
		return nil
	}
	return fmt.Errorf("%s needs about %s of memory and %s are available (%s): %s", what, gigabytes(need), gigabytes(left), name, hint)
}

// gigabytes is n in 10^9 bytes, or in 10^6 where these are few.
func gigabytes(n int64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// checkTrainingMemory refuses a training that does not fit in memory, before anything of it
// is allocated. dataBytes are the images that are still to be copied for it. A CUDA device
// has memory of its own, and says itself when it is full.
func checkTrainingMemory(dev device.Device, c model.Config, dataBytes int64) error {
	if !device.IsCPU(dev) {
		return nil
	}
	return processMemory().refuseIfTooLarge("training", c.TrainingBytes(dataBytes), "choose smaller --gen-hidden, --dis-hidden or --batch-size")
}

// checkDrawingMemory refuses to load a generator that does not fit in memory; extra is what
// the command holds beside it on the host, the images drawn above all.
func checkDrawingMemory(dev device.Device, c model.Config, extra int64) error {
	if device.IsCPU(dev) {
		extra += c.DrawingBytes()
	}
	return processMemory().refuseIfTooLarge("drawing", extra, "draw fewer images or a smaller picture, or end other programs")
}
