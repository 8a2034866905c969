package layers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/model/layers"
	"gorgan/model/nn"
)

// settings are those of nets for 28x28x1 images, with noise of 100 values.
func settings(generator bool) layers.Settings {
	s := layers.Settings{Of: "--dis-layers", Name: "discriminator", In: layers.Shape{Height: 28, Width: 28, Channels: 1}, Out: layers.Row(1),
		Hidden: "leaky-relu", Output: "linear", Parameters: layers.Parameters{LeakySlope: 0.2, MaxoutPieces: 3}, Pack: 1}
	if generator {
		s.Of, s.Name, s.Generator, s.In, s.Out, s.Hidden, s.Output = "--gen-layers", "generator", true, layers.Row(100), s.In, "relu", "sigmoid"
	}
	return s
}

// TestBuild: a text becomes these layers.
func TestBuild(t *testing.T) {
	conv := func(side, channels, outputs, kernel, stride, pad int) kernels.Convolution {
		return kernels.Convolution{Height: side, Width: side, Channels: channels, Outputs: outputs, KernelHeight: kernel, KernelWidth: kernel, Stride: stride, Pad: pad}
	}
	none := nn.NoActivation()
	for _, test := range []struct {
		generator bool
		text, all string
		change    func(*layers.Settings)
		want      []nn.Layer
	}{
		{true, "dense 1024 batch-norm, dense 7x7x128 batch-norm, up 64 batch-norm tanh, up 1",
			"dense 1024 batch-norm relu, dense 7x7x128 batch-norm relu, up 64 batch-norm tanh, up 1 sigmoid", nil, []nn.Layer{
				nn.Dense{Number: 0, In: 100, Units: 1024, Activation: none},
				nn.BatchNorm{Number: 0, Values: 1024, Channels: 1024, Activation: nn.ReLU(0), Averages: true},
				nn.Dense{Number: 1, In: 1024, Units: 6272, Activation: none},
				nn.BatchNorm{Number: 1, Values: 6272, Channels: 128, Activation: nn.ReLU(0), Averages: true},
				nn.Conv{Number: 2, Convolution: conv(14, 64, 128, 4, 2, 1), Transposed: true, Activation: none},
				nn.BatchNorm{Number: 2, Values: 14 * 14 * 64, Channels: 64, Activation: nn.Tanh(), Averages: true},
				nn.Conv{Number: 3, Convolution: conv(28, 1, 64, 4, 2, 1), Transposed: true, Activation: nn.Sigmoid()},
			}},
		{false, "down 64, dropout 0.25, conv 8 kernel 5 batch-norm, dense 20 maxout, dense 1",
			"down 64 leaky-relu, dropout 0.25, conv 8 kernel 5 batch-norm leaky-relu, dense 20 maxout, dense 1 linear",
			func(s *layers.Settings) { s.Deviation = 0.5 }, []nn.Layer{
				nn.Conv{Number: 0, Convolution: conv(28, 1, 64, 4, 2, 1), Activation: nn.ReLU(0.2), Deviation: 0.5},
				nn.Dropout{Number: 1, Rate: 0.25},
				nn.Conv{Number: 1, Convolution: conv(14, 64, 8, 5, 1, 2), Activation: none, Deviation: 0.5},
				nn.BatchNorm{Number: 1, Values: 14 * 14 * 8, Channels: 8, Activation: nn.ReLU(0.2)},
				nn.Dense{Number: 2, In: 14 * 14 * 8, Units: 20, Activation: nn.Maxout(3), Deviation: 0.5},
				nn.Dense{Number: 3, In: 20, Units: 1, Activation: nn.Linear(), Deviation: 0.5},
			}},
		// The generator of PyTorch's DCGAN example: the noise is an image of one pixel.
		{true, "up 8 kernel 7 stride 1 pad 0, up 4, up 1 kernel 3", "up 8 kernel 7 stride 1 pad 0 relu, up 4 relu, up 1 kernel 3 sigmoid", nil, []nn.Layer{
			nn.Conv{Number: 0, Convolution: conv(7, 8, 100, 7, 1, 0), Transposed: true, Activation: nn.ReLU(0)},
			nn.Conv{Number: 1, Convolution: conv(14, 4, 8, 4, 2, 1), Transposed: true, Activation: nn.ReLU(0)},
			nn.Conv{Number: 2, Convolution: conv(28, 1, 4, 3, 2, 1), Transposed: true, Activation: nn.Sigmoid()},
		}},
		{false, "down 4 spectral-norm, dense 9 batch-norm spectral-norm, dense 1 spectral-norm",
			"down 4 spectral-norm leaky-relu, dense 9 batch-norm spectral-norm leaky-relu, dense 1 spectral-norm linear", nil, []nn.Layer{
				nn.Conv{Number: 0, Convolution: conv(28, 1, 4, 4, 2, 1), Activation: nn.ReLU(0.2), Spectral: true},
				nn.Dense{Number: 1, In: 14 * 14 * 4, Units: 9, Activation: none, Spectral: true},
				nn.BatchNorm{Number: 1, Values: 9, Channels: 9, Activation: nn.ReLU(0.2)},
				nn.Dense{Number: 2, In: 9, Units: 1, Activation: nn.Linear(), Spectral: true},
			}},
		{false, "conv 4, conv 6 kernel 1 groups 2, dense 1", "conv 4 leaky-relu, conv 6 kernel 1 groups 2 leaky-relu, dense 1 linear", nil, []nn.Layer{
			nn.Conv{Number: 0, Convolution: conv(28, 1, 4, 3, 1, 1), Activation: nn.ReLU(0.2)},
			nn.Conv{Number: 1, Convolution: kernels.Convolution{Height: 28, Width: 28, Channels: 4, Outputs: 6, KernelHeight: 1, KernelWidth: 1, Stride: 1, Groups: 2}, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 2, In: 28 * 28 * 6, Units: 1, Activation: nn.Linear()},
		}},
		{false, "conv 4, residual (conv 4, conv 4 zero), downsample bilinear, residual (bias, conv 8 kernel 1), downsample, bias, dense 1",
			"conv 4 leaky-relu, residual (conv 4 leaky-relu, conv 4 zero linear), downsample bilinear, residual (bias leaky-relu, conv 8 kernel 1 linear), downsample, bias leaky-relu, dense 1 linear",
			func(s *layers.Settings) { s.Head.Classes = 10 }, []nn.Layer{
				nn.Conv{Number: 0, Convolution: conv(28, 1, 4, 3, 1, 1), Activation: nn.ReLU(0.2)},
				nn.Residual{Layers: []nn.Layer{
					nn.Conv{Number: 1, Convolution: conv(28, 4, 4, 3, 1, 1), Activation: nn.ReLU(0.2)},
					nn.Conv{Number: 2, Convolution: conv(28, 4, 4, 3, 1, 1), Activation: nn.Linear(), Zero: true},
				}},
				nn.Resample{Number: 2, Height: 28, Width: 28, Channels: 4, Bilinear: true, Down: true},
				nn.Residual{
					Layers: []nn.Layer{
						nn.Bias{Number: 3, Values: 14 * 14 * 4, Channels: 4, Activation: nn.ReLU(0.2)},
						nn.Conv{Number: 4, Convolution: conv(14, 4, 8, 1, 1, 0), Activation: nn.Linear()},
					},
					Skip: []nn.Layer{nn.Conv{Number: 5, Convolution: conv(14, 4, 8, 1, 1, 0), Activation: none}},
				},
				nn.Resample{Number: 5, Height: 14, Width: 14, Channels: 8, Down: true},
				nn.Bias{Number: 6, Values: 7 * 7 * 8, Channels: 8, Activation: nn.ReLU(0.2)},
				nn.Dense{Number: 7, In: 7 * 7 * 8, Units: 10, Activation: nn.Linear()},
				nn.LabelLogit{Number: 7, Classes: 10},
			}},
		// With a projection of the labels, and values beside it.
		{false, "dense 5, dense 1", "dense 5 leaky-relu, dense 1 linear", func(s *layers.Settings) { s.Head = layers.Head{Classes: 10, Projection: true, Beside: 4} }, []nn.Layer{
			nn.Dense{Number: 0, In: 784, Units: 5, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 1, In: 5, Units: 15, Activation: nn.Linear()},
			nn.LabelLogit{Number: 1, Classes: 10, Projection: true, Beside: 4},
		}},
		// With values beside the logit alone.
		{false, "down 2, conv 1 kernel 14 pad 0", "down 2 leaky-relu, conv 1 kernel 14 pad 0 linear", func(s *layers.Settings) { s.Head.Beside = 4 }, []nn.Layer{
			nn.Conv{Number: 0, Convolution: kernels.Convolution{Height: 28, Width: 28, Channels: 1, Outputs: 2, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, Activation: nn.ReLU(0.2)},
			nn.Conv{Number: 1, Convolution: kernels.Convolution{Height: 14, Width: 14, Channels: 2, Outputs: 5, KernelHeight: 14, KernelWidth: 14, Stride: 1}, Activation: nn.Linear()},
		}},
		// With labels and packs of images, as the perceptron has them.
		{false, "dense 5, dense 1", "dense 5 leaky-relu, dense 1 linear", func(s *layers.Settings) { s.Classes, s.Pack, s.In = 10, 2, layers.Row(2*784) }, []nn.Layer{
			nn.Conditioned{Dense: nn.Dense{Number: 0, In: 2 * 784, Units: 5, Activation: nn.ReLU(0.2)}, Classes: 10, Pack: 2},
			nn.Dense{Number: 1, In: 5, Units: 1, Activation: nn.Linear()},
		}},
	} {
		c, err := layers.Parse("text", test.text)
		if err != nil {
			t.Fatal(err)
		}
		s := settings(test.generator)
		if test.change != nil {
			test.change(&s)
		}
		net, err := c.Build(s)
		if err != nil {
			t.Fatal(err)
		}
		sameActivation := cmp.Comparer(func(a, b nn.Activation) bool { return a.Name == b.Name && a.Pieces == b.Pieces })
		if d := cmp.Diff(net.Layers, test.want, sameActivation); d != "" {
			t.Errorf("%s: %s", test.text, d)
		}
		if got := net.Chain.String(); got != test.all {
			t.Errorf("%s: all layers are %s, want %s", test.text, got, test.all)
		}
		if c.String() != test.text {
			t.Errorf("%s: building changed the chain to %v", test.text, c)
		}
	}
}

// TestFaults: an error names the layer, what it has, and what is wanted.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "--dis-layers is empty, want layers, as in `conv 64, down 128, dense 1`",
		" \n":                                "--dis-layers is empty",
		"dense 1,":                           "layer 2 of --dis-layers is empty, want a layer before and after each comma",
		",":                                  "layer 1 of --dis-layers is empty",
		"dense 5, linear 1":                  "layer 2 of --dis-layers, `linear`, is unknown, want one of dense, conv, down, up, ",
		"dense":                              "layer 1 of --dis-layers, `dense`, has \"\" after dense, want a number of values, as in dense 256, or an image, as in dense 7x7x128",
		"dense 0":                            "layer 1 of --dis-layers, `dense 0`, has \"0\" after dense, want",
		"dense -1":                           "layer 1 of --dis-layers, `dense -1`, has \"-1\" after dense, want",
		"dense 7x7":                          "layer 1 of --dis-layers, `dense 7x7`, has 2 sizes, want one, or height, width and channels",
		"dense 16777217":                     "has \"16777217\" after dense",
		"conv":                               "layer 1 of --dis-layers, `conv`, has no number after conv, want 1 to 16777216",
		"conv x":                             "layer 1 of --dis-layers, `conv x`, has \"x\" after conv, want a whole number, 1 to 16777216",
		"conv 4 kernel":                      "layer 1 of --dis-layers, `conv 4 kernel`, has no number after kernel, want 1 to 64",
		"conv 4 kernel 65":                   "layer 1 of --dis-layers, `conv 4 kernel 65`, has \"65\" after kernel, want a whole number, 1 to 64",
		"conv 4 kernel 3 kernel":             "has kernel twice, or two activations, want one",
		"conv 4 relu tanh":                   "has tanh twice, or two activations, want one",
		"dense 4 kernel 3":                   "layer 1 of --dis-layers, `dense 4 kernel`, has \"kernel\", want batch-norm, ",
		"dropout":                            "layer 1 of --dis-layers, `dropout`, has \"\" after dropout, want a probability above 0 and below 1, as in dropout 0.3",
		"dropout NaN":                        "has \"NaN\" after dropout",
		"dropout 0.5 relu":                   "layer 1 of --dis-layers, `dropout 0.5 relu`, has \"relu\", want a comma or the end",
		"dropout 0.5":                        "--dis-layers has no layer with an activation, want one at least, as in `dense 1`",
		"dense 1 sigmoid":                    "layer 1 of --dis-layers, `dense 1 sigmoid`, is the last layer with an activation, and that is sigmoid, want linear, as the losses take logits",
		"dense 5, dense 2":                   "layer 2 of --dis-layers, `dense 2`, makes 2 values of an image, want 1: the discriminator ends with its logit",
		"dropout 0.1, dropout 0.2, dense 1":  "layer 2 of --dis-layers, `dropout 0.2`, follows another dropout, want a layer with weights between them",
		"conv 4 kernel 2, dense 1":           "layer 1 of --dis-layers, `conv 4 kernel 2`, has a kernel of 2x2 at stride 1, which cannot keep the size, want an odd one, or pad and its number after it",
		"conv 4 kernel 64 pad 0, dense 1":    "layer 1 of --dis-layers, `conv 4 kernel 64 pad 0`, takes images of 28x28x1, but is a kernel of 64x64 on an image of 28x28 with a padding of 0",
		"conv 4, conv 6 groups 4, dense 1":   "layer 2 of --dis-layers, `conv 6 groups 4`, takes images of 28x28x4, but is a convolution from 4 channels to 6 in 4 groups, want groups that divide both numbers",
		"conv 4 pad 3, dense 1":              "layer 1 of --dis-layers, `conv 4 pad 3`, has a padding of 3, want less than its kernel, 3",
		"down 4, down 4, down 4, dense 1":    "layer 3 of --dis-layers, `down 4`, takes images of 7x7x4, want sides that 2 divides; conv takes any",
		"conv 4 maxout, dense 1":             "layer 1 of --dis-layers, `conv 4 maxout`, has the activation maxout, which only dense layers of the discriminator have, without batch-norm",
		"dense 5 batch-norm maxout, dense 1": "which only dense layers of the discriminator have, without batch-norm",
		"up 1 stride 64, up 1 stride 64, up 1 stride 64, dense 1":        "layer 3 of --dis-layers, `up 1 stride 64`, makes 7340032x7340032x1 of an image, want at most 68719476736 values",
		strings.Repeat("dense 1, ", 121) + "dense 1":                     "layer 121 of --dis-layers, `dense 1`, is layer 121 with weights, want at most 120",
		strings.Repeat("dense 9, ", 119) + "residual (dense 8), dense 1": "layer 120 of --dis-layers, `residual (dense 8)`, has a convolution of 1x1 that is layer 121 with weights, want at most 120",
		strings.Repeat("dense 1,", 2100):                                 "--dis-layers has 16800 bytes, want at most 16384",
		"generator: dropout 0.1, dense 784":                              "layer 1 of --gen-layers, `dropout 0.1`, is in the generator, want dropout in the discriminator only",
		"generator: dense 784 tanh":                                      "layer 1 of --gen-layers, `dense 784 tanh`, is the last layer with an activation, and that is tanh, want sigmoid, as the nets have images in [0,1] unless gen_output is tanh",
		"generator: dense 5 maxout, dense 784":                           "which only dense layers of the discriminator have",
		"generator: dense 15x15x4, up 1":                                 "layer 2 of --gen-layers, `up 1`, makes images of 30x30x1, want 28x28x1, the images of the data",
		"generator: dense 2x2x4, up 1 pad 3":                             "layer 2 of --gen-layers, `up 1 pad 3`, takes images of 2x2x4, but is",
	} {
		generator := strings.HasPrefix(text, "generator: ")
		s := settings(generator)
		c, err := layers.Parse(s.Of, strings.TrimPrefix(text, "generator: "))
		if err == nil {
			_, err = c.Build(s)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// anyChain makes chains that a text can say.
func anyChain() *rapid.Generator[layers.Chain] {
	return rapid.Custom(func(t *rapid.T) layers.Chain {
		return rapid.SliceOfN(rapid.Custom(anyLayer), 1, 8).Draw(t, "chain")
	})
}

// anyLayer follows the table of words.
func anyLayer(t *rapid.T) layers.Layer { return anyLayerIn(t, 0) }

func anyLayerIn(t *rapid.T, depth int) layers.Layer {
	w := rapid.SampledFrom(layers.Words()).Draw(t, "word")
	size := rapid.IntRange(1, 1<<24)
	l := layers.Layer{Word: strings.Fields(w.Form)[0]}
	switch l.Word {
	case "dense":
		l.Sizes = rapid.OneOf(rapid.SliceOfN(size, 1, 1), rapid.SliceOfN(size, 3, 3)).Draw(t, "sizes")
	case "dropout":
		l.Rate = rapid.Float64Range(1e-30, 0.9999).Draw(t, "rate")
		return l
	case "residual":
		if depth == 3 {
			return layers.Layer{Word: "bias"}
		}
		l.Branch = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) layers.Layer { return anyLayerIn(t, depth+1) }), 1, 3).Draw(t, "branch")
		return l
	case "minibatch-stddev":
		return l
	case "upsample", "downsample", "bias":
	default:
		l.Sizes = []int{size.Draw(t, "channels")}
	}
	for _, o := range strings.Fields(w.Options) {
		if !rapid.Bool().Draw(t, o) {
			continue
		}
		if l.Options == nil {
			l.Options = map[string]int{}
		}
		if l.Options[o] = 1; slices.Contains([]string{"kernel", "stride", "pad", "groups"}, o) {
			l.Options[o] = rapid.IntRange(1, 64).Draw(t, "number")
		}
	}
	if strings.HasSuffix(l.Word, "sample") {
		return l
	}
	var names []string
	for _, a := range layers.Activations() {
		names = append(names, a.Name)
	}
	l.Activation = rapid.SampledFrom(append(names, "")).Draw(t, "activation")
	return l
}

// TestTexts: a chain comes back from its text, however that is spaced and its options are ordered.
func TestTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyChain().Draw(t, "chain")
		text := c.String()
		got, err := layers.Parse("text", text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, c); d != "" {
			t.Fatalf("%s: %s", text, d)
		}
		spaced := strings.NewReplacer(" ", "\n\t ", "(", "\n( ", ")", " )", ",", rapid.SampledFrom([]string{",", " ,\r\n"}).Draw(t, "comma")).Replace(text)
		if got, err := layers.Parse("text", spaced); err != nil || got.String() != text {
			t.Fatalf("%q is %v, error %v, want %s", spaced, got, err, text)
		}
	})
}

// FuzzText: any text is refused, or its chain has a text that gives it again, and a net is built of it or refused.
func FuzzText(f *testing.F) {
	for _, text := range []string{"dense 7x7x128 batch-norm, up 64 batch-norm relu, up 1", "residual (conv 4, residual (bias, conv 1 zero), upsample bilinear, downsample), dense 1", "residual ((", "down 64, dropout .3, conv 8 kernel 5 stride 1 pad 2, dense 1 linear", "dense 9 maxout,"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := layers.Parse("text", text)
		if err != nil {
			return
		}
		again, err := layers.Parse("text", c.String())
		if err != nil || cmp.Diff(again, c) != "" || again.String() != c.String() {
			t.Fatalf("%v is %v, error %v", c, again, err)
		}
		for _, generator := range []bool{true, false} {
			s := settings(generator)
			net, err := c.Build(s)
			if err != nil {
				continue
			}
			if net.In() != s.In.Values() || net.Out() != s.Out.Values() {
				t.Errorf("%v takes %d and makes %d values, want %d and %d", c, net.In(), net.Out(), s.In.Values(), s.Out.Values())
			}
			for _, l := range net.Summaries() {
				if l.Parameters < 0 || l.Multiplications < 0 {
					t.Errorf("%v has %+v", c, l)
				}
			}
			full, err := net.Chain.Build(s)
			if err != nil || !slices.EqualFunc(full.Summaries(), net.Summaries(), func(a, b nn.Summary) bool { return cmp.Equal(a, b) }) {
				t.Errorf("%v with all activations is another net than %v: %v", net.Chain, c, err)
			}
		}
	})
}
