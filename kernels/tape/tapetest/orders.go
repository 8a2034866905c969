package tapetest

import (
	"fmt"
	"math/rand/v2"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// Orders runs s in its own order and in n others that keep its dependences: first the one that takes
// the latest call whenever it can, then random ones. It returns an error if one of them leaves other
// bits in memory.
func Orders(dev kernels.Device, s tape.Step, n int) error {
	t, err := newTrial(dev, s)
	if err != nil {
		return err
	}
	g := tape.Dependences(s.Calls)
	for i := range n {
		pick := latest
		if i > 0 {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			pick = func(ready []int) int { return ready[r.IntN(len(ready))] }
		}
		order := orderOf(g, pick)
		if differs, err := t.try(order); err != nil {
			return err
		} else if differs != "" {
			return fmt.Errorf("tapetest: the order %v leaves other bits in %s than the order of the step", order, differs)
		}
	}
	return nil
}

// Edges leaves out each edge between the calls of s in turn, and runs s in an order that is as bad as
// it can be: what comes after the edge as early as can be, and what comes before it as late. It
// returns the number of edges, and the number of those whose loss changes bits. It returns an error if
// Races does not see an edge missing.
func Edges(dev kernels.Device, s tape.Step) (edges, seen int, err error) {
	t, err := newTrial(dev, s)
	if err != nil {
		return 0, 0, err
	}
	g := tape.Dependences(s.Calls)
	for j, direct := range g.Direct {
		for _, i := range direct {
			without := g.Without(i, j)
			if Races(s.Calls, without) == nil {
				return 0, 0, fmt.Errorf("tapetest: without the edge from %s to %s no race is found", t.name(i), t.name(j))
			}
			differs, err := t.try(orderOf(without, apart(i, j)))
			if err != nil {
				return 0, 0, err
			}
			edges++
			if differs != "" {
				seen++
			}
		}
	}
	return edges, seen, nil
}

// trial runs a step in one order after the other, from the same memory.
type trial struct {
	dev           kernels.Device
	calls         []tape.Call
	before, after memory // of a run in the step's own order
}

func newTrial(dev kernels.Device, s tape.Step) (t trial, err error) {
	t = trial{dev: dev, calls: s.Calls}
	if t.before, err = take(dev, touched(s.Calls)); err != nil {
		return t, err
	}
	if err := s.Run(dev); err != nil {
		return t, err
	}
	if t.after, err = take(dev, t.before.tensors); err != nil {
		return t, err
	}
	return t, t.before.restore()
}

// try runs the calls in an order and restores the memory. It returns the name of a tensor that has
// other bits than after a run in the step's own order, empty if there is none.
func (t trial) try(order []int) (differs string, err error) {
	for _, i := range order {
		if err := t.calls[i].Do(t.dev); err != nil {
			return "", err
		}
	}
	after, err := take(t.dev, t.before.tensors)
	if err != nil {
		return "", err
	}
	if at := t.after.differs(after); at >= 0 {
		differs = t.writer(tape.SpanOf(t.before.tensors[at]))
	}
	return differs, t.before.restore()
}

// writer names the last call that writes to s.
func (t trial) writer(s tape.Span) (name string) {
	name = "memory that no call writes by its declaration"
	for i, c := range t.calls {
		for _, w := range append(c.Writes(), c.Marks()...) {
			if w.Overlaps(s) {
				name = "what " + t.name(i) + " writes"
			}
		}
	}
	return name
}

// name is the number of a call, from 1, and what it does.
func (t trial) name(i int) string { return fmt.Sprintf("%d %v", i+1, t.calls[i]) }

// orderOf returns an order that keeps the dependences of g. pick chooses each time among the calls
// that are ready, which are in rising order.
func orderOf(g *tape.Graph, pick func(ready []int) int) (order []int) {
	done := make([]bool, len(g.Direct))
	for range g.Direct {
		var ready []int
		for j, direct := range g.Direct {
			free := !done[j]
			for _, i := range direct {
				free = free && done[i]
			}
			if free {
				ready = append(ready, j)
			}
		}
		next := pick(ready)
		done[next] = true
		order = append(order, next)
	}
	return order
}

func latest(ready []int) int { return ready[len(ready)-1] }

// apart takes call j as soon, and call i as late, as can be.
func apart(i, j int) func(ready []int) int {
	return func(ready []int) int {
		best := ready[0]
		for _, call := range ready {
			if call == j {
				return j
			}
			if call != i {
				best = call
			}
		}
		return best
	}
}
