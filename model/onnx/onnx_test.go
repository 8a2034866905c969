package onnx_test

import (
	"strings"
	"testing"

	"gorgan/model/onnx"
)

// TestRefuses: a model that the format cannot hold is an error and not a file. What a model that it can hold becomes is tested
// by package export, with an interpreter.
func TestRefuses(t *testing.T) {
	shared := make([]float32, 1<<24) // 64 MiB, 32 times
	large := make([]onnx.Tensor, 32)
	for i := range large {
		large[i] = onnx.Tensor{Name: "w", Dims: []int{len(shared)}, Floats: shared}
	}
	for want, g := range map[string]onnx.Graph{
		"more than 2 GB": {Constants: large},
		"attribute alpha of y is a float64, want an int64, a float32 or an []int64": {
			Nodes: []onnx.Node{{Op: "LeakyRelu", Output: "y", Attributes: []onnx.Attribute{{Name: "alpha", Value: 0.5}}}}},
		"a dimension of x is a int64, want an int or a string": {Inputs: []onnx.Value{{Name: "x", Dims: []any{int64(3)}}}},
	} {
		if b, err := (onnx.Model{Graph: g}).Marshal(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %d bytes and %v, want an error with %q", len(b), err, want)
		}
	}
	if _, err := (onnx.Model{Graph: onnx.Graph{Constants: large[:1]}}).Marshal(); err != nil {
		t.Errorf("64 MiB of weights: %v", err)
	}
}
