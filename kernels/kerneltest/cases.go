package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgan/kernels"
)

// row is the inputs of one kernel: every size is combined with every set of scalars.
type row struct {
	sizes   [][]int
	scalars [][]float32
}

var (
	// Both sides of a warp (32), a block (256) and a chunk (1024), and so many that a CPU shares
	// them out.
	lengths = [][]int{{1}, {31}, {32}, {33}, {255}, {256}, {257}, {1000}, {4099}, {70001}}
	// (rows, cols)
	matrices = [][]int{{1, 1}, {1, 33}, {33, 1}, {31, 257}, {256, 1}, {65, 64}, {300, 70}, {128, 784}, {1091, 10}}
	// The same, with two partial sums, and with so many rows that a group of rows is larger
	tall = append([][]int{{1100, 17}, {262500, 1}}, matrices...)
	// (rows, units, pieces)
	maxouts = [][]int{{1, 1, 1}, {1, 33, 2}, {33, 1, 3}, {31, 51, 5}, {1100, 3, 4}, {128, 240, 5}, {300, 1, 10}}
	// (batch, height, width, channels, out_height, out_width, outputs, kernel_height, kernel_width,
	// stride, pad): one tap; a kernel larger than its image; taps that are not used; strides of 1, 2
	// and 3 with and without a rest; so many channels that a sum or a row is cut, and that
	// Winograd's forms are worth while
	convolutions = [][]int{
		{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, {2, 3, 2, 3, 2, 1, 5, 6, 6, 2, 2}, {3, 5, 7, 2, 2, 2, 3, 2, 1, 3, 0},
		{2, 8, 8, 3, 4, 4, 33, 4, 4, 2, 1}, {5, 7, 6, 40, 7, 6, 17, 3, 3, 1, 1}, {2, 9, 11, 16, 3, 4, 70, 5, 4, 3, 1},
		{3, 4, 4, 70, 2, 2, 9, 4, 4, 2, 1}, {2, 15, 14, 35, 7, 7, 40, 4, 4, 2, 1}, {2, 3, 6, 32, 4, 6, 33, 2, 3, 1, 1}, {3, 7, 6, 70, 8, 7, 32, 2, 2, 1, 1},
		{5, 4, 11, 66, 4, 11, 32, 3, 3, 1, 1}, {4, 9, 6, 33, 9, 6, 67, 3, 3, 1, 1},
	}
	// The same, and groups: of one channel, of several, and of fewer outputs than channels
	inGroups = [][]int{
		{1, 1, 1, 2, 1, 1, 2, 1, 1, 1, 0, 2}, {2, 3, 2, 6, 2, 1, 9, 6, 6, 2, 2, 3}, {3, 5, 7, 4, 2, 2, 4, 2, 1, 3, 0, 2},
		{2, 8, 8, 40, 4, 4, 20, 4, 4, 2, 1, 20}, {5, 7, 6, 48, 7, 6, 33, 3, 3, 1, 1, 3},
	}
	// (batch, height, width, channels, reach): borders only, and pixels inside
	resamplings = [][]int{{1, 1, 1, 1, 0}, {1, 1, 1, 1, 1}, {2, 1, 3, 2, 1}, {3, 4, 1, 1, 0}, {2, 3, 5, 7, 1}, {3, 8, 8, 33, 0}, {5, 9, 16, 20, 1}}
	// (groups, rows, columns): one row, both sides of 16 columns and of 64 rows
	batches = [][]int{{1, 1, 1}, {2, 3, 5}, {3, 63, 16}, {2, 65, 17}, {1, 500, 70}, {2, 40, 300}}
	// (groups, images, values)
	groups = [][]int{{1, 1, 1}, {3, 4, 31}, {2, 3, 257}, {33, 4, 300}, {1, 70, 1000}}
	// (rows, columns, of all columns, the first)
	columns = [][]int{{1, 1, 1, 0}, {33, 1, 5, 4}, {65, 31, 32, 0}, {300, 64, 257, 100}, {7, 257, 258, 1}}
	// (rows, columns, classes)
	classes = [][]int{{1, 1, 1}, {33, 5, 3}, {65, 300, 10}, {300, 65, 2}, {33, 5, 1000}}
)

var table = map[string]row{
	"bias_relu":    {matrices, [][]float32{{0}, {0.2}}},
	"bias_sigmoid": {matrices, nil},
	"bias_linear":  {matrices, nil},
	"relu_grad":    {tall, [][]float32{{0}, {0.2}}},
	"sigmoid_grad": {tall, nil},
	"linear_grad":  {tall, nil},
	"sum_rows":     {tall, nil},
	// cols, levels
	"tree_sum":       {[][]int{{1, 0}, {33, 1}, {31, 8}, {257, 2}, {65, 3}, {4099, 2}, {70001, 1}}, [][]float32{{1}, {0.25}}},
	"bias_tanh":      {matrices, nil},
	"tanh_grad":      {tall, nil},
	"maxout":         {maxouts, nil},
	"maxout_grad":    {maxouts, nil},
	"maxout_pick":    {maxouts, nil},
	"class_bias":     {classes, nil},
	"class_grad":     {classes, nil},
	"bce_logits":     {lengths, [][]float32{{1, 1}, {0, 1}, {0.9, 1}, {0, -1}}},
	"sigmoid":        {lengths, nil},
	"log_loss":       {lengths, [][]float32{{1, 1}, {0, 1}, {0.9, 1}, {0, -1}}},
	"log_loss_grad":  {lengths, [][]float32{{1, 1}, {0, 1}, {0.9, 1}, {0, -1}}},
	"sigmoid_back":   {lengths, nil},
	"least_squares":  {lengths, [][]float32{{1, 0.5}, {0, 0.5}, {-0.5, -1}}},
	"hinge":          {lengths, [][]float32{{1}, {-1}}},
	"wasserstein":    {lengths, [][]float32{{-1}, {1}, {0.3}}},
	"pairing":        {lengths, nil},
	"softmax_logits": {matrices, [][]float32{{1}, {0.1}, {-2}}},
	"row_penalty":    {matrices, [][]float32{{5, 0}, {10, 1}, {0.3, -2}}},
	"row_loss":       {lengths, [][]float32{{5, 0}, {10, 1}, {0.3, -2}}},
	"adam_rate":      {[][]int{{1, 0}, {5, 0}, {5, 4}}, [][]float32{{0.9, 0.999}, {0, 0.99}}},
	"adam":           {lengths, [][]float32{{0.9, 0.999, 1e-8}, {0, 0.99, 1e-8}, {0.5, 0.9, 0.1}}},
	"adagrad":        {lengths, nil},
	"momentum":       {lengths, nil},
	"ema":            {lengths, [][]float32{{0}, {0.5}, {0.999}}},
	"copy":           {lengths, nil},
	"copy_words":     {lengths, nil},
	"add":            {lengths, nil},
	"mul":            {lengths, [][]float32{{1}, {-2}}},
	"affine":         {lengths, [][]float32{{2, -1}, {0.5, 0.5}, {-3, 0}}},
	"clip":           {lengths, [][]float32{{0.01}, {1}}},
	"decay":          {[][]int{{}}, [][]float32{{1e-3, 0.999, 1e-6}, {0.1, 0.99999, 1e-3}, {1e-3, 0.5, 1e-30}, {1e-3, 1, 0}}},
	"ramp":           {[][]int{{1}, {3}, {997}, {1000}, {200000}}, [][]float32{{0.5, 0.7}, {1, 0}}},
	"balance":        {[][]int{{}}, [][]float32{{0.75, 0.01}, {0.5, 1}, {1, -20}}},
	"tick":           {[][]int{{}}, nil},
	"unit_rows":      {matrices, nil}, "unit_rows_grad": {matrices, nil},
	"uniform": {[][]int{{1, 1 << 16}, {3, 5}, {4, 5}, {257, 2<<16 | 1}, {12800, 2 << 16}}, nil},
	// the last two have the random words 0 and 2^32-1
	"normal": {[][]int{{1, 1 << 16}, {2, 5}, {3, 5}, {4, 5}, {257, 2<<16 | 1}, {12800, 2 << 16}, {8, zeroWord}, {8, onesWord}}, [][]float32{{1}, {0.02}}},
	// rows, cols, stream, first row
	"interpolate": {[][]int{{1, 1, 1 << 16, 0}, {3, 255, 5, 3}, {5, 256, 5, 0}, {33, 1, 5, 2}, {65, 257, 2<<16 | 1, 64}, {128, 784, 2 << 16, 0}}, nil},
	// n, stream, first
	"perturb":   {[][]int{{1, 1 << 16, 0}, {3, 5, 4}, {4, 5, 0}, {257, 2<<16 | 1, 1028}, {4099, 5, 4}, {100352, 2 << 16, 0}}, [][]float32{{0.5}, {-3}}},
	"deviation": {append([][]int{{1024}, {1025}}, lengths...), nil},
	// n, stream, steps, first: steps is 0, or less than the step, or more; the last two have the random
	// words 0 and 2^32-1
	"add_noise": {[][]int{{1, 1 << 16, 0, 0}, {2, 5, 1, 4}, {3, 5, 3, 0}, {257, 2<<16 | 1, 1500, 1028}, {4099, 5, 200000, 4}, {12800, 2 << 16, 0, 0}, {8, zeroWord, 0, 0}, {8, onesWord, 0, 0}}, [][]float32{{1}, {0.02}}},
	// batch, images, batches a step, number of the batch; the last has epochs beyond 2^32
	"shuffle": {[][]int{{1, 1, 1, 0}, {3, 2, 1, 0}, {128, 128, 1, 0}, {128, 1000, 5, 4}, {200, 60000, 1, 0}, {300, 5, 1 << 20, 7}}, nil},
	// images, height, width, channels, the most down and right, back, stream, first: moves of 0, moves past the image
	"translate": {[][]int{{1, 1, 1, 1, 0, 0, 0, 5, 0}, {3, 5, 7, 3, 2, 3, 0, 5, 4}, {3, 5, 7, 3, 2, 3, 1, 5, 4}, {9, 4, 3, 2, 9, 8, 0, 2<<16 | 1, 1}, {9, 4, 3, 2, 9, 8, 1, 2<<16 | 1, 1}, {33, 28, 28, 1, 4, 4, 0, 2 << 16, 0}, {6, 17, 16, 3, 2, 0, 1, 5, 100}}, nil},
	// images, height, width, channels, height and width of the rectangle, stream, first: odd and even sides, all of the image, nothing
	"cutout": {[][]int{{1, 1, 1, 1, 1, 1, 5, 0}, {5, 6, 7, 3, 3, 4, 5, 2}, {9, 7, 6, 1, 4, 3, 2<<16 | 1, 0}, {9, 3, 2, 2, 7, 8, 5, 0}, {3, 5, 4, 3, 0, 2, 5, 0}, {33, 28, 28, 1, 14, 14, 2 << 16, 0}, {5, 40, 33, 3, 20, 17, 5, 100}}, nil},
	// images, pixels, channels, stream, first
	"colour": {[][]int{{1, 1, 1, 5, 0}, {3, 5, 3, 5, 4}, {5, 257, 1, 2<<16 | 1, 0}, {9, 255, 4, 5, 0}, {33, 784, 3, 2 << 16, 100}}, [][]float32{{0.25, 1, 0.5}, {0, 1, 0.5}, {0.5, 0.3, 0}}},
	// n, stream, first; the last has the random word 0, which is not below a keep of 0
	"dropout": {[][]int{{1, 5, 0}, {1, 5, 3}, {3, 5, 6}, {257, 2<<16 | 1, 0}, {12801, 2 << 16, 4098}, {8, zeroWord, 0}}, [][]float32{{0}, {0.5}, {0.8}, {1}}},
	// batch, images
	"labels": {[][]int{{1, 1}, {33, 2}, {257, 100}, {1000, 60000}}, nil},
	// rows, classes
	"one_hot": {[][]int{{1, 1}, {33, 3}, {300, 10}, {31, 257}, {2, 1000}}, nil},
	// batch, pixels, images, stack
	"gather": {[][]int{{1, 1, 1, 1}, {3, 5, 2, 1}, {33, 49, 100, 1}, {128, 784, 50, 1}, {1, 1, 2, 3}, {33, 49, 100, 3}, {5, 300, 7, 4}}, nil},
	// both sides of one and of two groups of Sum
	"sum": {append([][]int{{1 << 16}, {1<<16 + 1}, {1<<17 + 1}}, lengths...), nil},
	// rows, cols, rows of the first target
	"head":       {[][]int{{1, 1, 1}, {1, 33, 0}, {9, 31, 9}, {33, 64, 8}, {256, 257, 128}, {12, 784, 6}}, [][]float32{{0, 1, 1, 0, 1}, {0.2, 0.9, 1, 0, -1}}},
	"bce_loss":   {lengths, [][]float32{{1, 1}, {0, 1}, {0.9, 1}, {0, -1}}},
	"outer_grad": {matrices, [][]float32{{0}, {0.2}}},
	// n, words, where the gradients and the weights are in the memory of the words
	"adam_finite": {[][]int{{1, 1, 0, 3}, {31, 2, 0, 1020}, {257, 4, 1000, 2100}, {1000, 3, 0, 2048}, {4099, 12, 300, 7000}}, [][]float32{{0.9, 0.999, 1e-8}, {0, 0.99, 1e-8}, {0.5, 0.9, 0.1}}},
	// n, rows, columns, rows of the bias, the unit's first weight and its bias, and as for adam_finite
	"unit_adam": {[][]int{{2, 1, 1, 1, 0, 1, 1, 0, 3}, {17, 33, 15, 20, 1, 0, 2, 0, 1020}, {70, 16, 31, 16, 20, 60, 1, 100, 300}, {1300, 200, 257, 128, 768, 1100, 4, 256, 2304}}, [][]float32{{0.9, 0.999, 1e-8}, {0.5, 0.9, 0.1}}},
	// rows, columns, classes, and as for adam_finite
	"class_adam": {[][]int{{1, 1, 1, 1, 0, 3}, {33, 3, 2, 2, 0, 1020}, {65, 31, 10, 3, 300, 1100}, {5, 257, 9, 6, 256, 3000}}, [][]float32{{0.9, 0.999, 1e-8}, {0.5, 0.9, 0.1}}},
	// images a batch, images, batches a step, number of the batch, pixels, stack
	"draw_images":        {[][]int{{1, 1, 1, 0, 1, 1}, {3, 2, 1, 0, 5, 1}, {128, 1000, 5, 4, 300, 1}, {9, 60, 1, 0, 49, 3}, {8, 5, 1 << 20, 7, 257, 4}}, nil},
	"draw_labels":        {[][]int{{1, 1, 1, 0}, {3, 2, 1, 0}, {128, 1000, 5, 4}, {200, 60000, 1, 0}, {300, 5, 1 << 20, 7}}, nil},
	"batch_moments":      {batches, nil},
	"combine_moments":    {[][]int{{1, 1}, {2, 33}, {4, 257}, {256, 5}, {8, 4099}}, nil},
	"batch_norm":         {batches, nil},
	"batch_sums":         {batches, nil},
	"batch_grad":         {batches, nil},
	"conv":               {convolutions, nil},
	"conv_back":          {convolutions, nil},
	"conv_weight":        {convolutions, nil},
	"conv_groups":        {inGroups, nil},
	"conv_back_groups":   {inGroups, nil},
	"conv_weight_groups": {inGroups, nil},
	"upsample":           {resamplings, [][]float32{{1}, {0.25}}},
	"downsample":         {resamplings, [][]float32{{1}, {0.25}}},
	"non_finite":         {append([][]int{{1023}, {1024}, {1025}}, lengths...), nil},
	"unit_vector":        {append([][]int{{1024}, {1025}}, lengths...), nil},
	"divide":             {lengths, nil},
	"dot":                {append([][]int{{1 << 16}, {1<<16 + 1}, {1<<17 + 1}}, lengths...), nil},
	"spectral_grad":      {matrices, nil},
	// groups, images, values
	"group_deviation":        {groups, nil},
	"group_deviation_grad":   {groups, nil},
	"group_deviation_second": {groups, nil},
	// rows, columns, of all columns, the first
	"take_columns":  {columns, nil},
	"place_columns": {columns, nil},
}

// Streams with a random word at an end of its range, which is rare, 1 in 2^32. With a key of 0, at
// step 1, the first word of counter 0 of zeroWord is 0, and the first word of counter 1 of
// onesWord is 2^32-1.
const (
	zeroWord = 61635094
	onesWord = 929701454
)

// Case is one call of one kernel.
type Case struct {
	Sizes   []int
	Scalars []float32
	Fill    string // the name of a fill: normal, huge, zero or special
}

func (c Case) String() string { return fmt.Sprintf("%v/%v/%s", c.Sizes, c.Scalars, c.Fill) }

// Cases returns the cases of k, or an error if the table has no row for it.
func Cases(k *kernels.Kernel) ([]Case, error) {
	r, ok := table[k.Name]
	if !ok {
		r, ok = denseTable[k.Name]
	}
	if !ok {
		r, ok = convolveTable[k.Name]
	}
	if !ok {
		return nil, fmt.Errorf("kerneltest: %s has no row in the table of cases", k.Name)
	}
	scalars := r.scalars
	if scalars == nil {
		scalars = [][]float32{nil}
	}
	var cases []Case
	for _, size := range r.sizes {
		for _, s := range scalars {
			for _, fill := range []string{"normal", "huge", "zero", "special"} {
				cases = append(cases, Case{size, s, fill})
			}
		}
	}
	return cases, nil
}

// filled returns one value of a fill.
func filled(fill string, r *rand.Rand) float32 {
	switch fill {
	case "zero":
		return 0
	case "huge":
		return float32(200 * (r.Float64() - .5))
	case "special":
		switch r.IntN(40) {
		case 0:
			return float32(math.NaN())
		case 1:
			return float32(math.Inf(1))
		case 2:
			return float32(math.Inf(-1))
		}
	}
	return float32(r.NormFloat64())
}

// fillFloat returns one element of a float tensor. It is within the domain, unless the fill makes
// it NaN or infinite.
func fillFloat(d kernels.Domain, fill string, r *rand.Rand) float32 {
	v := filled(fill, r)
	switch d {
	case kernels.NotNegative:
		return max(v, -v)
	case kernels.Positive:
		return max(v, -v) + 0.1
	case kernels.Rate:
		return max(v, -v) / 100
	case kernels.Share:
		return float32(1 / (1 + math.Exp(-float64(v))))
	case kernels.Probability:
		return float32(1 / (1 + math.Exp(-0.8*float64(v))))
	case kernels.Tanh:
		return float32(math.Tanh(float64(v)))
	case kernels.Rectified:
		if r.IntN(4) == 0 {
			return 0
		}
	case kernels.Activated:
		if r.IntN(4) == 0 {
			return 0
		}
		return float32(math.Tanh(float64(v)))
	case kernels.MostlyFinite:
		if fill == "special" && r.IntN(50) > 0 {
			return float32(r.NormFloat64())
		}
	}
	return v
}

// fillWord returns one element of the word tensor of that name. size has the sizes of the call.
func fillWord(k *kernels.Kernel, name string, size []int, fill string, r *rand.Rand) uint32 {
	switch name {
	case "clock":
		if fill == "zero" {
			return 1
		}
		return []uint32{1, 2, 1000, 123456}[r.IntN(4)]
	case "index", "label":
		most := uint32(size[slices.IndexFunc(k.Sizes, func(s string) bool { return s == "images" || s == "classes" })])
		if fill == "special" && r.IntN(4) == 0 {
			return most + r.Uint32N(3) // outside the data
		}
		return r.Uint32N(most)
	case "first":
		return r.Uint32N(2)
	case "key":
		if fill == "zero" {
			return 0
		}
	}
	return r.Uint32()
}
