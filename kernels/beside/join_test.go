package beside_test

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/beside"
	"gorgan/kernels/tape"
)

const head = ".version 6.3\n.target sm_75\n.address_size 64\n\n.visible .entry k(\n\t.param .u64 x)\n"

func call(threads int, text string) tape.Call {
	return tape.Call{Kernel: &kernels.Kernel{
		Name: "k", Params: []kernels.Param{{Name: "x", Type: tensor.Float32}},
		Lens: func([]int) []int { return []int{1} },
		Grid: func([]int) kernels.Grid { return kernels.Grid{Blocks: 1, Threads: threads} },
		Text: func() string { return text },
	}}
}

// TestRefused joins what does not fit in one launch.
func TestRefused(t *testing.T) {
	plain := call(256, head+"{\n\tret;\n}\n")
	for name, c := range map[string]struct {
		with tape.Call
		want string
	}{
		"a product":            {tape.Call{Product: tape.Product{Dst: tensor.New(tensor.WithShape(1, 1), tensor.Of(tensor.Float32)), A: tensor.New(tensor.WithShape(1, 1), tensor.Of(tensor.Float32))}}, "want a launch"},
		"a kernel of products": {tape.Call{Kernel: kernels.Named("conv")}, "conv is a product of matrices"},
		"no text":              {call(32, ""), "not one entry"},
		"few threads":          {call(128, head+".maxntid 128, 1, 1\n{\n\tret;\n}\n"), "256 threads a block, want at most 128"},
		"two shared arrays":    {call(32, head+"{\n\t.shared .align 4 .f32 a[2];\n\t.shared .align 4 .f32 b[2];\n\tret;\n}\n"), "2 shared arrays"},
		"an odd type":          {call(32, head+"{\n\t.shared .align 4 .b16 a[2];\n\tret;\n}\n"), "type b16"},
		"no alignment":         {call(32, head+"{\n\t.shared .f32 a[2];\n\tret;\n}\n"), "another form"},
	} {
		if _, err := beside.Join([]tape.Call{plain, c.with}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// TestManyArguments joins as many calls as a launch has arguments for, and one more.
func TestManyArguments(t *testing.T) {
	one := call(32, head+"{\n\tret;\n}\n") // a tensor, its blocks and its threads
	calls := slices.Repeat([]tape.Call{one}, kernels.MaxArguments/3)
	for i := range calls {
		calls[i].Args.Tensors = []*tensor.Dense{nil}
	}
	if _, err := beside.Join(calls); err != nil {
		t.Error(err)
	}
	if _, err := beside.Join(append(calls, calls[0])); err == nil || !strings.Contains(err.Error(), "258 arguments, want at most 256") {
		t.Errorf("%v, want an error about the number of arguments", err)
	}
}

// TestLimits holds that the joined text has the limits of its parts.
func TestLimits(t *testing.T) {
	c, err := beside.Join([]tape.Call{
		call(32, head+"{\n\tret;\n}\n"),
		call(256, head+".maxntid 256, 1, 1\n.minnctapersm 3\n{\n\tret;\n}\n"),
		call(256, head+".maxntid 256, 1, 1\n.minnctapersm 2\n{\n\tret;\n}\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := ".maxntid 256, 1, 1\n.minnctapersm 2\n{"; !strings.Contains(c.Kernel.PTX(), want) {
		t.Errorf("the text lacks %q:\n%s", want, c.Kernel.PTX())
	}
}

// TestSharedMemory holds that parts share the widest array, with the widest alignment.
func TestSharedMemory(t *testing.T) {
	c, err := beside.Join([]tape.Call{
		call(32, head+"{\n\t.shared .align 8 .f64 a[4];\n\tmov.u32 %r, a;\n\tret;\n}\n"),
		call(32, head+"{\n\t.shared .align 16 .b8 a[20];\n\tld.shared.f32 %r, [a+16];\n\tret;\n}\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".shared .align 16 .b8 shared[32];", "mov.u32 %r, shared;", "[shared+16]"} {
		if !strings.Contains(c.Kernel.PTX(), want) {
			t.Errorf("the text lacks %q:\n%s", want, c.Kernel.PTX())
		}
	}
}
