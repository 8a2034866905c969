package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/run"
)

const testSize = 5 // of images, in pixels

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testImages are images of noise in four classes.
func testImages(channels int) *dataset.Set {
	shape := raster.Shape{Size: raster.Size{Height: testSize, Width: testSize}, Channels: channels}
	const n = 64
	pixels, labels := make([]byte, n*shape.Values()), make([]int, n)
	state := uint32(1)
	for i := range pixels {
		state = state*1664525 + 1013904223
		pixels[i] = byte(state >> 24)
	}
	for i := range labels {
		labels[i] = i % 4
	}
	set, err := dataset.FromPixels("noise", shape, pixels, labels)
	if err != nil {
		panic(err)
	}
	return set
}

// wideImages are images of 64x64 in colours.
func wideImages(t testing.TB) *dataset.Set {
	t.Helper()
	shape := raster.Shape{Size: raster.Size{Height: 64, Width: 64}, Channels: 3}
	set, err := dataset.FromPixels("wide", shape, make([]byte, 8*shape.Values()), nil)
	must(t, err)
	return set
}

// trainRun makes a run of some steps in a folder.
func trainRun(t testing.TB, dir string, steps uint32, set *dataset.Set, change func(*run.Settings)) {
	t.Helper()
	must(t, train(dir, steps, set, change))
}

func train(dir string, steps uint32, set *dataset.Set, change func(*run.Settings)) (err error) {
	s := run.Settings{Data: "/data/noise", Reading: run.DefaultReading(), Device: "cpu", Steps: steps, DisplayEvery: 2, SaveEvery: 4, MeasureEvery: 1,
		Fingerprint: set.Fingerprint(), Model: model.Default()}
	s.Model = s.Model.ForSet(set.Shape())
	s.Model.NoiseDim, s.Model.GenHidden, s.Model.DisHidden, s.Model.BatchSize = 6, []int{8}, []int{8}, 8
	if change != nil {
		change(&s)
	}
	if err := s.Validate(func(key string) string { return key }); err != nil {
		return err
	}
	dev, _, err := device.Open("cpu", device.Options{Workers: 1})
	if err != nil {
		return err
	}
	defer dev.Close()
	trainer, err := model.NewTrainer(dev, s.Model, set)
	if err != nil {
		return err
	}
	folder, err := run.Create(dir, "", s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if err := folder.Begin(trainer, set); err != nil {
		return err
	}
	training := run.Training{Settings: s, Folder: folder, Trainer: trainer}
	if err := training.Run(context.Background()); err != nil {
		return err
	}
	if _, err := io.WriteString(folder.Log(), "one line\nand another, with ü\n"); err != nil {
		return err
	}
	state, err := trainer.State()
	if err != nil {
		return err
	}
	return folder.Summarize(s, state, run.Finished, "cpu", "test")
}

// newServer serves a folder of runs to a client of the returned address.
func newServer(t testing.TB, dir string, change func(*Options)) (*Server, string) {
	t.Helper()
	o := Options{Runs: dir, Address: "127.0.0.1:0"}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	must(t, err)
	h := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		h.Close()
		must(t, s.Close())
	})
	return s, h.URL
}

// ask returns the answer to a request.
func ask(t testing.TB, url string) (code int, header http.Header, text []byte) {
	t.Helper()
	r, err := http.Get(url)
	must(t, err)
	defer r.Body.Close()
	text, err = io.ReadAll(r.Body)
	must(t, err)
	return r.StatusCode, r.Header, text
}

// asked returns the text of an answer without an error.
func asked(t testing.TB, url string) []byte {
	t.Helper()
	code, _, text := ask(t, url)
	if code != http.StatusOK {
		t.Fatalf("%s: %d %s", url, code, text)
	}
	return text
}
