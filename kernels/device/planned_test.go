package device

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/dense"
	"gorgan/kernels/fuse"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
)

// productKernels replaces products without transposes by the kernels of the chosen tiles.
func productKernels(s tape.Step, choose func(tape.Product) plan.Choice) (tape.Step, error) {
	s.Calls = slices.Clone(s.Calls)
	for i, c := range s.Calls {
		if c.Kernel != nil {
			continue
		}
		t, _ := tileOf(choose(c.Product))
		if kernel := t.Kernel(dense.ProductNN); kernel != nil {
			m, n, k := c.Product.Dims()
			s.Calls[i] = tape.Call{Kernel: kernel, Args: kernels.Args{Tensors: []*tensor.Dense{c.Product.Dst, c.Product.A, c.Product.B}, Sizes: []int{m, n, k}}}
		}
	}
	return s, nil
}

var (
	testGPU = plan.GPU{Name: "a card", Capability: "9.0", Multiprocessors: 132, CUBLAS: "13.1.0", Precision: plan.FP32}
	first   = plan.Product{Role: "NN", M: 8, N: 12, K: 16}
	second  = plan.Product{Role: "NN", M: 8, N: 16, K: 12}
	odd     = plan.Product{Role: "NN", M: 8, N: 3, K: 16} // no tile fits it
)

// stepOf records a step of the products on p, and returns the names of its launches.
func stepOf(t *testing.T, p *planned, all ...plan.Product) (launches []string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var do []func() error
	for _, of := range all {
		var x [3]*tensor.Dense
		for i, shape := range [][]int{{of.M, of.N}, {of.M, of.K}, {of.K, of.N}} {
			var err error
			x[i], err = p.New(tensor.Float32, shape...)
			must(err)
		}
		do = append(do, func() error { return p.MatMul(x[0], x[1], x[2], false, false) })
	}
	step, err := p.Record(func() error {
		for _, f := range do {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
	must(err)
	must(step.Run())
	calls, _ := tape.Of(step)
	for _, c := range calls.Calls {
		launches = append(launches, strings.Fields(c.String())[0])
	}
	return launches
}

// TestPlanned: where a plan comes from, which launches a step has under it, and what is said.
func TestPlanned(t *testing.T) {
	of := func(change func(*plan.GPU)) plan.GPU {
		g := testGPU
		change(&g)
		return g
	}
	planFor := func(g plan.GPU, choices ...plan.Choice) plan.Plan {
		p := plan.Plan{GPU: g, Source: plan.Timed, Rules: fuse.Rules, Products: []plan.Entry{}}
		for i, c := range choices {
			p.Products = append(p.Products, plan.Entry{Product: []plan.Product{first, second}[i], Choice: c})
		}
		return p
	}
	file := filepath.Join(t.TempDir(), "plans.json")
	if err := plan.Write(file, planFor(of(func(g *plan.GPU) { g.Precision = plan.TF32 })), planFor(testGPU, "own:l@1")); err != nil {
		t.Fatal(err)
	}
	older := filepath.Join(t.TempDir(), "older.json")
	if err := plan.Write(older, planFor(of(func(g *plan.GPU) { g.CUBLAS = "12.9.0" }), "own:m@1")); err != nil {
		t.Fatal(err)
	}
	withRules := func(p plan.Plan, version int) plan.Plan {
		p.Rules = version
		return p
	}
	began := func(p plan.Plan) *plan.Plan { return &p }
	const s, m, l, cublas = "dense_product_nn_s", "dense_product_nn_m", "dense_product_nn_l", "matmul"
	for name, c := range map[string]struct {
		options  Options
		known    []plan.Plan
		launches []string // of the first product, the second and the odd one; empty for any
		source   string
		about    string
		notes    string
	}{
		"none":   {Options{Plan: PlanNone}, nil, []string{cublas, cublas, cublas}, plan.Fixed, `^none: each launch as it is recorded$`, ""},
		"cublas": {Options{Plan: PlanCUBLAS}, nil, []string{cublas, cublas, cublas}, plan.Fixed, `^fixed: 0 of our own, 3 cuBLAS$`, ""},
		"own":    {Options{Plan: PlanOwn}, nil, []string{s, s, cublas}, plan.Fixed, `^the first tile that fits: 2 of our own, 1 cuBLAS$`, ""},
		"auto":   {Options{Plan: PlanAuto}, nil, nil, plan.Timed, `^timed 2 products in \d+\.\d s: \d of our own, \d cuBLAS$`, ""},
		"shipped": {Options{Plan: PlanAuto}, []plan.Plan{planFor(testGPU, "own:m@1", plan.CUBLAS)}, []string{m, cublas, cublas}, plan.Shipped,
			`^shipped for this card: 1 of our own, 2 cuBLAS$`, ""},
		"timed": {Options{Plan: PlanTimed}, []plan.Plan{planFor(testGPU, "own:m@1", plan.CUBLAS)}, nil, plan.Timed, `^timed 2 products`, ""},
		"shipped in part": {Options{Plan: PlanAuto}, []plan.Plan{planFor(testGPU, "own:m@1")}, nil, plan.Timed,
			`^shipped for this card, and timed 1 product in \d+\.\d s: `, ""},
		"shipped for others": {Options{Plan: PlanAuto}, []plan.Plan{planFor(of(func(g *plan.GPU) { g.Multiprocessors = 66 }), "own:m@1")}, nil, plan.Timed, `^timed 2 products`, ""},
		"file":               {Options{Plan: file}, nil, []string{l, cublas, cublas}, plan.File, `plans.json: 1 of our own, 2 cuBLAS$`, ""},
		"goes on": {Options{Plan: PlanAuto, Began: began(planFor(testGPU, "own:m@1", "own:l@1"))}, []plan.Plan{planFor(testGPU, "own:s@1", "own:s@1")}, []string{m, l, cublas},
			plan.Timed, `^the run's own: 2 of our own, 1 cuBLAS$`, ""},
		"goes on as recorded": {Options{Plan: PlanOwn, Began: &plan.Plan{GPU: testGPU, Source: plan.Fixed, Rules: fuse.Rules, AsRecorded: true}}, nil, []string{cublas, cublas, cublas}, plan.Fixed,
			`^the run's own: each launch as it is recorded$`, ""},
		"goes on with another cuBLAS": {Options{Plan: PlanOwn, Began: began(planFor(of(func(g *plan.GPU) { g.CUBLAS = "12.9.0" }), "own:m@1"))}, nil, []string{m, cublas, cublas},
			plan.Timed, `^the run's own: `, `cuBLAS 12.9.0, fp32, and the run goes on with .* cuBLAS 13.1.0, fp32: its weights are not those it would have had$`},
		"goes on under other rules": {Options{Plan: PlanOwn, Began: began(withRules(planFor(testGPU, "own:m@1"), 9))}, nil, []string{m, cublas, cublas},
			plan.Timed, `^the run's own: `, `^warning: the run's plan was made under version 9 of the rules .*, and the run goes on with version \d+: its weights are not those it would have had$`},
		"goes on as recorded under other rules": {Options{Plan: PlanOwn, Began: &plan.Plan{GPU: testGPU, Source: plan.Fixed, Rules: 9, AsRecorded: true}}, nil, []string{cublas, cublas, cublas},
			plan.Fixed, `^the run's own: each launch as it is recorded$`, ""},
		"file of another cuBLAS": {Options{Plan: older}, nil, []string{m, cublas, cublas}, plan.File, `older.json: 1 of our own, 2 cuBLAS$`,
			`^warning: --plan .*older.json was made for .* cuBLAS 12.9.0, fp32, and this run has .* cuBLAS 13.1.0, fp32: its weights are not those of a run there$`},
		"goes on in another precision": {Options{Plan: PlanOwn, Began: began(planFor(of(func(g *plan.GPU) { g.Precision = plan.TF32 }), "own:m@1"))}, nil, []string{s, s, cublas},
			plan.Fixed, `^the first tile that fits`, `tf32, and the run goes on with .* fp32: its weights`},
		"goes on with a tile of another version": {Options{Plan: PlanOwn, Began: began(planFor(testGPU, "own:m@9"))}, nil, []string{cublas, cublas, cublas},
			plan.Timed, `^the run's own: 0 of our own`, `has own:m@9 for the product NN 8,12,16, which this version does not have for it: cuBLAS computes it`},
	} {
		t.Run(name, func(t *testing.T) {
			dev := cpu.New(1)
			defer dev.Close()
			p, err := newPlanned(dev, testGPU, fusing{productKernels, productKernels, tilesOf}, c.options, c.known)
			if err != nil {
				t.Fatal(err)
			}
			launches := stepOf(t, p, first, second, odd)
			if c.launches != nil && !slices.Equal(launches, c.launches) {
				t.Errorf("launches are %q, want %q", launches, c.launches)
			}
			got, ok := Settle(p)
			if !ok || got.Source != c.source || got.GPU != testGPU || got.AsRecorded != strings.Contains(c.about, "each launch") {
				t.Errorf("got the plan %+v, %v", got, ok)
			}
			if !regexp.MustCompile(c.about).MatchString(got.About) {
				t.Errorf("said %q, want %s", got.About, c.about)
			}
			if notes := strings.Join(got.Notes, "\n"); (c.notes == "") != (notes == "") || !regexp.MustCompile(c.notes).MatchString(notes) {
				t.Errorf("noted %q, want %s", notes, c.notes)
			}
			// What is recorded later has the same launches, and new products go to cuBLAS.
			again := stepOf(t, p, second, first, plan.Product{Role: "NN", M: 4, N: 4, K: 4})
			if want := []string{launches[1], launches[0], cublas}; !slices.Equal(again, want) {
				t.Errorf("later launches are %q, want %q", again, want)
			}
			// A run that goes on with this plan has its launches, whatever else it could have.
			resumed, err := newPlanned(dev, testGPU, fusing{productKernels, productKernels, tilesOf}, Options{Plan: PlanOwn, Began: &got.Plan}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if goesOn := stepOf(t, resumed, first, second, odd); !slices.Equal(goesOn, launches) {
				t.Errorf("a run goes on with launches %q, want %q", goesOn, launches)
			}
			if again, _ := Settle(resumed); len(again.Notes) > 0 {
				t.Errorf("a run that goes on with its own plan says %q", again.Notes)
			}
		})
	}
}

// TestPlanFileErrors: a file without a plan for the GPU is refused, and so is a name that is no file.
func TestPlanFileErrors(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	other := testGPU
	other.Precision = plan.TF32
	path := filepath.Join(t.TempDir(), "plans.json")
	if err := plan.Write(path, plan.Plan{GPU: other, Source: plan.Timed, Rules: fuse.Rules, Products: []plan.Entry{}}); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := plan.Write(empty, []plan.Plan{}...); err != nil {
		t.Fatal(err)
	}
	const here, none = "a card, compute capability 9.0, 132 multiprocessors, cuBLAS 13.1.0, fp32", "want auto, timed, cublas, own, none or a FILE: cubals: "
	if err := CheckPlan("cubals"); err == nil || !strings.Contains(err.Error(), none) {
		t.Errorf("got %v, want %q", err, none)
	}
	for _, name := range []string{"", PlanAuto, PlanTimed, PlanCUBLAS, PlanOwn, PlanNone, path} {
		if err := CheckPlan(name); err != nil {
			t.Errorf("%q: got %v", name, err)
		}
	}
	for name, want := range map[string]string{path: "13.1.0, tf32, want one for " + here + "; gorgan tune --out makes one", empty: "has no plan for " + here + ": it is empty; ", "cubals": "--plan: " + none} {
		if _, err := newPlanned(dev, testGPU, fusing{productKernels, productKernels, tilesOf}, Options{Plan: name}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--plan %s: got %v, want %q", name, err, want)
		}
	}
	if _, ok := Settle(dev); ok {
		t.Error("the CPU has a plan")
	}
}

// TestLeft: a product for which there is no time is counted once, however many steps have it.
func TestLeft(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	p, err := newPlanned(dev, testGPU, fusing{productKernels, productKernels, tilesOf}, Options{Plan: PlanTimed, PlanTime: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	stepOf(t, p, first)
	stepOf(t, p, first, second)
	if s, _ := Settle(p); s.About != "timed: 0 of our own, 2 cuBLAS (there was no time for 2 products)" {
		t.Errorf("said %q", s.About)
	}
}

// TestTilesOf: which tiles are candidates.
func TestTilesOf(t *testing.T) {
	for _, c := range []struct {
		of                    plan.Product
		capability, precision string
		first                 plan.Choice // empty for none
		tf32                  bool
	}{
		{first, "9.0", plan.FP32, "own:s@1", false}, {first, "9.0", plan.TF32, "own:tf32_s@1", true}, {first, "7.5", plan.TF32, "own:s@1", false},
		{plan.Product{Role: "TN", M: 8, N: 8, K: 5}, "9.0", plan.FP32, "own:w@1", false}, {odd, "9.0", plan.FP32, "", false},
	} {
		g := testGPU
		g.Capability, g.Precision = c.capability, c.precision
		all := tilesOf(c.of, g)
		var got plan.Choice
		if len(all) > 0 {
			got = all[0]
		}
		hasTF32 := slices.ContainsFunc(all, func(c plan.Choice) bool { tile, _ := tileOf(c); return tile.TF32 })
		if got != c.first || hasTF32 != c.tf32 {
			t.Errorf("%v on %s, %s: candidates %v, want %s first", c.of, c.capability, c.precision, all, c.first)
		}
	}
}
