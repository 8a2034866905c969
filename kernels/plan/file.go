package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"gorgan/dataset/atomicfile"
)

// longest is more than the bytes of a file of plans.
const longest = 4 << 20

// Read reads a file of plans. An unknown key is an error, and so is a value that Parse refuses.
func Read(path string) ([]Plan, error) {
	text, err := atomicfile.Read(path, longest)
	if err != nil {
		return nil, atomicfile.Named(path, err)
	}
	plans, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return plans, nil
}

// Write writes a file of plans, whole or not at all.
func Write(path string, plans ...Plan) error {
	text, err := json.MarshalIndent(plans, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteText(path, append(text, '\n'))
}

// Parse reads a list of plans in JSON. It returns an error if a key is unknown, if a value is missing
// or out of range, or if a plan has a product twice.
func Parse(text []byte) ([]Plan, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var plans []Plan
	if err := d.Decode(&plans); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("the plans are empty or cut short, want a list as gorgan tune --out writes it")
	} else if err != nil {
		return nil, fmt.Errorf("not a list of plans: %s; want one as gorgan tune --out writes it", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the list of plans")
	}
	for i, p := range plans {
		if err := p.validate(); err != nil {
			return nil, fmt.Errorf("plan %d: %w", i+1, err)
		}
	}
	return plans, nil
}

// mostDimension is more than any dimension of a product that fits in memory.
const mostDimension = 1 << 31

var (
	capability = regexp.MustCompile(`^[1-9][0-9]?\.[0-9]$`)
	tileName   = regexp.MustCompile(`^[a-z][a-z0-9_]*@[1-9][0-9]*$`)
)

func (p *Plan) validate() error {
	g := p.GPU
	switch {
	case g.Name == "":
		return errors.New(`gpu.name is "", want the name of a card`)
	case !capability.MatchString(g.Capability):
		return fmt.Errorf("gpu.compute_capability is %.40q, want one such as 9.0", g.Capability)
	case g.Multiprocessors < 1:
		return fmt.Errorf("gpu.multiprocessors is %d, want 1 or more", g.Multiprocessors)
	case g.Precision != FP32 && g.Precision != TF32:
		return fmt.Errorf("gpu.precision is %.40q, want %s or %s", g.Precision, FP32, TF32)
	case !slices.Contains(Sources(), p.Source):
		return fmt.Errorf("source is %.40q, want one of %s", p.Source, strings.Join(Sources(), ", "))
	case p.Rules < 1:
		return fmt.Errorf("rules is %d, want 1 or more", p.Rules)
	case p.AsRecorded && len(p.Products) > 0:
		return errors.New("as_recorded is true and there are products, want none: every product of such a step goes to cuBLAS")
	}
	seen := map[Product]bool{}
	for i, e := range p.Products {
		if err := e.validate(); err != nil {
			return fmt.Errorf("product %d: %w", i+1, err)
		}
		if seen[e.Product] {
			return fmt.Errorf("product %d: %v is there twice", i+1, e.Product)
		}
		seen[e.Product] = true
	}
	return nil
}

func (e *Entry) validate() error {
	if !slices.Contains([]string{"NN", "NT", "TN", "TT"}, e.Role) {
		return fmt.Errorf("role is %.40q, want NN, NT, TN or TT", e.Role)
	}
	for _, d := range []struct {
		name string
		is   int
	}{{"m", e.M}, {"n", e.N}, {"k", e.K}} {
		if d.is < 1 || d.is >= mostDimension {
			return fmt.Errorf("%s is %d, want 1 to 2^31-1", d.name, d.is)
		}
	}
	if err := e.Choice.validate(); err != nil {
		return err
	}
	for c, us := range e.Micros {
		if err := c.validate(); err != nil {
			return err
		}
		if !(us > 0) {
			return fmt.Errorf("the time of %s is %v µs, want more than 0", c, us)
		}
	}
	return nil
}

func (c Choice) validate() error {
	if name, is := c.Tile(); c == CUBLAS || is && tileName.MatchString(name) {
		return nil
	}
	return fmt.Errorf("choice is %.40q, want cublas or own:TILE@VERSION", string(c))
}
