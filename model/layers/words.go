package layers

import "strings"

// word is a layer of the language.
type word struct {
	name      string
	form      string // how it is written: "conv N"
	summary   string
	arguments func(p *parser, l *Layer) error // reads what follows the name, before the options
	options   string                          // that it may have, apart by spaces
	activated bool                            // it ends with an activation
	build     func(b *builder, l *Layer) error
}

const (
	ofDense        = "batch-norm spectral-norm zero"
	ofConvolutions = "kernel stride pad groups batch-norm spectral-norm zero"
)

// words returns the table of layers.
func words() []word {
	return []word{
		{"dense", "dense N", "N values, each a sum of all values before it; dense HxWxC makes images of them", (*parser).sizes, ofDense, true, buildDense},
		{"conv", "conv N", "a convolution to N channels: kernel 3, stride 1, and so the same sides", (*parser).channels, ofConvolutions, true,
			func(b *builder, l *Layer) error { return buildConv(b, l, 3, 1) }},
		{"down", "down N", "a convolution to N channels that halves the sides: kernel 4, stride 2", (*parser).channels, ofConvolutions, true,
			func(b *builder, l *Layer) error { return buildDown(b, l, 4, 2) }},
		{"up", "up N", "a transposed convolution to N channels that doubles the sides: kernel 4, stride 2", (*parser).channels, ofConvolutions, true,
			func(b *builder, l *Layer) error { return buildUp(b, l, 4, 2) }},
		{"upsample", "upsample", "doubles the sides: repeats each pixel, or interpolates if it is bilinear", (*parser).nothing, "bilinear", false,
			func(b *builder, l *Layer) error { return buildResample(b, l, false) }},
		{"downsample", "downsample", "halves the sides: takes the average of 2x2 pixels, or filters by 1 3 3 1 if it is bilinear", (*parser).nothing, "bilinear", false,
			func(b *builder, l *Layer) error { return buildResample(b, l, true) }},
		{"residual", "residual (LAYERS)", "adds what the layers make to what they take", (*parser).branch, "", false, buildResidual},
		{"bias", "bias", "adds a number to each channel, before an activation", (*parser).nothing, "", true, buildBias},
		{"minibatch-stddev", "minibatch-stddev", "adds a channel that says how much the images of a group differ; in the discriminator's net", (*parser).nothing, "", false, buildStddev},
		{"dropout", "dropout P", "leaves out each value with probability P; in the discriminator's net", (*parser).rate, "", false, buildDropout},
	}
}

// wordNamed returns the row of that name.
func wordNamed(name string) (w word, known bool) {
	for _, w := range words() {
		if w.name == name {
			return w, true
		}
	}
	return word{}, false
}

// names returns those of all layers.
func names() string {
	var all []string
	for _, w := range words() {
		all = append(all, w.name)
	}
	return strings.Join(all, ", ")
}

// Word describes a layer of the language to users.
type Word struct{ Form, Summary, Options string }

// Words returns the layers of the language.
func Words() (all []Word) {
	for _, w := range words() {
		all = append(all, Word{w.form, w.summary, w.options})
	}
	return all
}

// option is a part of a layer's text after its sizes.
type option struct {
	name     string
	numbered bool // a number follows
	// The least and the largest number.
	least, most int
}

// options has all options, in the order in which Layer.String writes them.
var options = []option{
	{"kernel", true, 1, maxKernel},
	{"stride", true, 1, maxKernel},
	{"pad", true, 0, maxKernel},
	{"groups", true, 1, maxSize},
	{"bilinear", false, 0, 0},
	{"batch-norm", false, 0, 0},
	{"spectral-norm", false, 0, 0},
	{"zero", false, 0, 0},
}
