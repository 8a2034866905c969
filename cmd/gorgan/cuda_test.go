//go:build gpu && !cpu

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/kernels/plan"
)

// TestTrainOnCUDA trains on the first CUDA device, with a graph and without for the same
// weights, goes on with the run on the CPU, and draws from it on either.
func TestTrainOnCUDA(t *testing.T) {
	cudatest.Open(t, cuda.Options{})
	list, dir := tinyList(t), t.TempDir()
	onCUDA := strings.Replace(small, "--device cpu", "--device cuda", 1)
	gorgan := func(words ...string) string { return succeed(t, words...) }
	train := func(out string, flags ...string) string {
		words := append([]string{"train", "--data", list, "--out", filepath.Join(dir, out), "--steps", "20", "--display-every", "10", "--plan", "own"}, strings.Fields(onCUDA)...)
		said := gorgan(append(words, flags...)...)
		_, weights, _ := strings.Cut(said, "weights: ")
		return strings.Fields(weights)[0]
	}
	if a, b := train("graph"), train("plain", "--no-graph"); a != b {
		t.Errorf("weights %s with a graph, %s without", a, b)
	}
	for _, device := range []string{"cpu", "cuda"} {
		gorgan("generate", "--model", filepath.Join(dir, "graph"), "--count", "4", "--device", device, "--out", filepath.Join(dir, device+".png"))
	}
	if said := gorgan("train", "--resume", filepath.Join(dir, "graph"), "--steps", "30", "--device", "cpu"); !strings.Contains(said, "step:30-") {
		t.Error(said)
	}
}

// succeed runs a command, and returns what it says.
func succeed(t *testing.T, words ...string) string {
	t.Helper()
	var said strings.Builder
	if code := execute(context.Background(), append([]string{"gorgan"}, words...), &said, &said); code != 0 {
		t.Fatalf("gorgan %v ended with %d: %s", words, code, said.String())
	}
	return said.String()
}

// TestPlanOnCUDA: a run goes on under the plan it began with, to the bit, whatever the plan would be
// now. With another plan it has other bits, or the test shows nothing.
func TestPlanOnCUDA(t *testing.T) {
	cudatest.Open(t, cuda.Options{})
	list, dir := tinyList(t), t.TempDir()
	folder := func(name string) string { return filepath.Join(dir, name) }
	nets := strings.Fields("--device cuda --noise-dim 8 --gen-hidden 16 --dis-hidden 16 --batch-size 8 --display-every 4 --save-every 4 --data " + list)
	train := func(words ...string) string { return succeed(t, append([]string{"train"}, words...)...) }
	begin := func(name, plan string, steps string) string {
		return train(append(nets, "--out", folder(name), "--plan", plan, "--steps", steps)...)
	}
	weights := func(said string) string {
		_, after, _ := strings.Cut(said, "weights: ")
		return strings.Fields(after)[0]
	}
	whole := begin("whole", "own", "12")
	if !strings.Contains(whole, "plan: the first tile that fits: ") {
		t.Errorf("said\n%s", whole)
	}
	if other := begin("cublas", "cublas", "12"); weights(other) == weights(whole) {
		t.Error("tiles and cuBLAS give the same bits")
	}
	begin("half", "own", "8")
	resumed := train("--resume", folder("half"), "--steps", "10")
	if strings.Contains(resumed, "warning: ") || !strings.Contains(resumed, "plan: the run's own: ") {
		t.Errorf("said\n%s", resumed)
	}
	resumed = train("--resume", folder("half"), "--steps", "12", "--plan", "cublas")
	if weights(resumed) != weights(whole) {
		t.Errorf("the resumed run has weights %s, want %s", weights(resumed), weights(whole))
	}
	if want := "--plan has no effect: the run goes on by its own, " + folder("half/plan.json"); !strings.Contains(resumed, want) {
		t.Errorf("said\n%s\nwant %s", resumed, want)
	}
	if again := begin("again", folder("half/plan.json"), "12"); weights(again) != weights(whole) {
		t.Errorf("under the run's plan another run has weights %s, want %s", weights(again), weights(whole))
	}
	for _, path := range []string{folder("half"), folder("half/last")} {
		if said := succeed(t, "inspect", path); !strings.Contains(said, "\nplan: fixed, ") || !strings.Contains(said, "  NN 16,16,784 ") || !strings.Contains(said, " own:s@1\n") {
			t.Errorf("inspect said\n%s", said)
		}
	}
	// On the CPU the plan stays as it is.
	before, err := os.ReadFile(folder("half/plan.json"))
	must(t, err)
	train("--resume", folder("half"), "--steps", "13", "--device", "cpu")
	after, err := os.ReadFile(folder("half/plan.json"))
	must(t, err)
	if string(after) != string(before) {
		t.Errorf("on the CPU the plan became\n%s", after)
	}
	// A plan for another card is not taken, and that is said.
	must(t, os.WriteFile(folder("half/plan.json"), []byte(strings.Replace(string(before), `"multiprocessors": 1`, `"multiprocessors": 132`, 1)), 0o666))
	elsewhere := train("--resume", folder("half"), "--steps", "14", "--plan", "cublas", "--device", "cuda")
	if !strings.Contains(elsewhere, "132 multiprocessors, cuBLAS ") || !strings.Contains(elsewhere, "its weights are not those it would have had") || !strings.Contains(elsewhere, "plan: fixed: 0 of our own") {
		t.Errorf("said\n%s", elsewhere)
	}
}

// TestWaysOnCUDA: bench times all ways in turn, and says the plan of each, in their order.
func TestWaysOnCUDA(t *testing.T) {
	cudatest.Open(t, cuda.Options{})
	bench := strings.Fields("bench --device cuda --noise-dim 4 --gen-hidden 8 --dis-hidden 8 --time 1ms --ways own+single,cublas,none+tf32,own+single,own --rounds 2 --batch-sizes 4,8")
	said := succeed(t, bench...)
	after := said
	for _, want := range []string{"\nplan of own+single: the first tile", "\nplan of cublas: fixed", "\nplan of none+tf32: none",
		"\nround 1  own+single  ", "\nround 1  own  ", "\nround 2  own+single  ", "\nround 2  cublas  "} {
		at := strings.Index("\n"+after, want)
		if at < 0 {
			t.Fatalf("%q is not there in its place:\n%s", want, said)
		}
		after = after[at:]
	}
	if n := strings.Count(said, "plan of "); n != 3 {
		t.Errorf("%d plans, want one for each device, 3:\n%s", n, said)
	}
	for n, line := range strings.Split(strings.TrimSpace(said[strings.Index(said, "round 1"):]), "\n") {
		if !strings.HasPrefix(line, "round ") || n >= 20 {
			t.Errorf("line %d of 20 is %q", n+1, line)
		}
	}
	if said := succeed(t, append(bench, "--json")...); !strings.Contains(said, "\n{\"way\":\"own+single\",\"nth\":4,\"batch_size\":8,\"round\":2,\"median_ms\":") {
		t.Errorf("said\n%s", said)
	}
}

// TestTuneOnCUDA: tune times every product, and train takes what it writes.
func TestTuneOnCUDA(t *testing.T) {
	cudatest.Open(t, cuda.Options{})
	dir := t.TempDir()
	path := filepath.Join(dir, "plans.json")
	nets := strings.Fields("--device cuda --noise-dim 4 --gen-hidden 8 --dis-hidden 8 --batch-size 4")
	said := succeed(t, append([]string{"tune", "--all", "--batch-sizes", "4", "--out", path}, nets[:8]...)...)
	if strings.Contains(said, "warning: ") || strings.Count(said, "plan: timed ") != 2 {
		t.Errorf("said\n%s", said)
	}
	plans, err := plan.Read(path)
	must(t, err)
	if len(plans) != 2 || plans[0].GPU.Precision != plan.FP32 || plans[1].GPU.Precision != plan.TF32 {
		t.Fatalf("got plans %+v", plans)
	}
	for _, p := range plans {
		timed := 0
		for _, e := range p.Products {
			if e.Micros[plan.CUBLAS] > 0 && len(e.Micros) > 1 {
				timed++
			}
		}
		if timed < 8 {
			t.Errorf("%d products of %d were timed: %+v", timed, len(p.Products), p)
		}
	}
	said = succeed(t, append([]string{"train", "--steps", "1", "--data", tinyList(t), "--out", filepath.Join(dir, "run"), "--plan", path, "--tf32"}, nets...)...)
	if !strings.Contains(said, "plan: "+path+": ") {
		t.Errorf("said\n%s", said)
	}
}
