package cuda_test

import (
	"errors"
	"strings"
	"testing"

	"gorgan/cuda"
)

func TestOpen(t *testing.T) {
	for _, name := range []string{"cpu", "auto"} {
		dev, why, err := cuda.Open(name, cuda.Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		if why == "" || !strings.Contains(dev.Name(), "cpu, 3 workers") {
			t.Errorf("%s opened %s (%q)", name, dev.Name(), why)
		}
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	}
	for name, want := range map[string]error{
		"cuda": cuda.ErrNoDevice, "cuda:0": cuda.ErrNoDevice, "cuda:7": cuda.ErrNoDevice,
		"cuda:x": cuda.ErrName, "cuda:-1": cuda.ErrName, "cuda:": cuda.ErrName, "gpu": cuda.ErrName, "": cuda.ErrName,
	} {
		if dev, _, err := cuda.Open(name, cuda.Options{}); dev != nil || !errors.Is(err, want) {
			t.Errorf("%s: got %v, %v, want %v", name, dev, err, want)
		}
	}
}

func TestList(t *testing.T) {
	all := cuda.List()
	if len(all) != 2 || all[0].Name != "cpu" || !all[0].Ready || all[1].Ready || all[1].About == "" {
		t.Errorf("%+v", all)
	}
}
