package film_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gorgan/model/film"
	"gorgan/model/film/filmtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// frames returns frames of random pixels, of at most so many colours each.
func frames(r *rapid.T, reel film.Reel, colours int) (all []image.Image, periods []int) {
	area := image.Rectangle{Max: reel.Size}
	for range reel.Frames {
		few := make([]color.NRGBA, colours)
		for i := range few {
			few[i] = color.NRGBA{rapid.Byte().Draw(r, "red"), rapid.Byte().Draw(r, "green"), rapid.Byte().Draw(r, "blue"), 255}
		}
		pick := rapid.SliceOfN(rapid.IntRange(0, colours-1), reel.Size.X*reel.Size.Y, reel.Size.X*reel.Size.Y).Draw(r, "pixels")
		if reel.Grey {
			img := image.NewGray(area)
			for i, p := range pick {
				img.Pix[i] = few[p].R
			}
			all = append(all, img)
		} else {
			img := image.NewNRGBA(area)
			for i, p := range pick {
				c := few[p]
				copy(img.Pix[4*i:], []byte{c.R, c.G, c.B, c.A})
			}
			all = append(all, img)
		}
		periods = append(periods, rapid.IntRange(1, 40).Draw(r, "periods"))
	}
	return all, periods
}

func write(t rapid.TB, w film.Writer, all []image.Image, periods []int) {
	for i, f := range all {
		if err := w.Add(f, periods[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func samePixels(t rapid.TB, what string, got, want image.Image) {
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s has bounds %v, want %v", what, got.Bounds(), want.Bounds())
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			a := color.NRGBAModel.Convert(got.At(x, y))
			if b := color.NRGBAModel.Convert(want.At(x, y)); a != b {
				t.Fatalf("%s: pixel (%d,%d) is %v, want %v", what, x, y, a, b)
			}
		}
	}
}

// TestRoundTrip: what is written is read again by independent readers, pixel by pixel and period by period.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		reel := film.Reel{
			Size:   image.Pt(rapid.IntRange(1, 9).Draw(r, "width"), rapid.IntRange(1, 9).Draw(r, "height")),
			Grey:   rapid.Bool().Draw(r, "grey"),
			Frames: rapid.IntRange(1, 4).Draw(r, "frames"),
			Rate:   rapid.IntRange(1, film.MostGIFRate).Draw(r, "rate"),
		}
		all, periods := frames(r, reel, 3)
		var b, again bytes.Buffer
		write(r, film.NewPNG(&b, reel), all, periods)
		write(r, film.NewPNG(&again, reel), all, periods)
		if !bytes.Equal(b.Bytes(), again.Bytes()) {
			r.Fatal("the same frames make other PNG bytes")
		}
		read, err := filmtest.ReadPNG(b.Bytes())
		if err != nil || len(read) != len(all) {
			r.Fatalf("%d frames, %v", len(read), err)
		}
		for i, f := range read {
			samePixels(r, fmt.Sprint("PNG frame ", i), f.Image, all[i])
			if want := time.Duration(periods[i]) * time.Second / time.Duration(reel.Rate); f.Time != want {
				r.Fatalf("PNG frame %d is shown for %v, want %v", i, f.Time, want)
			}
		}
		still, err := png.Decode(bytes.NewReader(b.Bytes()))
		if err != nil {
			r.Fatal(err)
		}
		samePixels(r, "still", still, all[0])

		b.Reset()
		again.Reset()
		write(r, film.NewGIF(&b, reel), all, periods)
		write(r, film.NewGIF(&again, reel), all, periods)
		if !bytes.Equal(b.Bytes(), again.Bytes()) {
			r.Fatal("the same frames make other GIF bytes")
		}
		g, err := gif.DecodeAll(bytes.NewReader(b.Bytes()))
		if err != nil || len(g.Image) != len(all) || g.LoopCount != 0 {
			r.Fatalf("%v: %+v", err, g)
		}
		shown, told := 0, 0
		for i, f := range g.Image {
			samePixels(r, fmt.Sprint("GIF frame ", i), f, all[i])
			shown += periods[i]
			told += g.Delay[i]
			if off := math.Abs(float64(told)/100 - float64(shown)/float64(reel.Rate)); off > 0.0051 {
				r.Fatalf("GIF frame %d ends %v s off", i, off)
			}
		}
	})
}

// TestManyColours: a frame of more than 256 colours is near to what it was.
func TestManyColours(t *testing.T) {
	const side = 64
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.SetNRGBA(x, y, color.NRGBA{uint8(4 * x), uint8(4 * y), uint8(2 * (x + y)), 255})
		}
	}
	var b bytes.Buffer
	write(t, film.NewGIF(&b, film.Reel{Size: image.Pt(side, side), Frames: 1, Rate: 10}), []image.Image{img}, []int{1})
	g, err := gif.Decode(&b)
	must(t, err)
	used := map[color.Color]bool{}
	var squares float64
	for y := range side {
		for x := range side {
			got, want := color.NRGBAModel.Convert(g.At(x, y)).(color.NRGBA), img.NRGBAAt(x, y)
			used[got] = true
			for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
				squares += float64(d * d)
			}
		}
	}
	// A table of 16 by 16 colours, of cells of 16 by 16, has 4.6 in two channels and 4.5 in the third.
	if rms := math.Sqrt(squares / (3 * side * side)); len(used) != 256 || rms > 5.5 {
		t.Errorf("%d colours, %.2f off, want 256 and at most 5.5", len(used), rms)
	}
}

// TestWrongFrames: each is refused with a sentence.
func TestWrongFrames(t *testing.T) {
	reel := film.Reel{Size: image.Pt(2, 2), Grey: true, Frames: 1, Rate: 10}
	grey := image.NewGray(image.Rect(0, 0, 2, 2))
	for name, make := range map[string]func(film.Reel) film.Writer{
		"png": func(r film.Reel) film.Writer { return film.NewPNG(io.Discard, r) },
		"gif": func(r film.Reel) film.Writer { return film.NewGIF(io.Discard, r) },
	} {
		w := make(reel)
		says(t, name, w.Add(image.NewGray(image.Rect(0, 0, 3, 2)), 1), "bounds (0,0)-(3,2)")
		says(t, name, w.Add(image.NewNRGBA(image.Rect(0, 0, 2, 2)), 1), "is in colours (*image.NRGBA), want grey")
		says(t, name, w.Add(grey, 0), "0 periods")
		says(t, name, w.Add(grey, 1<<20), "at most 65535")
		says(t, name, w.Close(), "0 frames, want 1")
		must(t, w.Add(grey, 1))
		says(t, name, w.Add(grey, 1), "more than 1 frames")
		must(t, w.Close())
	}
	fast := reel
	fast.Rate = 60
	says(t, "gif", film.NewGIF(io.Discard, fast).Add(grey, 1), "rate of at most 50")
	for _, w := range []film.Writer{film.NewPNG(full{}, reel), film.NewGIF(full{}, reel)} {
		if err := w.Add(grey, 1); !errors.Is(err, errFull) {
			t.Errorf("got %v, want the error of the file", err)
		}
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func says(t *testing.T, what string, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("%s: got %v, want %q in it", what, err, part)
	}
}

// TestVideo: a real ffmpeg makes a video with every frame.
func TestVideo(t *testing.T) {
	ffmpeg, err := film.FindFFmpeg()
	if err != nil {
		t.Skip(err)
	}
	for _, format := range []string{"mp4", "webm"} {
		for _, grey := range []bool{true, false} {
			reel := film.Reel{Size: image.Pt(33, 31), Grey: grey, Frames: 5, Rate: 10}
			path := filepath.Join(t.TempDir(), "v."+format)
			w, err := film.NewVideo(t.Context(), ffmpeg, format, path, reel)
			must(t, err)
			area := image.Rectangle{Max: reel.Size}
			for i := range reel.Frames {
				img := image.Image(image.NewGray(area))
				if c := image.NewNRGBA(area); !grey {
					for k := range c.Pix {
						c.Pix[k] = uint8(50 * i)
					}
					img = c
				}
				if g, ok := img.(*image.Gray); ok {
					for k := range g.Pix {
						g.Pix[k] = uint8(50 * i)
					}
				}
				must(t, w.Add(img, 1+i%2))
			}
			must(t, w.Close())
			raw, err := exec.Command(ffmpeg, "-loglevel", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1").Output()
			must(t, err)
			const pixels = 34 * 32
			if len(raw) != 7*pixels {
				t.Fatalf("%s: %d bytes, want 7 frames of 34x32", format, len(raw))
			}
			for k, i := range []int{0, 1, 1, 2, 3, 3, 4} {
				if v := int(raw[k*pixels+10*34+10]); v < 50*i-6 || v > 50*i+6 {
					t.Errorf("%s, grey %v: frame %d is of %d, want %d", format, grey, k, v, 50*i)
				}
			}
		}
	}
	_, err = film.NewVideo(t.Context(), filepath.Join(t.TempDir(), "none"), "mp4", "x.mp4", film.Reel{})
	says(t, "no program", err, "ffmpeg: ")
}

// fake writes a shell script that stands for ffmpeg.
func fake(t *testing.T, script string) string {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script stands for ffmpeg")
	}
	path := filepath.Join(t.TempDir(), "ffmpeg")
	must(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o777))
	return path
}

// TestVideoFails: an ffmpeg that fails, ends early or is killed gives an error with what it said.
func TestVideoFails(t *testing.T) {
	reel := film.Reel{Size: image.Pt(400, 400), Grey: true, Frames: 3, Rate: 10}
	frame := image.NewGray(image.Rectangle{Max: reel.Size})
	run := func(ctx context.Context, script string) error {
		w, err := film.NewVideo(ctx, fake(t, script), "mp4", filepath.Join(t.TempDir(), "x.mp4"), reel)
		must(t, err)
		for range reel.Frames {
			if err := w.Add(frame, 1); err != nil {
				return errors.Join(err, w.Close())
			}
		}
		return w.Close()
	}
	says(t, "fails at the end", run(t.Context(), "cat >/dev/null; echo Unknown encoder >&2; exit 8"), "exit status 8: Unknown encoder")
	says(t, "fails at once", run(t.Context(), "echo no such muxer >&2; exit 1"), "exit status 1: no such muxer")
	says(t, "says a lot", run(t.Context(), "seq 100000 >&2; exit 1"), "99999 100000")
	says(t, "ends early", run(t.Context(), "exit 0"), "before it had all frames")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	says(t, "is killed", run(ctx, "exec sleep 60"), "killed")
	must(t, run(t.Context(), "cat >/dev/null"))
}

// TestFramesAreNotHeld: an animation of many frames takes the memory of one.
func TestFramesAreNotHeld(t *testing.T) {
	reel := film.Reel{Size: image.Pt(256, 256), Frames: 200, Rate: 10}
	frame := image.NewNRGBA(image.Rectangle{Max: reel.Size})
	for i := range frame.Pix {
		frame.Pix[i] = uint8(i * i >> 3)
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	writers := []film.Writer{film.NewPNG(io.Discard, reel), film.NewGIF(io.Discard, reel)}
	for i, w := range writers {
		before := held()
		for range 20 {
			must(t, w.Add(frame, 1))
		}
		if after := held(); after > before+6<<20 {
			t.Errorf("writer %d holds %d bytes after 20 frames of %d", i, after-before, len(frame.Pix))
		}
	}
	runtime.KeepAlive(writers)
}

// TestReaderOfTests: the reader refuses what is broken.
func TestReaderOfTests(t *testing.T) {
	reel := film.Reel{Size: image.Pt(3, 3), Grey: true, Frames: 2, Rate: 10}
	img := image.NewGray(image.Rectangle{Max: reel.Size})
	var b bytes.Buffer
	write(t, film.NewPNG(&b, reel), []image.Image{img, img}, []int{1, 1})
	for i := range b.Bytes() {
		broken := slices.Clone(b.Bytes())
		broken[i] ^= 1
		if _, err := filmtest.ReadPNG(broken); err == nil {
			t.Errorf("byte %d is changed, and nothing is noticed", i)
		}
	}
}
