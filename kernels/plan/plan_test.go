package plan_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"gorgan/kernels/plan"
)

var card = plan.GPU{Name: "NVIDIA H200", Capability: "9.0", Multiprocessors: 132, CUBLAS: "13.1.0", Precision: plan.TF32}

const whole = `[{"gpu": {"name": "NVIDIA H200", "compute_capability": "9.0", "multiprocessors": 132, "cublas": "13.1.0", "precision": "tf32"},
	"source": "timed", "rules": 1, "products": [
	{"role": "NN", "m": 128, "n": 256, "k": 100, "choice": "own:layer_s@1", "us": {"cublas": 3.5, "own:layer_s@1": 2.25}},
	{"role": "TN", "m": 100, "n": 256, "k": 128, "choice": "cublas"}]}]`

func TestParse(t *testing.T) {
	plans, err := plan.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := plan.For(plans, card)
	if !ok || p.Source != plan.Timed {
		t.Fatalf("got %+v, %v", p, ok)
	}
	for of, want := range map[plan.Product]plan.Choice{
		{Role: "NN", M: 128, N: 256, K: 100}: plan.Own("layer_s@1"), {Role: "TN", M: 100, N: 256, K: 128}: plan.CUBLAS, {Role: "NN", M: 128, N: 256, K: 128}: plan.CUBLAS,
	} {
		got, ok := p.Choice(of)
		if got != want || ok != (of.K != 128 || of.M == 100) {
			t.Errorf("%v: got %s, %v, want %s", of, got, ok, want)
		}
	}
	if tile, ok := p.Products[0].Choice.Tile(); tile != "layer_s@1" || !ok {
		t.Errorf("got tile %q, %v", tile, ok)
	}
	if tiles, cublas := p.Count(); tiles != 1 || cublas != 1 {
		t.Errorf("counted %d and %d", tiles, cublas)
	}
}

// TestParseErrors: each fault is named with its place.
func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{whole, "", "empty or cut short"},
		{`"}]}]`, `"}]}`, "empty or cut short"},
		{`"cublas"}]}]`, `"cublas"}]}] 1`, "something follows the list of plans"},
		{whole, "{}", "not a list of plans"},
		{`"source"`, `"sauce"`, `unknown field "sauce"`},
		{`"timed"`, `"guessed"`, `plan 1: source is "guessed", want one of timed, shipped, file, fixed`},
		{`"NVIDIA H200"`, `""`, "plan 1: gpu.name"},
		{`"9.0"`, `"sm_90"`, `plan 1: gpu.compute_capability is "sm_90", want one such as 9.0`},
		{`132`, `0`, "plan 1: gpu.multiprocessors is 0, want 1 or more"},
		{`"tf32"`, `"bf16"`, `plan 1: gpu.precision is "bf16", want fp32 or tf32`},
		{`"rules": 1`, `"rules": 0`, "plan 1: rules is 0, want 1 or more"},
		{`"products": [`, `"as_recorded": true, "products": [`, "plan 1: as_recorded is true and there are products"},
		{`"NN"`, `"NM"`, `plan 1: product 1: role is "NM", want NN, NT, TN or TT`},
		{`"n": 256, "k": 100`, `"n": 0, "k": 100`, "plan 1: product 1: n is 0, want 1 to 2^31-1"},
		{`"k": 128`, `"k": 2147483648`, "plan 1: product 2: k is 2147483648, want 1 to 2^31-1"},
		{`"choice": "cublas"`, `"choice": "own:layer_s"`, `plan 1: product 2: choice is "own:layer_s", want cublas or own:TILE@VERSION`},
		{`"choice": "cublas"`, `"choice": ""`, `plan 1: product 2: choice is ""`},
		{`{"cublas": 3.5`, `{"cubl": 3.5`, `plan 1: product 1: choice is "cubl"`},
		{`3.5`, `-1`, "plan 1: product 1: the time of cublas is -1 µs, want more than 0"},
		{`"TN", "m": 100, "n": 256, "k": 128`, `"NN", "m": 128, "n": 256, "k": 100`, "plan 1: product 2: NN 128,256,100 is there twice"},
	} {
		text := strings.Replace(whole, c.from, c.to, 1)
		if text == whole {
			t.Fatalf("%s is not in the text", c.from)
		}
		if _, err := plan.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: got %v, want %q", c.to, c.from, err, c.want)
		}
	}
}

// TestFor: a plan suits the card and the precision it was made for; one of the same cuBLAS goes first.
func TestFor(t *testing.T) {
	of := func(change func(g *plan.GPU)) plan.GPU {
		g := card
		change(&g)
		return g
	}
	older := of(func(g *plan.GPU) { g.CUBLAS = "12.9.0" })
	plans := []plan.Plan{{GPU: older, Source: plan.File}, {GPU: card, Source: plan.Timed}}
	for _, c := range []struct {
		gpu  plan.GPU
		want string // empty for none
	}{
		{card, plan.Timed}, {older, plan.File}, {of(func(g *plan.GPU) { g.CUBLAS = "14.0.0" }), plan.File},
		{of(func(g *plan.GPU) { g.Precision = plan.FP32 }), ""}, {of(func(g *plan.GPU) { g.Multiprocessors = 114 }), ""},
		{of(func(g *plan.GPU) { g.Name = "NVIDIA H100" }), ""}, {of(func(g *plan.GPU) { g.Capability = "10.0" }), ""},
	} {
		if p, ok := plan.For(plans, c.gpu); p.Source != c.want || ok != (c.want != "") {
			t.Errorf("%v: got the plan %q, %v, want %q", c.gpu, p.Source, ok, c.want)
		}
	}
	if _, ok := plan.For(nil, card); ok {
		t.Error("there is a plan among none")
	}
}

func TestShipped(t *testing.T) {
	if _, err := plan.Known(); err != nil {
		t.Error(err)
	}
	file := func(text string) fstest.MapFS {
		return fstest.MapFS{"shipped/h200.json": {Data: []byte(text)}, "shipped/README.md": {}}
	}
	if plans, err := plan.In(file(whole)); err != nil || len(plans) != 1 || plans[0].GPU != card {
		t.Errorf("got %+v, %v", plans, err)
	}
	if _, err := plan.In(file("[")); err == nil || !strings.Contains(err.Error(), "h200.json: ") {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if plans, err := plan.In(fstest.MapFS{}); err != nil || len(plans) > 0 {
		t.Errorf("an empty folder: got %v, %v", plans, err)
	}
}

// plans draws a valid list of plans.
var plans = rapid.Custom(func(t *rapid.T) []plan.Plan {
	choice := rapid.SampledFrom([]plan.Choice{plan.CUBLAS, plan.Own("layer_s@1"), plan.Own("tf_l@12")})
	dimension := rapid.IntRange(1, 1<<31-1)
	product := rapid.Custom(func(t *rapid.T) plan.Product {
		return plan.Product{Role: rapid.SampledFrom([]string{"NN", "NT", "TN", "TT"}).Draw(t, "role"), M: dimension.Draw(t, "m"), N: dimension.Draw(t, "n"), K: dimension.Draw(t, "k")}
	})
	one := rapid.Custom(func(t *rapid.T) plan.Plan {
		p := plan.Plan{GPU: card, Source: rapid.SampledFrom(plan.Sources()).Draw(t, "source"), Rules: rapid.IntRange(1, 9).Draw(t, "rules"), Products: []plan.Entry{}}
		p.GPU.Name = rapid.StringN(1, 20, -1).Draw(t, "name")
		p.GPU.Multiprocessors = rapid.IntRange(1, 1000).Draw(t, "multiprocessors")
		for _, of := range rapid.SliceOfNDistinct(product, 0, 5, rapid.ID).Draw(t, "products") {
			times := rapid.MapOfN(choice, rapid.Float64Range(0.01, 1e6), 0, 3).Draw(t, "times")
			if len(times) == 0 {
				times = nil
			}
			p.Products = append(p.Products, plan.Entry{Product: of, Choice: choice.Draw(t, "choice"), Micros: times})
		}
		return p
	})
	return rapid.SliceOfN(one, 1, 3).Draw(t, "plans")
})

// TestWrite: what is written is read again.
func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plans.json")
	rapid.Check(t, func(t *rapid.T) {
		want := plans.Draw(t, "plans")
		if err := plan.Write(path, want...); err != nil {
			t.Fatal(err)
		}
		got, err := plan.Read(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	})
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, path + ".none", t.TempDir()} {
		if _, err := plan.Read(path); err == nil || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s: got %v, want an error with the path once", path, err)
		}
	}
}

// FuzzParse: what is taken is written and read again as the same plans.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(`[]`))
	f.Add([]byte(`null`))
	f.Add([]byte(`[{"gpu":{"name":"x","compute_capability":"7.5","multiprocessors":1,"cublas":"","precision":"fp32"},"source":"fixed","rules":1,"as_recorded":true,"products":[]}]`))
	path := filepath.Join(f.TempDir(), "plans.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := plan.Parse(text)
		if err != nil {
			return
		}
		if err := plan.Write(path, first...); err != nil {
			t.Fatal(err)
		}
		second, err := plan.Read(path)
		if err != nil || len(first) != len(second) {
			t.Fatalf("%q: written and read again: %v", text, err)
		}
		for i := range first {
			if first[i].GPU != second[i].GPU || len(first[i].Products) != len(second[i].Products) || first[i].Source != second[i].Source {
				t.Errorf("got %+v, want %+v", second[i], first[i])
			}
		}
	})
}
