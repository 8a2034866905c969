package main

import (
	"strings"
	"testing"

	"gorgan/kernels/device"
)

func TestDeviceSayIneffective(t *testing.T) {
	all := device.Options{Workers: 2, TF32: true, NoGraph: true}
	for _, c := range []struct {
		options device.Options
		cpu     bool
		want    string
	}{
		{device.Options{}, true, ""},
		{device.Options{}, false, ""},
		{all, true, "--tf32 has no effect: it has one on CUDA\n--no-graph has no effect: it has one on CUDA\n"},
		{all, false, "--workers has no effect: it has one on the CPU\n"},
	} {
		var said strings.Builder
		deviceOptions{Options: c.options}.sayIneffective(newUI(&strings.Builder{}, &said), c.cpu)
		if said.String() != c.want {
			t.Errorf("%+v, cpu %v: said %q, want %q", c.options, c.cpu, said.String(), c.want)
		}
	}
}
