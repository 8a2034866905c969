//go:build gpu && !cpu

package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
)

// TestTrainOnCUDA trains on the first CUDA device, with a graph and without for the same
// weights, goes on with the run on the CPU, and draws from it on either.
func TestTrainOnCUDA(t *testing.T) {
	cudatest.Open(t, cuda.Options{})
	list, dir := tinyList(t), t.TempDir()
	onCUDA := strings.Replace(small, "--device cpu", "--device cuda", 1)
	gorgan := func(words ...string) string {
		t.Helper()
		var said strings.Builder
		if code := execute(context.Background(), append([]string{"gorgan"}, words...), &said, &said); code != 0 {
			t.Fatalf("gorgan %v ended with %d: %s", words, code, said.String())
		}
		return said.String()
	}
	train := func(out string, flags ...string) string {
		words := append([]string{"train", "--data", list, "--out", filepath.Join(dir, out), "--steps", "20", "--display-every", "10"}, strings.Fields(onCUDA)...)
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
