package streams

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"gorgan/kernels"
)

// layers is more than a net may have.
const layers = 1000

// families are those of the register, and how many each takes.
var families = map[string]struct {
	first kernels.Stream
	n     int
}{
	"Weights": {Weights, 1}, "DisNoise": {DisNoise, 1}, "GenNoise": {GenNoise, 1}, "Samples": {Samples, 1}, "Codes": {Codes, 1}, "CodeValues": {CodeValues, 1}, "SampleCodes": {SampleCodes, 1}, "Shuffle": {Shuffle, 1},
	"Translation": {Translation, 1}, "Cutout": {Cutout, 1}, "Colour": {Colour, 1},
	"InstanceNoise": {InstanceNoise, 1}, "PenaltyPoint": {PenaltyPoint, 1}, "Dropout": {Dropout, layers}, "Shifts": {Shifts, 1},
	"Versions": {Versions, 1}, "Projections": {Projections, 1},
}

// TestFamiliesDiffer: no stream is of two families.
func TestFamiliesDiffer(t *testing.T) {
	owner := map[kernels.Stream]string{}
	for name, f := range families {
		if f.first%(1<<16) != 0 || f.first == 0 {
			t.Errorf("%s begins at %#x, within a family", name, f.first)
		}
		for i := range f.n {
			at := f.first + kernels.Stream(i)<<16
			if other, taken := owner[at]; taken {
				t.Errorf("%#x is of %s and of %s", at, name, other)
			}
			owner[at] = name
		}
	}
}

// TestFamiliesListed: the list above is the whole register.
func TestFamiliesListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "streams.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, name := range spec.Names {
			declared++
			if _, listed := families[name.Name]; !listed {
				t.Errorf("%s is not listed", name.Name)
			}
		}
		return true
	})
	if declared != len(families) {
		t.Errorf("%d families are declared, %d listed", declared, len(families))
	}
}
