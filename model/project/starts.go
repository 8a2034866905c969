package project

import (
	"context"
	"runtime"
	"sync"

	"gorgan/model/picture"
)

// start is a candidate from which the descent for an image begins.
type start struct {
	image   int // its number among the images
	seed    uint64
	squared float64 // squared distance of the candidate's image
}

// class returns the class of the candidate of a seed.
func (p *Projector) class(seed uint64) uint64 {
	if all := p.options.Classes; all != nil {
		return all[seed%uint64(len(all))]
	}
	return seed % uint64(p.gen.Config.Classes)
}

// starts returns for each image the candidates nearest to it, the nearest first, and the smaller seed
// first among equals.
func (p *Projector) starts(ctx context.Context, images []float32) ([]start, error) {
	c, each := p.gen.Config, p.options.Starts
	values := c.Values()
	n := len(images) / values
	all := make([]start, 0, n*each)
	kept := make([][]start, n)
	candidates := &picture.Images{Config: c, Seeds: picture.SeedsFrom(0, p.options.Candidates), Sample: p.gen.Sample}
	if c.Classes > 0 {
		if candidates.Classes = p.options.Classes; candidates.Classes == nil {
			candidates.Classes = picture.SeedsFrom(0, c.Classes)
		}
	}
	err := candidates.Pieces(ctx, func(first int, made []float32) error {
		parallel(n, func(i int) {
			image := images[i*values:][:values]
			for k := range len(made) / values {
				limit := worst(kept[i], each)
				if d := squared(made[k*values:][:values], image, limit); d < limit || len(kept[i]) < each {
					kept[i] = insert(kept[i], each, start{i, uint64(first + k), d})
				}
			}
		})
		return nil
	})
	for _, k := range kept {
		all = append(all, k...)
	}
	return all, err
}

// worst returns the distance of the last of the starts, if there are as many as wanted.
func worst(starts []start, want int) float64 {
	if len(starts) < want {
		return endless
	}
	return starts[want-1].squared
}

// insert puts s behind the starts that are not farther, and keeps at most so many.
func insert(starts []start, most int, s start) []start {
	at := len(starts)
	for at > 0 && starts[at-1].squared > s.squared {
		at--
	}
	if len(starts) < most {
		starts = append(starts, start{})
	}
	copy(starts[at+1:], starts[at:])
	starts[at] = s
	return starts
}

// endless is a distance beyond those of all images.
const endless = 1e300

// stretch is the number of values after which squared looks at its limit.
const stretch = 64

// squared returns the squared distance of two images. Above limit it is only more than limit.
func squared(a, b []float32, limit float64) (sum float64) {
	for len(a) > 0 && sum <= limit {
		n := min(stretch, len(a))
		for k, v := range a[:n] {
			d := float64(v) - float64(b[k])
			sum += d * d
		}
		a, b = a[n:], b[n:]
	}
	return sum
}

// parallel calls f with 0 to n-1, on all cores.
func parallel(n int, f func(i int)) {
	var wait sync.WaitGroup
	cores := min(n, runtime.GOMAXPROCS(0))
	for core := range cores {
		wait.Go(func() {
			for i := core; i < n; i += cores {
				f(i)
			}
		})
	}
	wait.Wait()
}
