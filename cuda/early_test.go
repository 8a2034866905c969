//go:build gpu && !cpu

package cuda

import (
	"errors"
	"strings"
	"testing"

	"gorgan/cuda/driver"
	"gorgan/kernels/kerneltest"
)

// TestEarlyText: in each kernel's text the wait is the first instruction, no load has .nc, and lines
// keep their numbers.
func TestEarlyText(t *testing.T) {
	for _, k := range kerneltest.Kernels() {
		text, err := EarlyText(k.PTX())
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		_, body, _ := strings.Cut(text, "\n{")
		if !strings.HasPrefix(body, "\tgriddepcontrol.wait; griddepcontrol.launch_dependents;\n") || strings.Count(text, "griddepcontrol") != 2 {
			t.Errorf("%s: the wait is not the first instruction:\n%s", k.Name, text)
		}
		if strings.Contains(text, ".nc.") {
			t.Errorf("%s: a load has .nc", k.Name)
		}
		if got, want := strings.Count(text, "\n"), strings.Count(k.PTX(), "\n"); got != want {
			t.Errorf("%s: %d lines, want %d", k.Name, got, want)
		}
		if !strings.Contains(text, "\n.version 7.8\n.target sm_90\n") {
			t.Errorf("%s: the version or the target is another", k.Name)
		}
	}
	const right = "// k\n.version 6.3\n.target sm_75\n.visible .entry k()\n{\n\tret;\n}\n"
	if _, err := EarlyText(right); err != nil {
		t.Error(err)
	}
	for what, change := range map[string][2]string{
		"no version":     {".version 6.3", ""},
		"no target":      {".target sm_75", ""},
		"a later target": {"sm_75", "sm_100"},
		"no body":        {"\n{\n", "{ "},
		"two kernels":    {"}\n", "}\n.visible .entry l()\n{\n}\n"},
		"no kernel":      {".visible .entry", ".func"},
	} {
		if text, err := EarlyText(strings.Replace(right, change[0], change[1], 1)); err == nil {
			t.Errorf("%s: got %q, want an error", what, text)
		}
	}
}

// TestEarlyRefused: PDL is refused where the card, the driver or another option does not allow it.
func TestEarlyRefused(t *testing.T) {
	hopper, able := Card{Name: "H", Capability: 90}, driver.Libraries{Driver: "libcuda.so.1", EarlyLaunch: true}
	for _, test := range []struct {
		options   Options
		card      Card
		libraries driver.Libraries
		want      string // a part of the error, empty for none
	}{
		{Options{PDL: true, TF32: true}, hopper, able, ""},
		{Options{NoGraph: true}, Card{Capability: 75}, driver.Libraries{}, ""},
		{Options{PDL: true, NoGraph: true}, hopper, able, "NoGraph records none"},
		{Options{PDL: true}, Card{Name: "A", Capability: 89}, able, "A has compute capability 8.9, want 9.0"},
		{Options{PDL: true}, hopper, driver.Libraries{Driver: "libcuda.so.1"}, "libcuda.so.1 is older than that of CUDA 11.8"},
	} {
		err := test.options.check(test.card, test.libraries)
		if test.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", test.options, err)
			}
			continue
		}
		if !errors.Is(err, ErrPDL) || errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %q", test.options, err, test.want)
		}
	}
}
