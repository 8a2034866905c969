package tune

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gorgonia.org/tensor"

	"gorgan/kernels/tape"
)

// prepare moves the calls of p to the tuner's memory, runs both lists once on the same values, and
// compares what both write.
func (t *Tuner) prepare(p *pair, r *Result) error {
	regions, err := t.memory.regions(slices.Concat(p.cublas, p.tile))
	if err != nil {
		return err
	}
	results := common(written(p.cublas), written(p.tile))
	if p.cublas, err = t.memory.instead(p.cublas, regions); err != nil {
		return err
	}
	if p.tile, err = t.memory.instead(p.tile, regions); err != nil {
		return err
	}
	var outputs []*tensor.Dense
	for _, s := range results {
		flat, err := t.memory.span(s, regions)
		if err != nil {
			return err
		}
		if flat.Dtype() == tensor.Float32 {
			outputs = append(outputs, flat)
		}
	}
	if len(outputs) == 0 {
		return errors.New("the launches with a tile and without it have no result in common")
	}
	began := time.Now()
	defer func() { r.First += time.Since(began) }() // the driver compiles what runs for the first time
	want, err := t.results(p, p.cublas, outputs)
	if err != nil {
		return err
	}
	got, err := t.results(p, p.tile, outputs)
	if err != nil {
		return err
	}
	for i := range want {
		if p.wrong = differ(got[i], want[i], t.Tolerance); p.wrong != "" {
			break
		}
	}
	return nil
}

// mostCompared is the number of values that are compared at each end of a result.
const mostCompared = 1 << 16

// results runs one of the lists of p on fresh values, and returns the first and the last values of
// each output.
func (t *Tuner) results(p *pair, calls []tape.Call, outputs []*tensor.Dense) (values [][]float32, err error) {
	if err := t.memory.fill(slices.Concat(p.cublas, p.tile)); err != nil {
		return nil, err
	}
	if err := (tape.Step{Calls: calls}).Run(t.Device); err != nil {
		return nil, err
	}
	for _, o := range outputs {
		n := o.Shape().TotalSize()
		for _, from := range []int{0, n - min(n, mostCompared)} {
			part, err := t.Device.View(o, from, min(n, mostCompared))
			if err != nil {
				return nil, err
			}
			v := make([]float32, min(n, mostCompared))
			if err := t.Device.Download(v, part); err != nil {
				return nil, err
			}
			values = append(values, v)
		}
	}
	return values, nil
}

// differ says where got is further from want than tolerance times the largest value of want. It
// returns an empty text if it is not.
func differ(got, want []float32, tolerance float64) string {
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	for i, w := range want {
		if off := math.Abs(float64(got[i]) - float64(w)); !(off <= tolerance*largest) {
			return fmt.Sprintf("a value is %g, and %g with cuBLAS", got[i], w)
		}
	}
	return ""
}
