package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"gorgan/dataset"
	"gorgan/model"
	"gorgan/model/picture"
	"gorgan/model/run"
)

// reals has the images of the run that was asked about last.
type reals struct {
	open    func(context.Context, run.Settings) (*dataset.Set, error)
	opening chan struct{} // full while somebody opens
	mu      sync.Mutex
	kept    *dataset.Set
	refused refusal
}

// refusal is why images could not be opened last. Until its time is over it is the answer for them, since reading a
// whole set to find that it is another takes long.
type refusal struct {
	fingerprint string
	err         error
	until       time.Time
}

// refusedTime is how long images that could not be opened are not tried again.
const refusedTime = 10 * time.Second

// of returns the images that a run was trained on.
func (r *reals) of(ctx context.Context, s run.Settings) (*dataset.Set, error) {
	if r.open == nil {
		return nil, requestError{errors.New("the training images are not shown here")}
	}
	if set, err := r.known(s.Fingerprint); set != nil || err != nil {
		return set, err
	}
	select {
	case r.opening <- struct{}{}:
		defer func() { <-r.opening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if set, err := r.known(s.Fingerprint); set != nil || err != nil { // another request opened them meanwhile
		return set, err
	}
	set, err := r.open(ctx, s)
	if ctx.Err() != nil {
		return nil, ctx.Err() // the next one who asks opens them
	}
	if err == nil && set.Fingerprint() != s.Fingerprint {
		err = errors.New("the images are no longer those that the run was trained on")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("the training images cannot be shown: %w", err)
		r.refused = refusal{s.Fingerprint, err, time.Now().Add(refusedTime)}
		return nil, err
	}
	r.kept = set
	return set, nil
}

// known returns the images with a fingerprint, or why they cannot be opened, or nothing if that is not known.
func (r *reals) known(fingerprint string) (*dataset.Set, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept != nil && r.kept.Fingerprint() == fingerprint {
		return r.kept, nil
	}
	if r.refused.fingerprint == fingerprint && time.Now().Before(r.refused.until) {
		return nil, r.refused.err
	}
	return nil, nil
}

// nearest answers with the training image that is nearest to that of a view.
func (s *Server) nearest(r *http.Request) (any, error) {
	v, err := parseView(r.URL.Query())
	if err != nil {
		return nil, err
	}
	snap, err := s.runs.snapshot(v.run)
	if err != nil {
		return nil, err
	}
	set, err := s.reals.of(r.Context(), snap.settings)
	if err != nil {
		return nil, err
	}
	done, err := s.requests.turn(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := s.draw(r.Context(), v, false)
	if err != nil {
		return nil, err
	}
	if d.config.Shape() != set.Shape() {
		return nil, requestError{fmt.Errorf("the model's images are of %v, and those of the set of %v", d.config.Shape(), set.Shape())}
	}
	i, distance, err := nearest(r.Context(), set, model.Quantize(d.values))
	if err != nil {
		return nil, err
	}
	label := ""
	if n := set.Label(i); n >= 0 {
		label = strconv.Itoa(n)
		if names := set.Classes(); n < len(names) {
			label = names[n]
		}
	}
	return map[string]any{"image": i, "of": set.Len(), "distance": distance, "label": label}, nil
}

// nearest returns the image of a set that is nearest to pixels, the first of several, and its Euclidean distance of
// pixels in [0,1].
func nearest(ctx context.Context, set *dataset.Set, pixels []byte) (image int, distance float64, err error) {
	const often = 1024 // images between two looks at ctx
	one, best := make([]byte, len(pixels)), int64(math.MaxInt64)
	all := set.Bytes() // nil for a set on the disk
	for i := range set.Len() {
		if i%often == 0 && ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
		real := one
		if all != nil {
			real = all[i*len(pixels):][:len(pixels)]
		} else if err := set.Read(one, i); err != nil {
			return 0, 0, err
		}
		if d := squares(pixels, real, best); d < best {
			image, best = i, d
		}
	}
	return image, math.Sqrt(float64(best)) / 255, nil
}

// squares returns the sum of the squared differences of two images, or a number of limit or more as soon as it
// is that large.
func squares(a, b []byte, limit int64) (sum int64) {
	const piece = 64
	for len(a) > 0 && sum < limit {
		n := min(piece, len(a))
		for i, v := range a[:n] {
			d := int64(v) - int64(b[i])
			sum += d * d
		}
		a, b = a[n:], b[n:]
	}
	return sum
}

// real answers with a training image of a run, as PNG.
func (s *Server) real(w http.ResponseWriter, r *http.Request) {
	text, err := s.realPNG(r)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(text)
}

func (s *Server) realPNG(r *http.Request) ([]byte, error) {
	snap, err := s.runs.snapshot(r.FormValue("run"))
	if err != nil {
		return nil, err
	}
	set, err := s.reals.of(r.Context(), snap.settings)
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(r.FormValue("image"))
	if err != nil || i < 0 || i >= set.Len() {
		return nil, requestError{fmt.Errorf("image is %.40q, want 0 to %d", r.FormValue("image"), set.Len()-1)}
	}
	c := snap.settings.Model
	if c.Shape() != set.Shape() {
		return nil, requestError{fmt.Errorf("the model's images are of %v, and those of the set of %v", c.Shape(), set.Shape())}
	}
	g := picture.New(c, 1, 1)
	g.Gap = 0
	canvas, err := picture.NewCanvas(g)
	if err != nil {
		return nil, err
	}
	pixels := make([]byte, set.Shape().Values())
	if err := set.Read(pixels, i); err != nil {
		return nil, err
	}
	canvas.Put(0, pixels)
	var text bytes.Buffer
	err = png.Encode(&text, canvas.Image)
	return text.Bytes(), err
}
