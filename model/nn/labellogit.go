package nn

import "gorgan/model/graph"

// LabelLogit is the last layer of a discriminator that has a logit for each class, for x (rows, Columns()) and
// y (rows, 1+Beside). The columns of x are
//
//	[ the logit that all classes share, if Projection | one for each class | Beside others ]
//
// The first column of y is the logit of the row's label: Mescheder et al., "Which Training Methods for GANs do
// actually Converge?" (2018), appendix D. If Projection is true, it is the sum of this one and the shared one. Then,
// with h the output of the layer before x, y = ψ(h) + <v_label, h>: Miyato and Koyama, "cGANs with Projection
// Discriminator" (2018), section 3. Each class has a bias here, beside the paper's v_label. The other columns of y
// are those of x.
//
// Each row must have one label: with several images in a row, or without labels, building the graph ends with an
// error.
type LabelLogit struct {
	Number     int // of the layer before it
	Classes    int
	Projection bool
	Beside     int
}

// Columns returns the number of columns of x.
func (l LabelLogit) Columns() int { return l.shared() + l.Classes + l.Beside }

func (l LabelLogit) shared() int {
	if l.Projection {
		return 1
	}
	return 0
}

func (LabelLogit) Params() []Param { return nil }

func (l LabelLogit) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	first, ofClasses := l.shared(), x
	if l.Classes < l.Columns() {
		ofClasses = p.TakeColumns(x, first, l.Classes)
	}
	logit := p.LabelLogit(ofClasses, p.Labels)
	if l.Projection {
		logit = p.Add(p.TakeColumns(x, 0, 1), logit)
	}
	if l.Beside > 0 {
		logit = p.Beside(logit, p.TakeColumns(x, first+l.Classes, l.Beside))
	}
	return logit
}

// Summary describes the layer.
func (l LabelLogit) Summary() Summary {
	kind := "label-logit"
	if l.Projection {
		kind = "projection"
	}
	return Summary{Number: l.Number, Kind: kind, In: l.Columns(), Out: 1 + l.Beside, Values: 1 + l.Beside}
}
