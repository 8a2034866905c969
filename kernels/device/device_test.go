package device_test

import (
	"errors"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/device"
	"gorgan/kernels/kerneltest"
)

func TestOpen(t *testing.T) {
	for _, name := range []string{"cpu", "auto"} {
		if !device.IsName(name) {
			t.Errorf("%s is no name", name)
		}
		dev, why, err := device.Open(name, device.Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"cpu": "cpu, 3 workers", "auto": ""}[name]; why == "" || !strings.Contains(dev.Name(), want) {
			t.Errorf("%s opened %s (%q)", name, dev.Name(), why)
		}
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	}
	for name, want := range map[string]error{
		"cuda:97": device.ErrNoDevice, "cuda:x": device.ErrName, "cuda:-1": device.ErrName, "cuda:99999999999999999999": device.ErrName, "cuda:": device.ErrName, "gpu": device.ErrName, "": device.ErrName,
	} {
		if device.IsName(name) == (want == device.ErrName) {
			t.Errorf("%s is a name: %v", name, device.IsName(name))
		}
		if dev, _, err := device.Open(name, device.Options{}); dev != nil || !errors.Is(err, want) {
			t.Errorf("%s: got %v, %v, want %v", name, dev, err, want)
		}
	}
}

// TestGroup: the CPU is a rank of the group that it is opened with, and rank 0 of 1 without.
func TestGroup(t *testing.T) {
	for _, c := range []struct {
		group       kernels.Group
		rank, ranks int
	}{{nil, 0, 1}, {kerneltest.Ranks(3)[2], 2, 3}} {
		dev, _, err := device.Open("cpu", device.Options{Workers: 1, Group: c.group})
		if err != nil {
			t.Fatal(err)
		}
		defer dev.Close()
		if rank, ranks := dev.Group(); rank != c.rank || ranks != c.ranks {
			t.Errorf("the device is rank %d of %d, want %d of %d", rank, ranks, c.rank, c.ranks)
		}
	}
}

func TestList(t *testing.T) {
	all := device.List()
	if len(all) < 2 || all[0].Name != "cpu" || !all[0].Ready || all[1].Name != "cuda:0" || all[1].About == "" {
		t.Errorf("%+v", all)
	}
}
