package tune

import (
	"slices"
	"time"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

const (
	// rounds is how often each list of calls is timed, in turn with the others.
	rounds = 7
	// together is how long a recorded list of repetitions runs, about.
	together = 300 * time.Microsecond
	// mostRepeats bounds the repetitions in one record.
	mostRepeats = 64
)

// repeated is a list of calls, recorded a number of times.
type repeated struct {
	step    kernels.Step
	repeats int
	times   []float64 // µs of one repetition
}

// time measures both lists of each pair, in rounds.
func (t *Tuner) time(pairs []*pair) error {
	var all []*repeated
	for _, p := range pairs {
		for _, calls := range [][]tape.Call{p.cublas, p.tile} {
			one, err := t.repeat(calls)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
	}
	for range rounds {
		for _, one := range all {
			took, err := t.run(one.step)
			if err != nil {
				return err
			}
			one.times = append(one.times, took.Seconds()*1e6/float64(one.repeats))
		}
	}
	for i, p := range pairs {
		p.without, p.with = median(all[2*i].times), median(all[2*i+1].times)
	}
	return nil
}

// repeat records calls as often as fits in together.
func (t *Tuner) repeat(calls []tape.Call) (*repeated, error) {
	record := func(n int) (kernels.Step, error) {
		return t.Device.Record(func() error {
			for range n {
				if err := (tape.Step{Calls: calls}).Run(t.Device); err != nil {
					return err
				}
			}
			return nil
		})
	}
	one, err := record(1)
	if err != nil {
		return nil, err
	}
	took, err := t.run(one)
	if err != nil {
		return nil, err
	}
	n := min(max(int(together/max(took, 1)), 1), mostRepeats)
	if n == 1 {
		return &repeated{step: one, repeats: 1}, nil
	}
	many, err := record(n)
	return &repeated{step: many, repeats: n}, err
}

// run returns how long the device takes for a step.
func (t *Tuner) run(s kernels.Step) (time.Duration, error) {
	if err := t.Device.Sync(); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := s.Run(); err != nil {
		return 0, err
	}
	err := t.Device.Sync()
	return time.Since(began), err
}

// median returns the middle one of times.
func median(times []float64) float64 {
	slices.Sort(times)
	return times[len(times)/2]
}
