package nn

import "gorgonia.org/tensor"

// Summary describes a layer with parameters.
type Summary struct {
	Number, In, Out int
	Kind            string // dense, conv, up-conv or batch-norm
	InImage         []int  // height, width and channels of the images that In values are; nil if they are none
	OutImage        []int  // of Out
	Activation      string // "" for none
	Values          int    // that are computed from a row, before the activation
	Parameters      int    // that are learned
	Averages        int    // of the batches' means and variances, which are not
	Multiplications int    // for a row
}

// weighted is a layer with parameters.
type weighted interface {
	Layer
	Summary() Summary
}

// Summaries describes the layers with parameters, in their order. The one-hot vectors of labels count
// as inputs.
func (n *Net) Summaries() (all []Summary) {
	for _, l := range n.Layers {
		w, ok := l.(weighted)
		if !ok {
			continue
		}
		s := w.Summary()
		for _, p := range l.Params() {
			if n := tensor.Shape(p.Shape).TotalSize(); p.Fixed {
				s.Averages += n
			} else {
				s.Parameters += n
			}
		}
		all = append(all, s)
	}
	return all
}

// In returns the number of inputs of the first layer, without labels. Out returns the number of
// outputs of the last.
func (n *Net) In() int {
	for _, l := range n.Layers {
		switch l := l.(type) {
		case Conditioned:
			return l.In
		case weighted:
			return l.Summary().In
		}
	}
	return 0
}

func (n *Net) Out() int {
	all := n.Summaries()
	return all[len(all)-1].Out
}
