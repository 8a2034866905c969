package serve

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorgan/dataset"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/run"
	"gorgan/model/walk"
)

// oracle draws images of a checkpoint as generate and walk do.
type oracle struct {
	testing.TB
	config model.Config
	gen    *model.Generator
}

func newOracle(t testing.TB, dir string, step uint32, raw bool, width float64) oracle {
	t.Helper()
	state, err := model.Load(filepath.Join(dir, fmt.Sprintf(run.CheckpointFile, step)))
	must(t, err)
	dev, _, err := device.Open("cpu", device.Options{Workers: 1})
	must(t, err)
	t.Cleanup(func() { dev.Close() })
	gen, err := model.NewGenerator(dev, state, raw)
	must(t, err)
	c := state.Config
	c.NoiseScale = width
	return oracle{t, c, gen}
}

// sample returns the image of a seed with a class.
func (o oracle) sample(seed uint64, class uint32) []float32 {
	o.Helper()
	labels := []uint32{class}
	if o.config.Classes == 0 {
		labels = nil
	}
	values, err := o.gen.Sample(o.config.Noise([]uint64{seed}), labels)
	must(o.TB, err)
	return values
}

// pixels returns the bytes of a picture as a set has them.
func pixels(t testing.TB, img image.Image, channels int) (all []byte) {
	t.Helper()
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := img.At(x, y).RGBA()
			all = append(all, []byte{byte(r >> 8), byte(g >> 8), byte(bl >> 8)}[:channels]...)
		}
	}
	return all
}

func drawnPNG(t testing.TB, url string, channels int) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(asked(t, url)))
	must(t, err)
	return pixels(t, img, channels)
}

// npy returns the values of an array, by a reader of its own.
func npy(t testing.TB, text []byte) (header string, values []float32) {
	t.Helper()
	n := int(binary.LittleEndian.Uint16(text[8:]))
	header = string(text[10 : 10+n])
	for rest := text[10+n:]; len(rest) > 0; rest = rest[4:] {
		values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(rest)))
	}
	return header, values
}

// TestExplorer: an address names an image of generate and walk, bit by bit, in every form.
func TestExplorer(t *testing.T) {
	dir := testRuns(t)
	_, at := newServer(t, dir, nil)
	const seed = 18446744073709551615
	for _, raw := range []bool{false, true} {
		o := newOracle(t, filepath.Join(dir, "a"), 8, raw, .7)
		query := fmt.Sprintf("%s/api/image?run=a&step=8&width=0.7&raw=%d", at, map[bool]int{true: 1}[raw])
		for class, own := range map[string]uint32{"": seed % 4, "&classes=2": 2} {
			want := o.sample(seed, own)
			if got := drawnPNG(t, fmt.Sprintf("%s&seeds=%d%s", query, uint64(seed), class), 3); !bytes.Equal(got, model.Quantize(want)) {
				t.Errorf("raw %v, class %q: other pixels", raw, class)
			}
			header, got := npy(t, asked(t, fmt.Sprintf("%s&seeds=%d%s&as=npy", query, uint64(seed), class)))
			if !strings.Contains(header, "(1, 5, 5, 3)") || !slices.Equal(got, want) {
				t.Errorf("raw %v, class %q: array %s", raw, class, header)
			}
		}
	}
	grey := newOracle(t, filepath.Join(dir, "deep", "er", "b"), 4, false, 1)
	if got := drawnPNG(t, at+"/api/image?run=deep/er/b&step=4&seeds=3", 1); !bytes.Equal(got, model.Quantize(grey.sample(3, 0))) {
		t.Error("grey: other pixels")
	}
	if header, _ := npy(t, asked(t, at+"/api/image?run=deep/er/b&step=4&seeds=3&as=npy")); !strings.Contains(header, "(1, 25)") {
		t.Errorf("grey: array %s", header)
	}
	large, err := png.Decode(bytes.NewReader(asked(t, at+"/api/image?run=deep/er/b&step=4&seeds=3&scale=4")))
	must(t, err)
	if size := large.Bounds().Size(); size != image.Pt(4*testSize, 4*testSize) {
		t.Errorf("at scale 4 the picture is %v", size)
	}
}

// TestPath: the frames of a path are those of a walk, one by one, as an array and as an animation.
func TestPath(t *testing.T) {
	dir := testRuns(t)
	_, at := newServer(t, dir, nil)
	o := newOracle(t, filepath.Join(dir, "deep", "er", "b"), 4, false, 1)
	const frames = 7
	w, err := walk.New(walk.Walk{Config: o.config, Keys: []walk.Key{{Seed: 3}, {Seed: 8}, {Seed: 17}}, Closed: true, Frames: frames, Path: walk.Spherical})
	must(t, err)
	query := at + "/api/image?run=deep/er/b&step=4&show=path&seeds=3,8,17&loop=1&path=spherical&frames=7"
	var all []float32
	for i := range frames {
		noise := make([]float32, o.config.NoiseDim)
		w.Frame(i, noise, nil)
		want, err := o.gen.Sample(noise, nil)
		must(t, err)
		all = append(all, want...)
		if got := drawnPNG(t, fmt.Sprintf("%s&frame=%d", query, i), 1); !bytes.Equal(got, model.Quantize(want)) {
			t.Errorf("frame %d: other pixels", i)
		}
	}
	if header, got := npy(t, asked(t, query+"&as=npy")); !strings.Contains(header, "(7, 25)") || !slices.Equal(got, all) {
		t.Errorf("array %s differs", header)
	}
	code, header, text := ask(t, query+"&as=gif&download=1")
	g, err := gif.DecodeAll(bytes.NewReader(text))
	must(t, err)
	if code != 200 || header.Get("Content-Disposition") != `attachment; filename="path_step4_seed3.gif"` || len(g.Image) != frames || g.LoopCount != 0 {
		t.Errorf("%d %v, %d frames, loops %d", code, header, len(g.Image), g.LoopCount)
	}
	for i, img := range g.Image {
		if !bytes.Equal(pixels(t, img, 1), model.Quantize(all[i*25:][:25])) {
			t.Errorf("frame %d of the GIF: other pixels", i)
		}
	}
}

// TestRefused: what cannot be drawn is refused with a sentence, and its code.
func TestRefused(t *testing.T) {
	dir := testRuns(t)
	must(t, os.Remove(filepath.Join(dir, "deep", "er", "b", "checkpoint_000000.safetensors")))
	_, at := newServer(t, dir, nil)
	for path, want := range map[string]string{
		"image?run=a&step=5":                   "404 the run has no checkpoint of step 5; its newest is of step 9",
		"image?run=deep/er/b":                  "404 the run has no checkpoint of step 0; its newest is of step 4",
		"image?run=a":                          "200",
		"image?run=a&step=8&seeds=x":           "400 seeds is",
		"image?run=a&step=8&classes=4":         "400 class 4, want 0 to 3, the model's",
		"image?run=deep/er/b&step=4&classes=0": "400 classes are given, but the model has none",
		"image?run=a&step=8&as=gif":            `400 as is "gif", want png, npy, or gif of a path`,
		"image?run=a&step=8&as=exe":            `400 as is "exe"`,
		"model?run=a&step=5":                   `400 step is "5", want that of a checkpoint`,
		"model?run=a&step=x":                   `400 step is "x"`,
		"model?run=none":                       "404 there is no such run",
		"nearest?run=a&step=8":                 "400 the training images are not shown here",
	} {
		code, _, text := ask(t, at+"/api/"+path)
		var said struct{ Error string }
		_ = json.Unmarshal(text, &said)
		if got := strings.TrimSpace(fmt.Sprint(code, " ", said.Error)); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	var m struct {
		Step        uint32
		Checkpoints []uint32
		Averaged    bool
		Classes     int
		Nearest     bool
	}
	must(t, json.Unmarshal(asked(t, at+"/api/model?run=a"), &m))
	if m.Step != 9 || !slices.Equal(m.Checkpoints, []uint32{0, 4, 8, 9}) || !m.Averaged || m.Classes != 4 || m.Nearest {
		t.Errorf("the model is %+v", m)
	}
}

// TestDrawers: many ask at once for images of more checkpoints than are held, and all get theirs.
func TestDrawers(t *testing.T) {
	dir := testRuns(t)
	s, at := newServer(t, dir, nil)
	want := map[uint32][]byte{}
	for _, step := range []uint32{0, 4, 8, 9} {
		want[step] = model.Quantize(newOracle(t, filepath.Join(dir, "a"), step, false, 1).sample(1, 1))
	}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			step := []uint32{0, 4, 8, 9}[i%4]
			r, err := http.Get(fmt.Sprintf("%s/api/image?run=a&step=%d&seeds=1", at, step))
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Body.Close()
			img, err := png.Decode(r.Body)
			if err != nil || !bytes.Equal(pixels(t, img, 3), want[step]) {
				t.Errorf("step %d: %v, other pixels", step, err)
			}
		})
	}
	wg.Wait()
	if n := len(s.studio.held); n > mostDrawers {
		t.Errorf("%d generators are held, want %d", n, mostDrawers)
	}
}

// TestNearest: the nearest training image is that of a search without shortcuts, and images of other data are refused.
func TestNearest(t *testing.T) {
	dir := testRuns(t)
	set := testImages(3)
	var opened atomic.Int32
	_, at := newServer(t, dir, func(o *Options) {
		o.OpenData = func(context.Context, run.Settings) (*dataset.Set, error) {
			opened.Add(1)
			return set, nil
		}
	})
	o := newOracle(t, filepath.Join(dir, "a"), 8, false, 1)
	for seed := range uint64(8) {
		fake := model.Quantize(o.sample(seed, uint32(seed%4)))
		best, image := math.Inf(1), 0
		for i := range set.Len() {
			real := make([]byte, len(fake))
			must(t, set.Read(real, i))
			sum := 0.
			for j, v := range real {
				d := (float64(v) - float64(fake[j])) / 255
				sum += d * d
			}
			if d := math.Sqrt(sum); d < best {
				best, image = d, i
			}
		}
		var got struct {
			Image, Of int
			Distance  float64
			Label     string
		}
		must(t, json.Unmarshal(asked(t, fmt.Sprintf("%s/api/nearest?run=a&step=8&seeds=%d", at, seed)), &got))
		if got.Image != image || math.Abs(got.Distance-best) > 1e-9 || got.Of != 64 || got.Label != fmt.Sprint(image%4) {
			t.Errorf("seed %d: %+v, want image %d at %v", seed, got, image, best)
		}
		real := make([]byte, len(fake))
		must(t, set.Read(real, image))
		if pixels := drawnPNG(t, fmt.Sprintf("%s/api/real?run=a&image=%d", at, image), 3); !bytes.Equal(pixels, real) {
			t.Errorf("image %d: other pixels", image)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("the images were opened %d times", n)
	}
	for path, want := range map[string]string{"real?run=a&image=64": "want 0 to 63", "real?run=a&image=-1": "want 0 to 63", "nearest?run=deep/er/b&step=4": "no longer those that the run was trained on"} {
		if code, _, text := ask(t, at+"/api/"+path); code == 200 || !strings.Contains(string(text), want) {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
}

// BenchmarkDraw draws an image of 64x64 in colours by the largest nets of the presets, as the page's drag does.
func BenchmarkDraw(b *testing.B) {
	dir := b.TempDir()
	set := wideImages(b)
	trainRun(b, filepath.Join(dir, "wide"), 1, set, func(s *run.Settings) {
		s.Model.NoiseDim, s.Model.GenHidden = 100, []int{512, 1024}
	})
	_, at := newServer(b, dir, nil)
	asked(b, at+"/api/image?run=wide&step=1")
	seed := 0
	for b.Loop() {
		seed++
		asked(b, fmt.Sprintf("%s/api/image?run=wide&step=1&seeds=%d", at, seed))
	}
}
