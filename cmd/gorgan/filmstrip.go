package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"gorgan/dataset/atomicfile"
	"gorgan/model/picture"
	"gorgan/model/run"
)

// filmstrip is the fake images of the same seeds at the display steps of a run.
type filmstrip struct {
	dir      string
	pictures []run.FakesPicture // of one size and kind, by step
	size     image.Point
	grey     bool
	lost     []string // a sentence for each picture that is missing or damaged
}

// openFilmstrip finds the pictures of the run in dir and reads each once.
func openFilmstrip(dir string) (*filmstrip, error) {
	settings, err := run.ReadSettings(dir)
	if err != nil {
		return nil, err
	}
	found, err := run.FakesPictures(dir)
	if err != nil {
		return nil, err
	}
	s := &filmstrip{dir: dir}
	if init := (run.FakesPicture{Name: run.InitFile}); !slices.Contains(found, init) {
		found = append(found, init) // every run has it
	}
	// A step that was measured as a display step should have a picture.
	if measured, err := run.ReadMetrics(dir, settings.Steps); err == nil {
		for _, m := range measured.Noted {
			p := run.FakesPicture{Name: fmt.Sprintf(run.FakesFile, m.Step), Step: m.Step}
			if settings.RunOptions().Displays(m.Step) && !slices.Contains(found, p) {
				found = append(found, p)
			}
		}
	}
	slices.SortFunc(found, run.CompareFakes)
	s.choose(found)
	if len(s.pictures) == 0 {
		return nil, errors.Join(fmt.Errorf("%s has no picture of the run's fake images that can be read, such as %s", dir, run.InitFile), s.losses())
	}
	return s, nil
}

// losses returns an error of all that is lost, or nil.
func (s *filmstrip) losses() (err error) {
	for _, l := range s.lost {
		err = errors.Join(err, errors.New(l))
	}
	return err
}

// stripForm is what the pictures of a strip have in common.
type stripForm struct {
	size image.Point
	grey bool
}

func (f stripForm) String() string {
	if f.grey {
		return fmt.Sprintf("%dx%d, grey", f.size.X, f.size.Y)
	}
	return fmt.Sprintf("%dx%d, in colours", f.size.X, f.size.Y)
}

// choose keeps the pictures that can be read and have the form that most have.
func (s *filmstrip) choose(found []run.FakesPicture) {
	forms, votes := make([]stripForm, len(found)), map[stripForm]int{}
	var most stripForm
	for i, p := range found {
		img, err := s.read(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s.lost = append(s.lost, p.Name+" is missing")
			continue
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			s.lost = append(s.lost, p.Name+" is cut short")
			continue
		case err != nil:
			s.lost = append(s.lost, fmt.Sprintf("%s cannot be read: %v", p.Name, err))
			continue
		}
		_, grey := img.(*image.Gray)
		forms[i] = stripForm{img.Bounds().Size(), grey}
		if votes[forms[i]]++; votes[forms[i]] > votes[most] {
			most = forms[i]
		}
	}
	s.size, s.grey = most.size, most.grey
	for i, p := range found {
		switch f := forms[i]; {
		case f == stripForm{}: // lost
		case f != most:
			s.lost = append(s.lost, fmt.Sprintf("%s is %v, and most are %v", p.Name, f, most))
		default:
			s.pictures = append(s.pictures, p)
		}
	}
}

// The limits of a picture's file. Deflate packs at most 1032 bytes into one.
const (
	longestPicture = 1 << 28
	mostPacked     = 1032
)

// read reads a picture: an *image.Gray, or an *image.NRGBA or *image.RGBA.
func (s *filmstrip) read(p run.FakesPicture) (image.Image, error) {
	text, err := atomicfile.Read(filepath.Join(s.dir, p.Name), longestPicture)
	if err != nil {
		return nil, err
	}
	config, err := png.DecodeConfig(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if n := int64(config.Width) * int64(config.Height); n > picture.MaxPixels || n > mostPacked*int64(len(text)) {
		return nil, fmt.Errorf("%d bytes cannot hold its %dx%d pixels", len(text), config.Width, config.Height)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	switch img.(type) {
	case *image.Gray, *image.NRGBA, *image.RGBA:
		return img, nil
	}
	return nil, fmt.Errorf("a PNG of %T, want one of 8 bits, grey or in colours", img)
}
