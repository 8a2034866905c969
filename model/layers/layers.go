// Package layers reads nets that are written as text, and builds them. A text is a chain of layers:
//
//	dense 7x7x128 batch-norm, up 64 batch-norm, up 1
//
// Parse reads a text, Chain.String writes it, and Chain.Build makes a net of it. The table words has the
// layers of the language; docs/nets.md describes it for users.
package layers

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Chain is the layers of a net, in their order.
type Chain []Layer

// Layer is a layer as a text describes it. What the text leaves out is zero.
type Layer struct {
	Word       string         // which layer it is: "conv"
	Sizes      []int          // of dense its height, width and channels, or its units alone; of a convolution its channels
	Rate       float64        // of dropout
	Branch     Chain          // of residual: the layers whose values are added to what they take
	Options    map[string]int // the numbers of the options "kernel 5"; 1 for options without one, as batch-norm
	Activation string         // a name of Activations
}

// with returns l with an option.
func (l Layer) with(option string, number int) Layer {
	l.Options = maps.Clone(l.Options)
	if l.Options == nil {
		l.Options = map[string]int{}
	}
	l.Options[option] = number
	return l
}

// has reports whether l has an option.
func (l Layer) has(option string) bool {
	_, has := l.Options[option]
	return has
}

// option returns the number of an option, or without it another.
func (l Layer) option(name string, otherwise int) int {
	if n, has := l.Options[name]; has {
		return n
	}
	return otherwise
}

// String returns the text of c, from which Parse makes the same chain again.
func (c Chain) String() string {
	var all []string
	for _, l := range c {
		all = append(all, l.String())
	}
	return strings.Join(all, ", ")
}

// String returns the text of l.
func (l Layer) String() string {
	text := []string{l.Word}
	if len(l.Sizes) > 0 {
		text = append(text, joined(l.Sizes))
	}
	if l.Rate > 0 {
		text = append(text, strconv.FormatFloat(l.Rate, 'g', -1, 64))
	}
	if l.Branch != nil {
		text = append(text, "("+l.Branch.String()+")")
	}
	for _, o := range options {
		if l.has(o.name) {
			if text = append(text, o.name); o.numbered {
				text = append(text, strconv.Itoa(l.Options[o.name]))
			}
		}
	}
	if l.Activation != "" {
		text = append(text, l.Activation)
	}
	return strings.Join(text, " ")
}

// joined writes sizes as in 7x7x128.
func joined(sizes []int) string {
	var all []string
	for _, n := range sizes {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, "x")
}

// Shape is that of the values between two layers: images, or images of one pixel, which are values in a row.
type Shape struct{ Height, Width, Channels int }

// Row returns the shape of so many values in a row.
func Row(values int) Shape { return Shape{1, 1, values} }

// Values returns their number.
func (s Shape) Values() int { return s.Height * s.Width * s.Channels }

// String writes an image as in 28x28x1, and a row as its number of values.
func (s Shape) String() string {
	if s == Row(s.Channels) {
		return strconv.Itoa(s.Channels)
	}
	return joined([]int{s.Height, s.Width, s.Channels})
}

// shapeOf returns the shape of a dense layer's sizes.
func shapeOf(sizes []int) Shape {
	if len(sizes) == 1 {
		return Row(sizes[0])
	}
	return Shape{sizes[0], sizes[1], sizes[2]}
}

// last returns the place of the last layer with an activation, or -1.
func (c Chain) last() int {
	for i := len(c) - 1; i >= 0; i-- {
		if c[i].activated() {
			return i
		}
	}
	return -1
}

// activated reports whether l has an activation, perhaps one that its text does not name.
func (l Layer) activated() bool {
	w, _ := wordNamed(l.Word)
	return w.activated
}

// TakesHidden reports whether a layer of c has the activation Settings.Hidden.
func (c Chain) TakesHidden() bool {
	for i, l := range c {
		if l.activated() && l.Activation == "" && i != c.last() || l.Branch.TakesHidden() {
			return true
		}
	}
	return false
}

// Activated reports whether a layer of c has an activation of that name.
func (c Chain) Activated(name string) bool {
	return slices.ContainsFunc(c, func(l Layer) bool { return l.Activation == name || l.Branch.Activated(name) })
}

// BeginsDense reports whether the first layer of c with weights is dense.
func (c Chain) BeginsDense() bool {
	for _, l := range c {
		if l.Branch != nil {
			return l.Branch.BeginsDense()
		}
		if l.activated() {
			return l.Word == "dense"
		}
	}
	return false
}
