package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorgan/kernels/device"
	"gorgan/model"
)

// probeOptions are sizes that take a part of a second. The smaller copy fits a card's cache, and the larger
// one does not.
func probeOptions(part time.Duration, cpu bool) model.ProbeOptions {
	if cpu {
		return model.ProbeOptions{Part: part, Copies: []int{8 << 20, 128 << 20}, Product: 1024}
	}
	return model.ProbeOptions{Part: part, Copies: []int{8 << 20, 1 << 30}, Product: 4096}
}

// runProbe probes dev, and its launches again with programmatic dependent launch if it has that.
func (o benchOptions) runProbe(ctx context.Context, ui *ui, dev device.Device) error {
	cpu := device.IsCPU(dev)
	p, err := model.ProbeDevice(ctx, dev, probeOptions(o.measure.Part, cpu))
	if err != nil {
		return err
	}
	if cpu {
		return printProbe(ui, p, o.json)
	}
	o.device.PDL = true
	if o.device.name == "auto" {
		o.device.name = "cuda" // the device that was probed, not the CPU instead
	}
	early, _, err := o.device.open()
	if errors.Is(err, device.ErrPDL) {
		ui.note("launches are not probed with programmatic dependent launch: %v", err)
		return printProbe(ui, p, o.json)
	}
	if err != nil {
		return err
	}
	defer early.Close()
	if p.PDL, err = model.ProbeDevice(ctx, early, model.ProbeOptions{Part: o.measure.Part}); err != nil {
		return err
	}
	return printProbe(ui, p, o.json)
}

// printProbe prints what limits a step on a device, or JSON.
func printProbe(ui *ui, p *model.DeviceProbe, json bool) error {
	if json {
		return printJSON(ui, p)
	}
	ui.say("device     %s", p.Device)
	ui.say("launch     %.2f µs for one more in a chain", p.Launch)
	ui.say("step       %.2f µs less for each of ten at once", p.Step)
	parts := p.Parts
	if p.PDL != nil {
		ui.say("with PDL   %.2f µs for one more launch, %.2f µs less for each step of ten", p.PDL.Launch, p.PDL.Step)
		for _, t := range p.PDL.Parts {
			t.Name += ", PDL"
			parts = append(parts, t)
		}
	}
	ui.say("\n%-14s %-14s %9s %9s %9s  rate", "part", "size", "median ms", "p10", "p90")
	for _, t := range parts {
		rate := ""
		switch {
		case t.GFLOPS > 0:
			rate = fmt.Sprintf("%.0f GFLOP/s", t.GFLOPS)
		case t.GBPerSecond > 0:
			rate = fmt.Sprintf("%.1f GB/s, read and written", t.GBPerSecond)
		}
		ui.say("%-14s %-14s %9.4f %9.4f %9.4f  %s", t.Name, t.Shape, t.Median, t.P10, t.P90, rate)
	}
	return nil
}
