package kerneltest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

// mutant is a CPU device with one thing broken.
type mutant struct {
	kernels.Device
	launch func(kernels.Device, *kernels.Kernel, kernels.Args) error
	matmul func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error
}

func (m mutant) Launch(k *kernels.Kernel, a kernels.Args) error {
	if m.launch == nil {
		return m.Device.Launch(k, a)
	}
	return m.launch(m.Device, k, a)
}

func (m mutant) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	if m.matmul == nil {
		return m.Device.MatMul(dst, a, b, tA, tB)
	}
	return m.matmul(m.Device, dst, a, b, tA, tB)
}

// behind returns the elements of a view and the one after them, as a kernel with a wrong bound
// accesses it.
func behind(t *tensor.Dense) []float32 {
	s := t.Float32s()
	return unsafe.Slice(&s[0], len(s)+1)
}

// TestLaunchMutants breaks every kernel in every way. Each broken kernel must fail on some case.
func TestLaunchMutants(t *testing.T) {
	runs := 0
	mutants := map[string]func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error{
		"nothing done": func(kernels.Device, *kernels.Kernel, kernels.Args) error { return nil },
		"done twice": func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
			if err := dev.Launch(k, a); err != nil {
				return err
			}
			return dev.Launch(k, a)
		},
		"one output value off by one part in a thousand": func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
			err := dev.Launch(k, a)
			for i, p := range k.Params {
				if p.Access != kernels.In && p.Type == tensor.Float32 {
					s := a.Tensors[i].Float32s()
					s[len(s)-1] = s[len(s)-1]*1.001 + 1e-4
				}
				if p.Access != kernels.In && p.Type == tensor.Uint32 {
					a.Tensors[i].Uint32s()[0]++
				}
			}
			return err
		},
		"output not a number": func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
			err := dev.Launch(k, a)
			for i, p := range k.Params {
				if p.Access != kernels.In && p.Type == tensor.Float32 {
					a.Tensors[i].Float32s()[0] = float32(math.NaN())
				}
				if p.Access != kernels.In && p.Type == tensor.Uint32 {
					a.Tensors[i].Uint32s()[0] = ^uint32(0)
				}
			}
			return err
		},
		"different from run to run": func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
			err := dev.Launch(k, a)
			runs++
			for i, p := range k.Params {
				if p.Access != kernels.In && p.Type == tensor.Float32 {
					s := a.Tensors[i].Float32s()
					s[0] = math.Float32frombits(math.Float32bits(s[0]) + uint32(runs%2))
				}
				if p.Access != kernels.In && p.Type == tensor.Uint32 {
					a.Tensors[i].Uint32s()[0] += uint32(runs % 2)
				}
			}
			return err
		},
	}
	for name, launch := range mutants {
		for _, k := range Kernels() {
			t.Run(name+"/"+k.Name, func(t *testing.T) {
				if name == "done twice" && idempotent(k) {
					return
				}
				wantCaught(t, mutant{cpu.New(2), launch, nil}, k)
			})
		}
	}
}

// idempotent reports whether a second launch of k changes nothing: k reads nothing that it writes,
// or its result is a fixed point.
func idempotent(k *kernels.Kernel) bool {
	changes := slices.ContainsFunc(k.Params, func(p kernels.Param) bool { return p.Access == kernels.InOut })
	return !changes || k.Name == "clip" || k.Name == "cutout"
}

// TestStrayWrites breaks kernels by writes that they must not make.
func TestStrayWrites(t *testing.T) {
	for _, k := range Kernels() {
		for i, p := range k.Params {
			if p.Type != tensor.Float32 {
				continue
			}
			t.Run(k.Name+"/"+p.Name+"/past the end", func(t *testing.T) {
				wantCaught(t, mutant{cpu.New(2), func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
					s := behind(a.Tensors[i])
					s[len(s)-1] = 0
					return dev.Launch(k, a)
				}, nil}, k)
			})
			if p.Access == kernels.In {
				t.Run(k.Name+"/"+p.Name+"/input", func(t *testing.T) {
					wantCaught(t, mutant{cpu.New(2), func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
						err := dev.Launch(k, a)
						a.Tensors[i].Float32s()[0]++
						return err
					}, nil}, k)
				})
			}
		}
	}
}

// TestWrongAccess declares less for each parameter of each kernel than the kernel does with it.
func TestWrongAccess(t *testing.T) {
	for _, k := range kernels.All() {
		for i, p := range k.Params {
			for _, wrong := range []kernels.Access{kernels.In, kernels.Out} {
				if wrong == p.Access {
					continue
				}
				t.Run(fmt.Sprint(k.Name, "/", p.Name, "/", wrong), func(t *testing.T) {
					declared := *k
					declared.Params = slices.Clone(k.Params)
					declared.Params[i].Access = wrong
					wantCaught(t, mutant{Device: cpu.New(2)}, &declared)
				})
			}
		}
	}
}

func wantCaught(t *testing.T, dev mutant, k *kernels.Kernel) {
	t.Helper()
	defer dev.Close()
	cases, err := Cases(k)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if Check(dev, k, c) != nil {
			return
		}
	}
	t.Error("no case failed")
}

func TestProductMutants(t *testing.T) {
	flip := false
	for name, matmul := range map[string]func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error{
		"nothing done": func(kernels.Device, *tensor.Dense, *tensor.Dense, *tensor.Dense, bool, bool) error { return nil },
		"one value off": func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error {
			err := dev.MatMul(dst, a, b, tA, tB)
			dst.Float32s()[0] += 1e-3
			return err
		},
		"adds to dst": func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error {
			old := dst.Float32s()[0]
			err := dev.MatMul(dst, a, b, tA, tB)
			dst.Float32s()[0] += old
			return err
		},
		"writes an operand": func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error {
			err := dev.MatMul(dst, a, b, tA, tB)
			b.Float32s()[0]++
			return err
		},
		"not a number": func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error {
			dst.Float32s()[0] = float32(math.NaN())
			return nil
		},
		"different from run to run": func(dev kernels.Device, dst, a, b *tensor.Dense, tA, tB bool) error {
			err := dev.MatMul(dst, a, b, tA, tB)
			if s := dst.Float32s(); flip {
				s[0] = math.Float32frombits(math.Float32bits(s[0]) + 1)
			}
			flip = !flip
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dev := mutant{cpu.New(2), nil, matmul}
			defer dev.Close()
			for _, p := range Products() {
				if CheckProduct(dev, p) == nil {
					t.Errorf("%v passed", p)
				}
			}
		})
	}
}

// TestGradientMutant changes the sign of each gradient.
func TestGradientMutant(t *testing.T) {
	dev := mutant{cpu.New(1), func(dev kernels.Device, k *kernels.Kernel, a kernels.Args) error {
		err := dev.Launch(k, a)
		for i, p := range k.Params {
			if p.Access == kernels.In {
				continue
			}
			for j := range a.Tensors[i].Float32s() {
				a.Tensors[i].Float32s()[j] *= -1
			}
		}
		return err
	}, nil}
	defer dev.Close()
	for _, l := range layers {
		if checkLayer(dev, l) == nil {
			t.Errorf("%v passed", l)
		}
	}
	for _, l := range functions() {
		if checkFunction(dev, l) == nil {
			t.Errorf("%v passed", l)
		}
	}
	for _, s := range table["row_penalty"].scalars {
		if checkPenalty(dev, s) == nil {
			t.Errorf("row_penalty of %v passed", s)
		}
	}
}

// TestContractMutants breaks each promise that Contract checks.
func TestContractMutants(t *testing.T) {
	for name, dev := range map[string]kernels.Device{
		"eager record":  eager{cpu.New(1)},
		"dirty new":     dirty{cpu.New(1)},
		"shifted views": shifted{cpu.New(1)},
		"one for many":  hasty{cpu.New(1)},
		"no exchange":   still{cpu.New(1)},
		"any exchange":  lenient{cpu.New(1)},
	} {
		if Contract(dev) == nil {
			t.Errorf("%s passed", name)
		}
		dev.Close()
	}
}

type eager struct{ kernels.Device }

func (e eager) Record(f func() error, _ ...*tensor.Dense) (kernels.Step, error) {
	if err := f(); err != nil {
		return nil, err
	}
	return e.Device.Record(f)
}

type hasty struct{ kernels.Device }

func (h hasty) Record(f func() error, _ ...*tensor.Dense) (kernels.Step, error) {
	step, err := h.Device.Record(f)
	return once{step}, err
}

type once struct{ kernels.Step }

func (o once) RunMany(int) error { return o.Run() }

type dirty struct{ kernels.Device }

func (d dirty) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	t, err := d.Device.New(dt, shape...)
	if err == nil && dt == tensor.Float32 {
		t.Float32s()[0] = 1
	}
	return t, err
}

type shifted struct{ kernels.Device }

func (s shifted) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	return s.Device.View(t, offset-1, shape...)
}

type still struct{ kernels.Device }

func (still) AllGather(_, _ *tensor.Dense) error { return nil }

type lenient struct{ kernels.Device }

func (l lenient) AllToAll(to, from *tensor.Dense) error {
	l.Device.AllToAll(to, from)
	return nil
}

// TestExchangeMutant: a group that mixes up whose part is whose fails.
func TestExchangeMutant(t *testing.T) {
	failed := make([]error, 2)
	var all sync.WaitGroup
	for i, group := range Ranks(len(failed)) {
		all.Go(func() {
			dev := cpu.NewRank(1, mixedUp{group})
			defer dev.Close()
			failed[i] = Exchange(dev)
		})
	}
	all.Wait()
	if failed[0] == nil || failed[1] == nil {
		t.Errorf("the ranks found %v", failed)
	}
}

type mixedUp struct{ kernels.Group }

func (m mixedUp) AllToAll(to, from []byte) error {
	err := m.Group.AllToAll(to, from)
	half := len(to) / 2
	copy(to, slices.Concat(to[half:], to[:half]))
	return err
}

// TestGroupMutants: a group that breaks a promise fails at one of its ranks. The groups of the tests, and a rank alone, pass.
func TestGroupMutants(t *testing.T) {
	check := func(groups []kernels.Group) error {
		failed := make([]error, len(groups))
		var all sync.WaitGroup
		for i, g := range groups {
			all.Go(func() { failed[i] = Group(g) })
		}
		all.Wait()
		return errors.Join(failed...)
	}
	for _, ranks := range []int{1, 2, 3, 5} {
		if err := check(Ranks(ranks)); err != nil {
			t.Errorf("%d ranks: %v", ranks, err)
		}
	}
	if err := check([]kernels.Group{kernels.Alone{}}); err != nil {
		t.Errorf("a rank alone: %v", err)
	}
	for name, mutant := range map[string]func(kernels.Group) kernels.Group{
		"mixes up the parts":    func(g kernels.Group) kernels.Group { return mixedUp{g} },
		"writes beside":         func(g kernels.Group) kernels.Group { return spilling{g} },
		"changes what it sends": func(g kernels.Group) kernels.Group { return clearing{g} },
		"takes any length":      func(g kernels.Group) kernels.Group { return anyLength{g} },
		"is beyond the last":    func(g kernels.Group) kernels.Group { return beyond{g} },
		"gathers nothing":       func(g kernels.Group) kernels.Group { return gathersNothing{g} },
	} {
		groups := Ranks(2)
		for i := range groups {
			groups[i] = mutant(groups[i])
		}
		if err := check(groups); err == nil {
			t.Errorf("a group that %s passes", name)
		}
	}
}

type (
	spilling       struct{ kernels.Group }
	clearing       struct{ kernels.Group }
	anyLength      struct{ kernels.Group }
	beyond         struct{ kernels.Group }
	gathersNothing struct{ kernels.Group }
)

func (s spilling) AllGather(to, from []byte) error {
	if len(to) > 0 {
		*(*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(to)), len(to))) = 0
	}
	return s.Group.AllGather(to, from)
}

func (c clearing) AllToAll(to, from []byte) error {
	err := c.Group.AllToAll(to, from)
	clear(from)
	return err
}

func (a anyLength) AllToAll(to, from []byte) error {
	if err := kernels.CheckAllToAllBytes(to, from, a.Size()); err != nil {
		return nil
	}
	return a.Group.AllToAll(to, from)
}

func (b beyond) Rank() int { return b.Group.Rank() + b.Size() }

func (gathersNothing) AllGather(_, _ []byte) error { return nil }

// TestUnknownKernel: a kernel without cases is an error.
func TestUnknownKernel(t *testing.T) {
	if _, err := Cases(&kernels.Kernel{Name: "new"}); err == nil {
		t.Error("no error")
	}
}
