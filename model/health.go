package model

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// NonFiniteError reports a NaN or an infinity that a step computed.
type NonFiniteError struct {
	Step   uint32
	Net    string // "generator" or "discriminator"
	Tensor string // "loss", "gradient of generator.0.weight", "generator.0.weight", "adam.v.generator.0.weight"
	Value  float32
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("model: step %d: %s: %s holds %v; try a lower learning rate", e.Step, e.Net, e.Tensor, e.Value)
}

// health keeps the first step that left a NaN or an infinity, for each chunk of the memory that a
// step writes.
type health struct {
	game  *game
	rows  []healthRow
	scans []healthScan
	first *tensor.Dense // (chunks of all rows)
	host  []uint32
}

// healthScan is memory that one launch scans. first has a word for each chunk of values.
type healthScan struct{ values, first *tensor.Dense }

// healthRow is memory of one kind. The rows are in the order in which NaNs spread.
type healthRow struct {
	net    string
	kind   string        // "loss", or the prefix of a parameter's name
	params []nn.Tensor   // the tensors in values, nil for a loss
	values *tensor.Dense // the memory
	at     int           // place of its first chunk in health.first
}

func newHealth(g *game) (*health, error) {
	al := &allocator{dev: g.dev}
	disLoss, genLoss := al.view(g.stats, 0, genStat), al.view(g.stats, genStat, trainingSize-genStat)
	disHeads, genHeads := al.view(g.stats, disHeadStat, genHeadStat-disHeadStat), al.view(g.stats, genHeadStat, statsSize-genHeadStat)
	if al.err != nil {
		return nil, al.err
	}
	h := &health{game: g}
	total := 0
	scanned := []*tensor.Dense{disLoss, genLoss, g.arena}
	if g.config.headColumns() > 0 {
		scanned = append(scanned, disHeads, genHeads)
	}
	for _, memory := range scanned {
		h.scans = append(h.scans, healthScan{values: memory})
		total += chunks(memory)
	}
	h.first, h.host = al.words(total), make([]uint32, total)
	at := 0
	for i := range h.scans {
		l := &h.scans[i]
		l.first = al.view(h.first, at, chunks(l.values))
		at += chunks(l.values)
	}
	disGrads := chunks(disLoss) + chunks(genLoss)
	disValues := disGrads + chunks(g.dis.Grads)
	genGrads := disValues + chunks(g.dis.Values)
	genValues := genGrads + chunks(g.gen.Grads)
	h.rows = []healthRow{
		{"discriminator", "loss", nil, disLoss, 0},
		{"discriminator", "gradient of ", g.dis.Tensors, g.dis.Grads, disGrads},
		{"discriminator", "", g.dis.Tensors, g.dis.Values, disValues},
		{"generator", "loss", nil, genLoss, chunks(disLoss)},
		{"generator", "gradient of ", g.gen.Tensors, g.gen.Grads, genGrads},
		{"generator", "", g.gen.Tensors, g.gen.Values, genValues},
	}
	if g.config.headColumns() > 0 {
		heads := genValues + chunks(g.gen.Values)
		h.rows = slices.Concat(h.rows[:1], []healthRow{{"discriminator", "loss", nil, disHeads, heads}},
			h.rows[1:3], []healthRow{{"generator", "loss", nil, genHeads, heads + chunks(disHeads)}}, h.rows[3:])
	}
	return h, al.err
}

func chunks(t *tensor.Dense) int { return (t.Shape().TotalSize() + kernels.Chunk - 1) / kernels.Chunk }

// scan launches the kernels that note values that are not finite.
func (h *health) scan() error {
	for _, l := range h.scans {
		if err := kernels.NonFinite(h.game.dev, l.first, l.values, h.game.stepCount); err != nil {
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
		if p.Offset <= chunk*kernels.Chunk {
			e.Tensor = r.kind + p.Name
		}
	}
	return e
}

func finite(v float32) bool { return v-v == 0 }

// finite returns a *NonFiniteError if a tensor of s holds a NaN or an infinity. It checks the
// optimizers' moments too: they can overflow before the weights do.
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
