package model_test

import (
	"errors"
	"maps"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model"
)

// cramped is a device that makes no more than so many tensors and views.
type cramped struct {
	kernels.Device
	room int
}

var errCramped = errors.New("no room")

func (c *cramped) takes() error {
	if c.room--; c.room < 0 {
		return errCramped
	}
	return nil
}

func (c *cramped) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	if err := c.takes(); err != nil {
		return nil, err
	}
	return c.Device.New(dt, shape...)
}

func (c *cramped) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	if err := c.takes(); err != nil {
		return nil, err
	}
	return c.Device.View(t, offset, shape...)
}

// TestNoRoom: wherever a device's memory ends, a trainer is not made, and says why.
func TestNoRoom(t *testing.T) {
	long(t)
	onCPU(t)
	cases := variants()
	maps.Copy(cases, manyRows())
	cases["plain"] = func(*model.Config) {}
	cases["average"] = func(c *model.Config) { c.EMA = 0.9 }
	for name, f := range cases {
		c := small(f)
		set := noiseSet(t, c.BatchSize, c)
		for room := 0; ; room++ {
			_, err := model.NewTrainer(&cramped{cpu(t, 1), room}, c, set)
			if err == nil {
				if room < 20 {
					t.Errorf("%s: a trainer of %d tensors and views", name, room)
				}
				break
			}
			if !errors.Is(err, errCramped) {
				t.Fatalf("%s, room for %d: %v", name, room, err)
			}
		}
	}
}
