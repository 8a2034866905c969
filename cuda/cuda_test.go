package cuda_test

import (
	"errors"
	"strings"
	"testing"

	"gorgan/cuda"
)

func TestOpen(t *testing.T) {
	for _, name := range []string{"cpu", "auto"} {
		if !cuda.IsName(name) {
			t.Errorf("%s is no name", name)
		}
		dev, why, err := cuda.Open(name, cuda.Options{Workers: 3})
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
		"cuda:97": cuda.ErrNoDevice, "cuda:x": cuda.ErrName, "cuda:-1": cuda.ErrName, "cuda:99999999999999999999": cuda.ErrName, "cuda:": cuda.ErrName, "gpu": cuda.ErrName, "": cuda.ErrName,
	} {
		if cuda.IsName(name) == (want == cuda.ErrName) {
			t.Errorf("%s is a name: %v", name, cuda.IsName(name))
		}
		if dev, _, err := cuda.Open(name, cuda.Options{}); dev != nil || !errors.Is(err, want) {
			t.Errorf("%s: got %v, %v, want %v", name, dev, err, want)
		}
	}
}

func TestList(t *testing.T) {
	all := cuda.List()
	if len(all) < 2 || all[0].Name != "cpu" || !all[0].Ready || all[1].Name != "cuda:0" || all[1].About == "" {
		t.Errorf("%+v", all)
	}
}
