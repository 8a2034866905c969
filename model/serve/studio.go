package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/run"
)

// studio holds the generators that images were drawn with last. Each has a CPU device of its own with one worker,
// so a trainer keeps its device and all cores but one.
type studio struct {
	mu   sync.Mutex
	held []*drawer // the last used last
}

// mostDrawers is the number of generators that are held.
const mostDrawers = 3

// drawer is a generator of a checkpoint.
type drawer struct {
	key   drawerKey
	users int

	mu    sync.Mutex // one draws at a time
	dev   device.Device
	gen   *model.Generator
	names []string // of the classes
	note  string
}

// drawerKey tells generators apart. A checkpoint that was written anew is another.
type drawerKey struct {
	run  string
	step uint32
	raw  bool
	file stamp
}

// drawer returns the generator of a checkpoint, which the caller must give back.
func (s *Server) drawer(of string, step uint32, raw bool) (d *drawer, back func(), err error) {
	p, err := s.runs.find(of)
	if err != nil {
		return nil, nil, err
	}
	name := fmt.Sprintf(run.CheckpointFile, step)
	if err := s.runs.file(p.rel, name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = noCheckpoint(p, step)
		}
		return nil, nil, err
	}
	info, err := s.runs.root.Lstat(path.Join(p.rel, name))
	if err != nil {
		return nil, nil, err
	}
	d, back = s.studio.take(drawerKey{of, step, raw, stamp{info.Size(), info.ModTime()}})
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gen == nil {
		if err := d.load(filepath.Join(p.dir, name)); err != nil {
			back()
			return nil, nil, err
		}
	}
	return d, back, nil
}

// noCheckpoint returns the error for a checkpoint that there is not.
func noCheckpoint(p place, step uint32) error {
	saved, err := run.CheckpointSteps(p.dir)
	if err != nil {
		return err
	}
	if len(saved) == 0 {
		return notFound{errors.New("the run has no checkpoint yet")}
	}
	return notFound{fmt.Errorf("the run has no checkpoint of step %d; its newest is of step %d", step, saved[len(saved)-1])}
}

// take returns the drawer of a key, and the function that gives it back. It may not be loaded yet.
func (s *studio) take(key drawerKey) (*drawer, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var d *drawer
	if i := slices.IndexFunc(s.held, func(d *drawer) bool { return d.key == key }); i >= 0 {
		d = s.held[i]
		s.held = append(slices.Delete(s.held, i, i+1), d)
	} else {
		d = &drawer{key: key}
		s.held = append(s.held, d)
	}
	d.users++
	return d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if d.users--; d.users == 0 && d.gen == nil { // the next one who asks loads it
			s.held = slices.DeleteFunc(s.held, func(h *drawer) bool { return h == d })
		}
		for i := 0; len(s.held) > mostDrawers && i < len(s.held); {
			if old := s.held[i]; old.users == 0 {
				s.held = slices.Delete(s.held, i, i+1)
				old.close()
			} else {
				i++
			}
		}
	}
}

func (s *studio) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.held {
		d.close()
	}
	s.held = nil
	return nil
}

func (d *drawer) load(file string) error {
	state, err := model.Load(file)
	if err != nil {
		return err
	}
	dev, _, err := device.Open("cpu", device.Options{Workers: 1})
	if err != nil {
		return err
	}
	gen, err := model.NewPromptGenerator(dev, state, d.key.raw)
	if err != nil {
		dev.Close()
		return err
	}
	d.dev, d.gen, d.names, d.note = dev, gen, state.ClassNames, state.Note
	return nil
}

func (d *drawer) close() {
	if d.dev != nil {
		d.dev.Close()
	}
}

// mostDrawn is the number of images that are drawn between two looks at a context.
const mostDrawn = 16

// draw returns the images of noise (n, noise dim) and mixes of classes (n, classes). It returns ctx's error if ctx
// ends first.
func (d *drawer) draw(ctx context.Context, noise, mix []float32) ([]float32, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dim, classes := d.gen.Config.InputDim(), d.gen.Config.Classes
	images := len(noise) / dim
	all := make([]float32, 0, images*d.gen.Config.Values())
	for first := 0; first < images; first += mostDrawn {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(mostDrawn, images-first)
		values, err := d.some(noise[first*dim:][:n*dim], mix[first*classes:][:n*classes])
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, nil
}

func (d *drawer) some(noise, mix []float32) ([]float32, error) {
	if d.gen.Config.Classes == 0 {
		return d.gen.Sample(noise, nil)
	}
	return d.gen.Blend(noise, mix)
}
