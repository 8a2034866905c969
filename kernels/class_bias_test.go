package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// TestClassBiasIsOneHot: ClassBias and ClassGrad compute the same as products with one-hot
// labels.
func TestClassBiasIsOneHot(t *testing.T) {
	const rows, cols, classes = 65, 33, 10
	dev := newDevice(t, 2)
	r := rand.New(rand.NewPCG(1, 0))
	images, index, hot := make([]uint32, 100), make([]uint32, rows), make([]float32, rows*classes)
	for i := range images {
		images[i] = r.Uint32N(classes)
	}
	for i := range index {
		index[i] = r.Uint32N(uint32(len(images)))
		hot[i*classes+int(images[index[i]])] = 1
	}
	label := holding(t, dev, index, rows)
	oneHot, table := holding(t, dev, hot, rows, classes), holding(t, dev, normals(r, classes*cols), classes, cols)
	d, y := holding(t, dev, normals(r, rows*cols), rows, cols), holding(t, dev, make([]float32, rows*cols), rows, cols)
	dtable := holding(t, dev, make([]float32, classes*cols), classes, cols)
	wantY, wantDTable := holding(t, dev, make([]float32, rows*cols), rows, cols), holding(t, dev, make([]float32, classes*cols), classes, cols)
	for _, err := range []error{
		kernels.Labels(dev, label, holding(t, dev, index, rows), holding(t, dev, images, len(images))),
		kernels.ClassBias(dev, y, table, label),
		kernels.ClassGrad(dev, dtable, d, label),
		dev.MatMul(wantY, oneHot, table, false, false),
		dev.MatMul(wantDTable, oneHot, d, true, false),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, pair := range map[string][2]*tensor.Dense{"y": {y, wantY}, "dtable": {dtable, wantDTable}} {
		got, want := make([]float32, pair[0].Shape().TotalSize()), make([]float32, pair[0].Shape().TotalSize())
		for i, s := range [][]float32{got, want} {
			if err := dev.Download(s, pair[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range got {
			if !(math.Abs(float64(v-want[i])) < 1e-5) {
				t.Errorf("%s[%d] = %g, the product has %g", name, i, v, want[i])
			}
		}
	}
}

func normals(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}
