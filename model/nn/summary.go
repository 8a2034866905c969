package nn

import "gorgonia.org/tensor"

// Summary describes a layer that has parameters or changes the number of values.
type Summary struct {
	Number, In, Out int
	// Kind is dense, conv, up-conv, batch-norm, bias, label-logit, upsample, bilinear-upsample, downsample,
	// bilinear-downsample, minibatch-stddev or residual.
	Kind            string
	InImage         []int  // height, width and channels of the images that In values are; nil if they are none
	OutImage        []int  // of Out
	Activation      string // "" for none
	Values          int    // that are computed from a row, before the activation
	Parameters      int    // that are learned
	Averages        int    // of the batches' means and variances, which are not
	Vector          int    // values of the singular vector, which is not learned either; 0 without spectral normalisation
	Multiplications int    // for a row
}

// summarised is a layer with a Summary.
type summarised interface {
	Layer
	Summary() Summary
}

// Summaries describes the layers that have a Summary, in their order, and those inside a Residual with its
// sum. The one-hot vectors of labels count as inputs.
func (n *Net) Summaries() []Summary { return summaries(n.Layers) }

func summaries(layers []Layer) (all []Summary) {
	for _, l := range layers {
		if r, ok := l.(Residual); ok {
			all = append(all, r.summaries()...)
			continue
		}
		w, ok := l.(summarised)
		if !ok {
			continue
		}
		s := w.Summary()
		for _, p := range l.Params() {
			switch n := tensor.Shape(p.Shape).TotalSize(); {
			case p.Unit:
				s.Vector += n
			case p.Fixed:
				s.Averages += n
			default:
				s.Parameters += n
			}
		}
		all = append(all, s)
	}
	return all
}

// In returns the number of inputs of the first layer, without labels. Out returns the number of
// outputs of the last.
func (n *Net) In() int { return inputs(n.Layers) }

func inputs(layers []Layer) int {
	for _, l := range layers {
		switch l := l.(type) {
		case Conditioned:
			return l.In
		case Residual:
			return inputs(l.Layers)
		case summarised:
			return l.Summary().In
		}
	}
	return 0
}

func (n *Net) Out() int {
	all := n.Summaries()
	return all[len(all)-1].Out
}
