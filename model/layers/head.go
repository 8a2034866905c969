package layers

import (
	"fmt"

	"gorgan/model/nn"
)

// Head is what the last layer of a discriminator makes for each 1 of its text. It is a logit alone if it is zero.
type Head struct {
	Classes    int  // it makes a logit for each class, and that of the label is taken; 0 for none
	Projection bool // with Classes, it makes one more logit, which is added to that of the label
	Beside     int  // values that it makes beside the logit, for what else the discriminator is asked
}

func (h Head) labelLogit(number int) nn.LabelLogit {
	return nn.LabelLogit{Number: number, Classes: h.Classes, Projection: h.Projection, Beside: h.Beside}
}

// columns returns the number of all values.
func (h Head) columns() int {
	if h.Classes == 0 {
		return 1 + h.Beside
	}
	return h.labelLogit(0).Columns()
}

// String describes the values: "a logit for each class and 12 values beside it".
func (h Head) String() string {
	text := "a logit"
	if h.Classes > 0 {
		text = "a logit for each class"
	}
	if h.Projection {
		text = "a logit, another for each class"
	}
	if h.Beside > 0 {
		text += fmt.Sprintf(" and %d values beside it", h.Beside)
	}
	return text
}
