package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"net/http"
	"slices"
	"strconv"

	"gorgan/dataset/array"
	"gorgan/model"
	"gorgan/model/film"
	"gorgan/model/picture"
	"gorgan/model/walk"
)

// showModel answers with what the explorer has to know of a checkpoint: the newest one if the query has no step.
func (s *Server) showModel(r *http.Request) (any, error) {
	snap, err := s.runs.snapshot(r.FormValue("run"))
	if err != nil {
		return nil, err
	}
	if len(snap.saved) == 0 {
		return nil, requestError{fmt.Errorf("the run %s has no checkpoint yet", snap.name)}
	}
	step := snap.saved[len(snap.saved)-1]
	if text := r.FormValue("step"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || !slices.Contains(snap.saved, uint32(n)) {
			return nil, requestError{fmt.Errorf("step is %.40q, want that of a checkpoint of the run; older ones are removed (train --keep)", text)}
		}
		step = uint32(n)
	}
	done, err := s.requests.turn(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	d, back, err := s.drawer(snap.name, step, false)
	if err != nil {
		return nil, err
	}
	defer back()
	c := d.gen.Config
	var best *uint32
	if snap.best != nil {
		best = &snap.best.Step
	}
	return map[string]any{
		"run": snap.name, "step": step, "checkpoints": snap.saved, "best": best, "note": d.note,
		"height": c.Height, "width": c.Width, "channels": c.Channels, "classes": c.Classes, "names": d.names,
		"averaged": c.EMA > 0, "noise_dim": c.NoiseDim, "noise_width": c.NoiseScale, "paths": walk.Paths(),
		"nearest": s.options.OpenData != nil && c.Stack == 1,
	}, nil
}

// drawn are the images that a view names: one, or all frames of a path.
type drawn struct {
	config model.Config
	images int
	values []float32 // (images, config.Values())
}

func (s *Server) draw(ctx context.Context, v view, all bool) (d drawn, err error) {
	of, back, err := s.drawer(v.run, v.step, v.raw)
	if err != nil {
		return d, err
	}
	defer back()
	if d.config, err = v.suit(of.gen.Config); err != nil {
		return d, err
	}
	if !all {
		noise, mix, err := v.noise(d.config)
		if err != nil {
			return d, err
		}
		d.images = 1
		d.values, err = of.draw(ctx, noise, mix)
		return d, err
	}
	w, err := v.walk(d.config)
	if err != nil {
		return d, err
	}
	dim, classes := d.config.InputDim(), d.config.Classes
	noise, mix := make([]float32, v.frames*dim), make([]float32, v.frames*classes)
	for i := range v.frames {
		w.Frame(i, noise[i*dim:][:dim], mix[i*classes:][:classes])
	}
	d.images = v.frames
	d.values, err = of.draw(ctx, noise, mix)
	return d, err
}

// mostValues is the number of values of the largest answer: 256 MiB as float32.
const mostValues = 1 << 26

// image answers with what a view names: as=png (the default) an image, as=npy its values, or those of all
// frames of a path, as=gif a path as an animation.
func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	v, err := parseView(r.URL.Query())
	if err != nil {
		refuse(w, err)
		return
	}
	as := r.FormValue("as")
	form, ok := forms[as]
	if !ok || as == "gif" && v.show != ofPath {
		refuse(w, requestError{fmt.Errorf("as is %.40q, want png, npy, or gif of a path", as)})
		return
	}
	snap, err := s.runs.snapshot(v.run)
	if err == nil && v.frames > mostValues/snap.settings.Model.Values() {
		err = requestError{fmt.Errorf("frames are %d, want at most %d of images of this size", v.frames, mostValues/snap.settings.Model.Values())}
	}
	if err != nil {
		refuse(w, err)
		return
	}
	text, err := s.written(r.Context(), v, form, v.show == ofPath && as != "" && as != "png")
	if err != nil {
		refuse(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", form.kind)
	h.Set("Cache-Control", "no-store")
	if r.Form.Has("download") {
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", v.fileName(form.ending)))
	}
	_, _ = w.Write(text)
}

// written draws the images of a view in its turn, and writes them.
func (s *Server) written(ctx context.Context, v view, form imageForm, all bool) ([]byte, error) {
	done, err := s.requests.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := s.draw(ctx, v, all)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = form.write(ctx, &text, d, v.scale)
	return text.Bytes(), err
}

// form is a way to write images.
type imageForm struct {
	kind, ending string
	write        func(ctx context.Context, w *bytes.Buffer, d drawn, scale int) error
}

var forms = map[string]imageForm{
	"":    {"image/png", "png", writePNG},
	"png": {"image/png", "png", writePNG},
	"npy": {"application/octet-stream", "npy", writeNpy},
	"gif": {"image/gif", "gif", writeGIF},
}

// fileName names a download. It has no letter that a file's name might not have.
func (v view) fileName(ending string) string {
	return fmt.Sprintf("%s_step%d_seed%d.%s", v.show, v.step, v.keys[0].Seed, ending)
}

func (d drawn) canvas(scale int) (*picture.Canvas, error) {
	g := picture.New(d.config, 1, 1)
	g.Gap, g.Scale = 0, scale
	return picture.NewCanvas(g)
}

func writePNG(_ context.Context, w *bytes.Buffer, d drawn, scale int) error {
	c, err := d.canvas(scale)
	if err != nil {
		return requestError{err}
	}
	c.Put(0, model.Quantize(d.values[:d.config.Values()]))
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, c.Image)
}

// writeNpy writes an array as generate does: grey images (n, pixels), and those in colours (n, height, width, 3).
func writeNpy(_ context.Context, w *bytes.Buffer, d drawn, _ int) error {
	dims := []int{d.images, d.config.Values()}
	if s := d.config.Shape(); s.Channels > 1 {
		dims = []int{d.images, s.Height, s.Width, s.Channels}
	}
	if err := array.WriteNpyHeader(w, dims...); err != nil {
		return err
	}
	return array.WriteNpyValues(w, d.values)
}

// framesASecond is the rate of an animation.
const framesASecond = 25

func writeGIF(ctx context.Context, w *bytes.Buffer, d drawn, scale int) error {
	c, err := d.canvas(scale)
	if err != nil {
		return requestError{err}
	}
	size := c.Image.Bounds().Size()
	if max(size.X, size.Y) > film.MostGIFSide || d.images > math.MaxInt32/(size.X*size.Y) {
		return requestError{errors.New("the animation is too large; ask for a smaller scale, or fewer frames")}
	}
	g := film.NewGIF(w, film.Reel{Size: image.Pt(size.X, size.Y), Grey: d.config.Channels == 1, Frames: d.images, Rate: framesASecond})
	pixels, each := model.Quantize(d.values), d.config.Values()
	for i := range d.images {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Put(0, pixels[i*each:][:each])
		if err := g.Add(c.Image, 1); err != nil {
			return err
		}
	}
	return g.Close()
}
