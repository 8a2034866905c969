package model_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"gorgan/model"
)

// TestGolden replays what TensorFlow did in scripts/golden.py.
func TestGolden(t *testing.T) {
	long(t)
	files, err := filepath.Glob("testdata/golden_*.safetensors")
	must(t, err)
	var seen []string
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "golden_"), ".safetensors")
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, file)
			seen = append(seen, g.config.Loss, g.config.Optimizer, g.config.UpdateOrder)
			g.replay(t)
		})
	}
	tutorial := []string{"non-saturating", "minimax", "bce"}
	for _, want := range slices.Concat(tutorial, model.Optimizers(), model.UpdateOrders()) {
		if !slices.Contains(seen, want) {
			t.Errorf("no golden file has %s", want)
		}
	}
}

type golden struct {
	config model.Config
	values map[string][]float32
}

func openGolden(t *testing.T, path string) *golden {
	text, err := os.ReadFile(path)
	must(t, err)
	_, header, err := safetensors.ReadMetadata(text)
	must(t, err)
	g := &golden{values: map[string][]float32{}}
	g.config, err = model.ParseConfig([]byte(header.Metadata()["config"]))
	must(t, err)
	file, err := safetensors.Deserialize(text)
	must(t, err)
	for _, v := range file.Tensors() {
		data := v.TensorView.Data()
		values := make([]float32, len(data)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		g.values[v.Name] = values
	}
	return g
}

// part is the values under a prefix, by the rest of their names.
func (g *golden) part(prefix string) map[string][]float32 {
	all := map[string][]float32{}
	for name, values := range g.values {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			all[rest] = values
		}
	}
	return all
}

// of is the values of one of the ten steps.
func (g *golden) of(name string, step int) []float32 {
	n := len(g.values[name]) / 10
	return g.values[name][step*n:][:n]
}

// probe is a game at the initial weights.
func (g *golden) probe(t *testing.T) *model.Probe {
	p, err := model.NewProbe(device(t), g.config)
	must(t, err)
	must(t, p.SetWeights(g.part("initial/")))
	return p
}

func (g *golden) replay(t *testing.T) {
	p := g.probe(t)
	for step := range 10 {
		p.Batches = [][]float32{g.of("x", step)}
		must(t, p.Step())
		z, err := p.Noise()
		must(t, err)
		differs(t, "noise", z, wide(g.of("z", step)), 0, 0)
		if step == 0 {
			g.first(t, p)
		}
		must(t, p.Measure())
		dis, gen, err := p.Losses()
		must(t, err)
		// The rounding of ten steps, and the tutorial's log of a sigmoid.
		differs(t, "losses", []float32{float32(dis), float32(gen)}, wide(g.of("losses", step)), 1e-5, 1e-5)
	}
	after, err := p.Tensors()
	must(t, err)
	final := g.part("final/")
	for _, w := range after {
		if want, ok := final[w.Name]; ok {
			differs(t, "final "+w.Name, w.Values, wide(want), 2e-6, 1e-5)
			delete(final, w.Name)
		}
	}
	if len(final) > 0 {
		t.Errorf("there is no %v", final)
	}
}

// first compares what the first step computed on its way.
func (g *golden) first(t *testing.T, p *model.Probe) {
	before := g.probe(t)
	before.Batches = p.Batches
	must(t, before.Tick())
	must(t, before.DisGradients(0))
	logits, err := before.Logits()
	must(t, err)
	differs(t, "logits", logits, wide(g.values["logits"]), 1e-6, 1e-5)
	got, err := p.Gradients()
	must(t, err)
	want := g.part("gradient/")
	for name := range got {
		differs(t, "gradient of "+name, got[name], wide(want[name]), 1e-7, 1e-5)
	}
}
