package model

import (
	"fmt"
	"math"
	"strings"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// NonFiniteError is a NaN or an infinity that a step brought about.
type NonFiniteError struct {
	Step   uint32
	Net    string // "generator" or "discriminator"
	Tensor string // "loss", "gradient of generator.0.weight", "generator.0.weight", "adam.v.generator.0.weight"
	Value  float32
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("model: step %d: %s: %s holds %v; try a lower learning rate", e.Step, e.Net, e.Tensor, e.Value)
}

// health keeps, for each chunk of all that a step computes, the first step after
// which it held a NaN or an infinity.
type health struct {
	game  *game
	rows  []healthRow
	first *tensor.Dense // (chunks of all rows)
	host  []uint32
}

// healthRow is one tensor that is looked at, in the order in which trouble spreads.
type healthRow struct {
	net    string
	kind   string        // "loss", or what is put before the name of a parameter
	params []param       // nil for a loss
	values *tensor.Dense // what the chunks lie in
	first  *tensor.Dense
	at     int // its first chunk in health.first
}

func newHealth(g *game) (*health, error) {
	disLoss, err := g.dev.View(g.stats, 0, genStat)
	if err != nil {
		return nil, err
	}
	genLoss, err := g.dev.View(g.stats, genStat, trainingSize-genStat)
	if err != nil {
		return nil, err
	}
	h := &health{game: g, rows: []healthRow{
		{net: "discriminator", kind: "loss", values: disLoss},
		{net: "discriminator", kind: "gradient of ", params: g.dis.net.params(), values: g.dis.net.grads},
		{net: "discriminator", params: g.dis.net.params(), values: g.dis.net.values},
		{net: "generator", kind: "loss", values: genLoss},
		{net: "generator", kind: "gradient of ", params: g.gen.params(), values: g.gen.grads},
		{net: "generator", params: g.gen.params(), values: g.gen.values},
	}}
	total := 0
	for i := range h.rows {
		h.rows[i].at = total
		total += chunks(h.rows[i].values)
	}
	if h.first, err = g.dev.New(tensor.Uint32, total); err != nil {
		return nil, err
	}
	h.host = make([]uint32, total)
	for i := range h.rows {
		r := &h.rows[i]
		if r.first, err = g.dev.View(h.first, r.at, chunks(r.values)); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func chunks(t *tensor.Dense) int { return (t.Shape().TotalSize() + kernels.Chunk - 1) / kernels.Chunk }

// look is the part of a step that notes what is not finite.
func (h *health) look() error {
	for _, r := range h.rows {
		if err := kernels.NonFinite(h.game.dev, r.first, r.values, h.game.clock); err != nil {
			return err
		}
	}
	return nil
}

// check returns a *NonFiniteError for the first step, and in it the first tensor,
// that was not finite.
func (h *health) check() error {
	if err := h.game.dev.Download(h.host, h.first); err != nil {
		return err
	}
	earliest := uint32(math.MaxUint32)
	for _, step := range h.host {
		if step != 0 && step < earliest {
			earliest = step
		}
	}
	for _, r := range h.rows {
		for c, step := range h.host[r.at : r.at+chunks(r.values)] {
			if step == earliest {
				return h.describe(r, c, step)
			}
		}
	}
	return nil
}

func (h *health) describe(r healthRow, chunk int, step uint32) error {
	values := make([]float32, r.values.Shape().TotalSize())
	if err := h.game.dev.Download(values, r.values); err != nil {
		return err
	}
	e := &NonFiniteError{Step: step, Net: r.net, Tensor: r.kind, Value: float32(math.NaN())}
	for _, v := range values[chunk*kernels.Chunk : min(len(values), (chunk+1)*kernels.Chunk)] {
		if !finite(v) {
			e.Value = v
			break
		}
	}
	for _, p := range r.params {
		if p.offset <= chunk*kernels.Chunk {
			e.Tensor = r.kind + p.name
		}
	}
	return e
}

func finite(v float32) bool { return v-v == 0 }

// finite looks at all that s holds. The optimizers' memory can overflow while the
// weights still look sound.
func (s *State) finite() error {
	for _, t := range s.Tensors {
		for _, v := range t.Values {
			if !finite(v) {
				net := "discriminator"
				if strings.Contains(t.Name, "generator.") {
					net = "generator"
				}
				return &NonFiniteError{Step: s.Step, Net: net, Tensor: t.Name, Value: v}
			}
		}
	}
	return nil
}
