package model

import (
	"fmt"
	"slices"
	"strings"
)

// mlpTexts returns two multilayer perceptrons. D as an autoencoder has its hidden layers before the code, and again after
// it in reverse.
func mlpTexts(c Config) (gen, dis string) {
	var g, d []string
	for _, width := range c.GenHidden {
		g = append(g, fmt.Sprintf("dense %d %s", width, c.GenActivation))
	}
	g = append(g, fmt.Sprintf("dense %dx%dx%d %s", c.Height, c.Width, c.Channels, c.GenOutput))
	for _, width := range c.DisHidden {
		d = append(d, c.dropout(len(d) == 0)+fmt.Sprintf("dense %d %s", width, c.DisActivation))
	}
	if !c.autoencodes() {
		d = append(d, c.dropout(len(d) == 0)+"dense 1 linear")
		return strings.Join(g, ", "), strings.Join(d, ", ")
	}
	d = append(d, c.dropout(len(d) == 0)+c.codeText())
	for _, width := range slices.Backward(c.DisHidden) {
		d = append(d, c.dropout(false)+fmt.Sprintf("dense %d %s", width, c.DisActivation))
	}
	d = append(d, c.dropout(false)+fmt.Sprintf("dense %v %s", c.packImage(), c.GenOutput))
	return strings.Join(g, ", "), strings.Join(d, ", ")
}

// dropout returns the layer that leaves out values before the first layer of D, or before another one, and a
// comma. It is "" without dropout there.
func (c Config) dropout(first bool) string {
	rate := c.DisDropoutHidden
	if first {
		rate = c.DisDropoutInput
	}
	if float32(rate) == 0 {
		return ""
	}
	return fmt.Sprintf("dropout %v, ", rate)
}
