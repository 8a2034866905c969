package export

import (
	"fmt"
	"io"
	"slices"

	"gorgan/model"
	"gorgan/model/onnx"
)

// WriteONNX writes the net as an ONNX model, whose number of rows N is free.
//
// The generator has the input noise (N, noise dim), with the codes behind it, and, with classes, class (N), an int64 below the number of classes. Its
// output images (N, height, width, channels) is in [0,1].
//
// The discriminator has the input images (N, height, width, channels) and perhaps class (N). If it sees several images side
// by side, these are (N, pack, height, width, channels) and (N, pack). Its output logits is (N, 1). That of an autoencoder is
// reconstruction, in the shape of its images.
//
// WriteONNX returns the error of w, or an error if the weights are too large for the format.
func (n *Net) WriteONNX(w io.Writer) error {
	_, about, err := n.about(1)
	if err != nil {
		return err
	}
	g := &graph{of: n}
	if n.About.Net == Generator {
		g.generator()
	} else {
		g.discriminator()
	}
	doc := fmt.Sprintf("%s of a GAN, step %d of its training", n.About.Net, n.About.Step)
	if n.About.Net == Generator {
		doc += fmt.Sprintf("; noise is uniform on [-%g,%[1]g), images are in [0,1]", n.About.NoiseScale)
	}
	text, err := onnx.Model{
		Producer: n.About.Producer, Version: n.About.Version, Doc: doc, Metadata: [][2]string{{"about", string(about)}}, Graph: g.Graph,
	}.Marshal()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// graph is an ONNX graph under construction.
type graph struct {
	onnx.Graph
	of *Net
}

// rows is the name of the free number of rows.
const rows = "N"

func (g *graph) generator() {
	a := g.of.About
	g.Name = a.Net
	doc := fmt.Sprintf("uniform on [-%g,%[1]g)", a.NoiseScale)
	if a.Code != "" {
		doc = fmt.Sprintf("%d values %s, a one-hot vector of %d, and %d values uniform on [-1,1)", a.NoiseDim, doc, a.CodeClasses, a.CodeValues)
	}
	g.Inputs = append(g.Inputs, onnx.Value{Name: "noise", Type: onnx.Float, Dims: []any{rows, a.NoiseDim + a.CodeClasses + a.CodeValues}, Doc: doc})
	g.labels()
	x := g.layers("noise")
	g.reshape(x, "images", a.Height, a.Width, a.Channels)
	g.Outputs = []onnx.Value{{Name: "images", Type: onnx.Float, Dims: []any{rows, a.Height, a.Width, a.Channels}, Doc: "in [0,1]"}}
}

func (g *graph) discriminator() {
	a := g.of.About
	g.Name = a.Net
	dims := []any{rows, a.Height, a.Width, a.Channels}
	if a.Pack > 1 {
		dims = []any{rows, a.Pack, a.Height, a.Width, a.Channels}
	}
	g.Inputs = append(g.Inputs, onnx.Value{Name: "images", Type: onnx.Float, Dims: dims, Doc: "in [0,1]"})
	g.labels()
	g.node("Flatten", "flat", []string{"images"}, onnx.Attribute{Name: "axis", Value: int64(1)})
	x := g.layers("flat")
	if a.Config.LossTraits().Autoencoder {
		shape := []int{a.Height, a.Width, a.Channels}
		if a.Pack > 1 {
			shape = append([]int{a.Pack}, shape...)
		}
		g.reshape(x, "reconstruction", shape...)
		g.Outputs = []onnx.Value{{Name: "reconstruction", Type: onnx.Float, Dims: dims, Doc: "in [0,1]"}}
		return
	}
	g.node("Identity", "logits", []string{x})
	g.Outputs = []onnx.Value{{Name: "logits", Type: onnx.Float, Dims: []any{rows, 1}}}
}

// labels adds the input of labels, if the net takes some.
func (g *graph) labels() {
	a := g.of.About
	if !slices.ContainsFunc(g.of.layers, func(l model.LayerValues) bool { return l.Class != nil }) {
		return
	}
	dims := []any{rows}
	if a.Pack > 1 {
		dims = append(dims, a.Pack)
	}
	g.Inputs = append(g.Inputs, onnx.Value{Name: "class", Type: onnx.Int64, Dims: dims, Doc: fmt.Sprintf("0 to %d", a.Classes-1)})
}

// layers adds the layers and returns the name of the last one's output (N, values). Between convolutions images
// are (N, channels, height, width).
func (g *graph) layers(x string) string {
	images := false // x are
	for i, l := range g.of.layers {
		name := func(part string) string { return fmt.Sprintf("%d.%s", i, part) }
		if l.Kind != model.DenseKind {
			if !images {
				x = g.toImages(x, name, l.InImage())
			}
			images = true
			x = g.activation(l, g.convolution(l, x, name), name(l.Activation))
			continue
		}
		if images {
			x = g.toRows(x, name)
		}
		images = false
		weight := g.floats(name("weight"), l.Weight, l.In, l.Columns())
		bias := g.floats(name("bias"), l.Bias, l.Columns())
		x = g.node("Gemm", name("product"), []string{x, weight, bias})
		if l.Class != nil {
			x = g.classes(l, x)
		}
		x = g.activation(l, x, name(l.Activation))
	}
	if images {
		x = g.toRows(x, func(part string) string { return "last." + part })
	}
	return x
}

// toImages makes images (N, channels, height, width) of rows x, which have the order HWC. toRows does the reverse.
func (g *graph) toImages(x string, name func(part string) string, shape []int) string {
	g.reshape(x, name("hwc"), shape...)
	return g.node("Transpose", name("chw"), []string{name("hwc")}, onnx.Attribute{Name: "perm", Value: []int64{0, 3, 1, 2}})
}

func (g *graph) toRows(x string, name func(part string) string) string {
	hwc := g.node("Transpose", name("hwc"), []string{x}, onnx.Attribute{Name: "perm", Value: []int64{0, 2, 3, 1}})
	return g.node("Flatten", name("row"), []string{hwc}, onnx.Attribute{Name: "axis", Value: int64(1)})
}

// convolution adds that of a layer, with its bias.
func (g *graph) convolution(l model.LayerValues, x string, name func(part string) string) string {
	c := l.Convolution
	filters, dims := l.Filters()
	in := []string{x, g.floats(name("weight"), filters, dims...), g.floats(name("bias"), l.Bias, len(l.Bias))}
	both := func(a, b int) []int64 { return []int64{int64(a), int64(b)} }
	attributes := []onnx.Attribute{
		{Name: "kernel_shape", Value: both(c.KernelHeight, c.KernelWidth)},
		{Name: "strides", Value: both(c.Stride, c.Stride)},
		{Name: "pads", Value: slices.Repeat(both(c.Pad, c.Pad), 2)},
	}
	if l.Kind == model.ConvKind {
		return g.node("Conv", name("product"), in, attributes...)
	}
	// The rows and columns at the end that the convolution does not use.
	attributes = append(attributes, onnx.Attribute{Name: "output_padding", Value: both(
		c.Height-(c.OutHeight()-1)*c.Stride-c.KernelHeight+2*c.Pad, c.Width-(c.OutWidth()-1)*c.Stride-c.KernelWidth+2*c.Pad)})
	return g.node("ConvTranspose", name("product"), in, attributes...)
}

// classes adds to x the rows of the labels' weights: the product of their one-hot vectors, without the zeros. The runtime
// refuses a label that is not in 0 to Classes-1, or takes a negative one from the end as Python does.
func (g *graph) classes(l model.LayerValues, x string) string {
	a := g.of.About
	size := a.Classes * l.Columns()
	for i := range len(l.Class) / size {
		label, part := "class", func(text string) string { return fmt.Sprintf("class.%d.%s", i, text) }
		if a.Pack > 1 {
			label = g.node("Gather", part("label"), []string{"class", g.number(part("place"), int64(i))}, onnx.Attribute{Name: "axis", Value: int64(1)})
		}
		table := g.floats(part("weight"), l.Class[i*size:][:size], a.Classes, l.Columns())
		row := g.node("Gather", part("row"), []string{table, label}, onnx.Attribute{Name: "axis", Value: int64(0)})
		x = g.node("Add", part("sum"), []string{x, row})
	}
	return x
}

// activation adds that of a layer to x.
func (g *graph) activation(l model.LayerValues, x, name string) string {
	switch l.Activation {
	case "relu":
		return g.node("Relu", name, []string{x})
	case "leaky-relu":
		return g.node("LeakyRelu", name, []string{x}, onnx.Attribute{Name: "alpha", Value: l.Slope})
	case "tanh":
		return g.node("Tanh", name, []string{x})
	case "sigmoid":
		return g.node("Sigmoid", name, []string{x})
	case "maxout":
		g.reshape(x, name+".pieces", l.Out, l.Pieces)
		return g.node("ReduceMax", name, []string{name + ".pieces"},
			onnx.Attribute{Name: "axes", Value: []int64{2}}, onnx.Attribute{Name: "keepdims", Value: int64(0)})
	default: // linear
		return x
	}
}

// reshape makes y of x. Its dims follow that of the rows, which a 0 stands for.
func (g *graph) reshape(x, y string, dims ...int) {
	shape := onnx.Tensor{Name: y + ".shape", Dims: []int{len(dims) + 1}, Ints: []int64{0}}
	for _, d := range dims {
		shape.Ints = append(shape.Ints, int64(d))
	}
	g.Constants = append(g.Constants, shape)
	g.node("Reshape", y, []string{x, shape.Name})
}

func (g *graph) node(op, output string, inputs []string, attributes ...onnx.Attribute) string {
	g.Nodes = append(g.Nodes, onnx.Node{Op: op, Inputs: inputs, Output: output, Attributes: attributes})
	return output
}

func (g *graph) floats(name string, values []float32, dims ...int) string {
	g.Constants = append(g.Constants, onnx.Tensor{Name: name, Dims: dims, Floats: values})
	return name
}

// number adds a constant without dimensions.
func (g *graph) number(name string, v int64) string {
	g.Constants = append(g.Constants, onnx.Tensor{Name: name, Ints: []int64{v}})
	return name
}
