package layers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	longestText = 1 << 14 // bytes of a text
	maxSize     = 1 << 24 // units or channels of a layer, or a side of an image
	maxKernel   = 64      // pixels of a side of a convolution's kernel
	maxDepth    = 8       // residuals in residuals
	maxShown    = 60      // letters of a text in an error
)

var token = regexp.MustCompile(`[,()]|[^\s,()]+`)

// asWritten takes the spaces about commas and brackets out that join tokens.
var asWritten = strings.NewReplacer("( ", "(", " )", ")", " ,", ",")

// Parse reads a text. of names the text in errors, as in "--gen-layers".
func Parse(of, text string) (Chain, error) {
	if len(text) > longestText {
		return nil, fmt.Errorf("%s has %d bytes, want at most %d", of, len(text), longestText)
	}
	p := &parser{of: of, tokens: token.FindAllString(text, -1)}
	if len(p.tokens) == 0 {
		return nil, fmt.Errorf("%s is empty, want layers, as in `conv 64, down 128, dense 1`", of)
	}
	c, err := p.chain("", 0)
	if err == nil && !(p.peek() == "") {
		err = p.fault("has %q after it, want a comma or the end", p.peek())
	}
	return c, err
}

// parser reads the tokens of a text.
type parser struct {
	of     string
	tokens []string
	at     int    // of the next token
	number string // of the layer under way: "3", or "3.2" in a branch
	first  int    // its first token
	depth  int    // of branches
}

// chain reads layers up to a closing bracket or the end. before is what stands before the numbers of its layers.
func (p *parser) chain(before string, depth int) (c Chain, err error) {
	for {
		l, err := p.layer(before+strconv.Itoa(len(c)+1), depth)
		if err != nil {
			return nil, err
		}
		if c = append(c, l); p.peek() != "," {
			return c, nil
		}
		p.next()
	}
}

// peek returns the next token, or "" at the end.
func (p *parser) peek() string {
	if p.at == len(p.tokens) {
		return ""
	}
	return p.tokens[p.at]
}

func (p *parser) next() string {
	t := p.peek()
	p.at = min(p.at+1, len(p.tokens))
	return t
}

// ended reports whether no token of the layer is left.
func (p *parser) ended() bool { return slices.Contains([]string{"", ",", ")"}, p.peek()) }

// fault returns an error about the layer under way.
func (p *parser) fault(format string, args ...any) error {
	return fault(p.of, p.number, asWritten.Replace(strings.Join(p.tokens[p.first:p.at], " ")), fmt.Sprintf(format, args...))
}

// fault returns an error about the layer of a number and a text.
func fault(of, number, text, says string) error {
	if utf8.RuneCountInString(text) > maxShown {
		text = string([]rune(text)[:maxShown]) + "…"
	}
	return fmt.Errorf("layer %s of %s, `%s`, %s", number, of, text, says)
}

// layer reads a layer up to what ends it.
func (p *parser) layer(number string, depth int) (l Layer, err error) {
	p.number, p.first, p.depth = number, p.at, depth
	if p.ended() {
		return l, fmt.Errorf("layer %s of %s is empty, want a layer before and after each comma", number, p.of)
	}
	l.Word = p.next()
	w, known := wordNamed(l.Word)
	if !known {
		return l, p.fault("is unknown, want one of %s", names())
	}
	if err := w.arguments(p, &l); err != nil {
		return l, err
	}
	allowed := strings.Fields(w.options)
	for !p.ended() {
		name := p.next()
		_, isActivation := ActivationNamed(name)
		switch {
		case slices.Contains(allowed, name) && !l.has(name):
			number, err := p.option(name)
			if err != nil {
				return l, err
			}
			l = l.with(name, number)
		case isActivation && w.activated && l.Activation == "":
			l.Activation = name
		case slices.Contains(allowed, name), isActivation && w.activated:
			return l, p.fault("has %s twice, or two activations, want one", name)
		default:
			return l, p.fault("has %q, want %s", name, w.wants())
		}
	}
	return l, nil
}

// wants says what may follow a layer's sizes.
func (w word) wants() string {
	all := strings.Fields(w.options)
	if w.activated {
		for _, a := range Activations() {
			all = append(all, a.Name)
		}
	}
	return strings.Join(append(all, "a comma or the end"), ", ")
}

// option reads what follows the name of an option.
func (p *parser) option(name string) (int, error) {
	o := options[slices.IndexFunc(options, func(o option) bool { return o.name == name })]
	if !o.numbered {
		return 1, nil
	}
	return p.whole(name, o.least, o.most)
}

// whole reads a whole number.
func (p *parser) whole(what string, least, most int) (int, error) {
	if p.ended() {
		return 0, p.fault("has no number after %s, want %d to %d", what, least, most)
	}
	text := p.next()
	n, ok := wholeOf(text)
	if !ok || n < least || n > most {
		return 0, p.fault("has %q after %s, want a whole number, %d to %d", text, what, least, most)
	}
	return n, nil
}

// wholeOf reads digits.
func wholeOf(text string) (n int, ok bool) {
	if strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= maxSize
}

// channels reads the channels of a convolution.
func (p *parser) channels(l *Layer) error {
	n, err := p.whole(l.Word, 1, maxSize)
	l.Sizes = []int{n}
	return err
}

// nothing reads no argument.
func (p *parser) nothing(*Layer) error { return nil }

// branch reads the layers of a residual, in brackets.
func (p *parser) branch(l *Layer) (err error) {
	if p.peek() != "(" {
		return p.fault("has no layers in brackets, want them as in residual (conv 64, conv 64)")
	}
	if p.next(); p.depth == maxDepth {
		return p.fault("is in %d others, want at most %d", p.depth, maxDepth-1)
	}
	number, first, depth := p.number, p.first, p.depth
	if l.Branch, err = p.chain(number+".", depth+1); err != nil {
		return err
	}
	p.number, p.first, p.depth = number, first, depth
	if p.peek() != ")" {
		return p.fault("has no closing bracket, want one after the last layer in it, as in residual (conv 64, conv 64)")
	}
	p.next()
	return nil
}

// sizes reads the sizes of a dense layer.
func (p *parser) sizes(l *Layer) error {
	text := ""
	if !p.ended() {
		text = p.next()
	}
	for part := range strings.SplitSeq(text, "x") {
		n, ok := wholeOf(part)
		if !ok || n < 1 {
			return p.fault("has %q after dense, want a number of values, as in dense 256, or an image, as in dense 7x7x128", text)
		}
		l.Sizes = append(l.Sizes, n)
	}
	if len(l.Sizes) != 1 && len(l.Sizes) != 3 {
		return p.fault("has %d sizes, want one, or height, width and channels", len(l.Sizes))
	}
	return nil
}

// rate reads the probability of a dropout.
func (p *parser) rate(l *Layer) (err error) {
	text := ""
	if !p.ended() {
		text = p.next()
	}
	l.Rate, err = strconv.ParseFloat(text, 64)
	if err != nil || !(float32(l.Rate) > 0) || float32(l.Rate) >= 1 {
		return p.fault("has %q after dropout, want a probability above 0 and below 1, as in dropout 0.3", text)
	}
	return nil
}
