package model

import (
	"context"
	"fmt"
	"time"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// DeviceProbe is the result of ProbeDevice.
type DeviceProbe struct {
	Device string   `json:"device"`
	Parts  []Timing `json:"parts"`
	// Launch is the time that one more launch takes which waits for the one before, in microseconds.
	Launch float64 `json:"launch_us"`
	// Step is the time that a step takes less if it is done with nine others at once, in microseconds.
	Step float64 `json:"many_steps_gain_us"`
	// PDL is the chains and steps of the same device with programmatic dependent launch, nil if that
	// was not probed.
	PDL *DeviceProbe `json:"pdl,omitempty"`
}

// ProbeOptions say how large the work is, and how long each part of it is timed.
type ProbeOptions struct {
	Part    time.Duration
	Copies  []int // bytes, multiples of 4; each needs two tensors of that size
	Product int   // of two square matrices with so many rows, 0 for none
}

// ProbeDevice times what limits a training step on dev: chains of the smallest launches, steps one by
// one and ten at once, copies within the device's memory, and a large product. It returns the error of
// dev, and ctx's error if ctx ends. Its memory on dev is free only after dev is closed.
func ProbeDevice(ctx context.Context, dev kernels.Device, o ProbeOptions) (*DeviceProbe, error) {
	p := &prober{ctx, dev, o, &DeviceProbe{Device: dev.Name()}}
	for _, part := range []func() error{p.chains, p.steps, p.copies, p.product} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return p.found, nil
}

type prober struct {
	ctx   context.Context
	dev   kernels.Device
	o     ProbeOptions
	found *DeviceProbe
}

// note times f, notes the time under a name, and returns it in milliseconds. f does the work n times.
func (p *prober) note(t Timing, f func(n int) error) (float64, error) {
	timed, err := clock(p.ctx, p.dev, p.o.Part, f)
	if err != nil {
		return 0, fmt.Errorf("model: timing %s %s: %w", t.Name, t.Shape, err)
	}
	timed.Name, timed.Shape, timed.Count = t.Name, t.Shape, 1
	timed.GFLOPS, timed.GBPerSecond = t.GFLOPS/timed.Median*1e3, t.GBPerSecond/timed.Median*1e3
	p.found.Parts = append(p.found.Parts, timed)
	return timed.Median, nil
}

// chain records launches that each wait for the one before.
func (p *prober) chain(launches int) (kernels.Step, error) {
	counter, err := p.dev.New(tensor.Uint32, 1)
	if err != nil {
		return nil, err
	}
	return p.dev.Record(func() error { return each(func() error { return kernels.Tick(p.dev, counter) })(launches) })
}

func (p *prober) chains() error {
	lengths := []int{10, 50, 200}
	var ms []float64
	for _, n := range lengths {
		step, err := p.chain(n)
		if err != nil {
			return err
		}
		t, err := p.note(Timing{Name: "chain", Shape: fmt.Sprint(n, " launches")}, each(step.Run))
		if err != nil {
			return err
		}
		ms = append(ms, t)
	}
	last := len(ms) - 1
	p.found.Launch = (ms[last] - ms[0]) / float64(lengths[last]-lengths[0]) * 1e3
	return nil
}

// steps compares ten steps of forty launches one by one with the same at once.
func (p *prober) steps() error {
	step, err := p.chain(40)
	if err != nil {
		return err
	}
	single, err := p.note(Timing{Name: "ten steps", Shape: "one by one"}, func(n int) error { return each(step.Run)(10 * n) })
	if err != nil {
		return err
	}
	many, err := p.note(Timing{Name: "ten steps", Shape: "at once"}, each(func() error { return step.RunMany(10) }))
	p.found.Step = (single - many) / 10 * 1e3
	return err
}

func (p *prober) copies() error {
	for _, bytes := range p.o.Copies {
		from, err := filled(p.dev, bytes/4)
		if err != nil {
			return err
		}
		to, err := p.dev.New(tensor.Float32, bytes/4)
		if err != nil {
			return err
		}
		step, err := p.dev.Record(func() error { return kernels.Copy(p.dev, to, from) })
		if err != nil {
			return err
		}
		t := Timing{Name: "copy", Shape: fmt.Sprintf("%.1f MB", float64(bytes)/1e6), GBPerSecond: 2 * float64(bytes) / 1e9}
		if _, err := p.note(t, each(step.Run)); err != nil {
			return err
		}
	}
	return nil
}

func (p *prober) product() error {
	n := p.o.Product
	if n == 0 {
		return nil
	}
	var m [3]*tensor.Dense
	for i := range m {
		var err error
		if m[i], err = filled(p.dev, n, n); err != nil {
			return err
		}
	}
	step, err := p.dev.Record(func() error { return p.dev.MatMul(m[0], m[1], m[2], false, false) })
	if err != nil {
		return err
	}
	t := Timing{Name: "matmul NN", Shape: fmt.Sprintf("%d,%d,%d", n, n, n), GFLOPS: 2 * float64(n) * float64(n) * float64(n) / 1e9}
	_, err = p.note(t, each(step.Run))
	return err
}
