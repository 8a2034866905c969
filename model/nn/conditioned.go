package nn

import "gorgan/model/graph"

// classStream is the number of the labels' weights among the weights of a net.
const classStream = 255

// Conditioned is a dense layer with more inputs: each image's label as a one-hot vector. See Mirza
// and Osindero, "Conditional Generative Adversarial Nets" (2014), section 3.2. The parameter
// class.weight has the weights of these inputs. A label adds one row of it to the product.
type Conditioned struct {
	Dense
	Classes int
	Pack    int // images in a row of the input
}

func (c Conditioned) Params() []Param {
	return append(c.Dense.Params(), Param{
		Name: "class.weight", Shape: []int{c.Pack * c.Classes, c.products()},
		In: c.In, Stream: classStream, Last: true,
	})
}

func (c Conditioned) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	weight, class := w[0], w[len(w)-1]
	if c.Spectral { // of the matrix that both are the rows of
		all := p.spectralNorm(p.Join(weight, class), w[len(w)-2])
		weight, class = p.Rows(all, 0, c.In), p.Rows(all, c.In, class.Rows())
	}
	product := p.MatMul(x, weight, false, false)
	if c.Pack == 1 && p.Labels != nil {
		product = p.ClassBias(product, class, p.Labels)
	} else {
		vectors := p.Reshape(p.OneHot, x.Rows(), c.Pack*c.Classes)
		product = p.Add(product, p.MatMul(vectors, class, false, false))
	}
	return c.Activation.of(p.Builder, product, w[1:])
}

// Summary describes the layer. The one-hot vectors count as inputs.
func (c Conditioned) Summary() Summary {
	s := c.Dense.Summary()
	s.In += c.Pack * c.Classes
	s.Multiplications += c.Pack * c.Classes * c.products()
	return s
}
