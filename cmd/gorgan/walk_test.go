package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gorgan/model/film/filmtest"
)

// TestVideoIsInterrupted: Ctrl-C ends ffmpeg, and leaves neither a video nor a temporary file.
func TestVideoIsInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script stands for ffmpeg")
	}
	list, dir, bin, temporary := tinyList(t), t.TempDir(), t.TempDir(), t.TempDir()
	trained, began := filepath.Join(dir, "run"), filepath.Join(bin, "began")
	words := append(strings.Fields("gorgan train --steps 2 --data "+list+" --out "+trained), strings.Fields(small)...)
	if code := execute(t.Context(), words, io.Discard, io.Discard); code != 0 {
		t.Fatalf("training ended with %d", code)
	}
	must(t, os.WriteFile(filepath.Join(bin, "ffmpeg"), []byte("#!/bin/sh\n: >"+began+"\nexec sleep 60\n"), 0o777))
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMPDIR", temporary)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for !exists(began) {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	var said strings.Builder
	code := execute(ctx, strings.Fields("gorgan walk --device cpu --seeds 1,2,1 --model "+trained+" --out "+filepath.Join(dir, "x.mp4")), io.Discard, &said)
	if code != exitInterrupted || said.String() != "gorgan: interrupted\n" {
		t.Errorf("ended with %d: %s", code, said.String())
	}
	noneHalfWritten(t, dir)
	held, err := os.ReadDir(temporary)
	must(t, err)
	if exists(filepath.Join(dir, "x.mp4")) || len(held) > 0 {
		t.Errorf("the video or %v is left", held)
	}
}

// filmOf reads the frames of a GIF or an animated PNG.
func filmOf(ts *testscript.TestScript, name string) (frames []filmtest.Frame) {
	file := []byte(ts.ReadFile(name))
	if filepath.Ext(name) == ".png" {
		frames, err := filmtest.ReadPNG(file)
		ts.Check(err)
		return frames
	}
	g, err := gif.DecodeAll(bytes.NewReader(file))
	ts.Check(err)
	for i, f := range g.Image {
		frames = append(frames, filmtest.Frame{Image: f, Time: time.Duration(g.Delay[i]) * 10 * time.Millisecond})
	}
	return frames
}

// filmFrame tests that an animation has so many frames, and that one of them has the pixels of a picture: frame FILE FRAMES
// NUMBER PICTURE. With ! it tests that the frame has not.
func filmFrame(ts *testscript.TestScript, neg bool, args []string) {
	frames := filmOf(ts, args[0])
	if n := strconv.Itoa(len(frames)); n != args[1] {
		ts.Fatalf("%s has %s frames, want %s", args[0], n, args[1])
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	want, err := png.Decode(bytes.NewReader([]byte(ts.ReadFile(args[3]))))
	ts.Check(err)
	if (pixelSum(frames[n].Image) == pixelSum(want)) == neg {
		ts.Fatalf("frame %d of %s and %s: neg %v", n, args[0], args[3], neg)
	}
}

// framesDiffer tests that no two frames of an animation are the same: differ FILE.
func framesDiffer(ts *testscript.TestScript, _ bool, args []string) {
	seen := map[string]int{}
	for i, f := range filmOf(ts, args[0]) {
		sum := pixelSum(f.Image)
		if first, ok := seen[sum]; ok {
			ts.Fatalf("%s: frames %d and %d are the same", args[0], first, i)
		}
		seen[sum] = i
	}
}

// filmAbove tests that a frame of an animation is shown for so long and has the pixels of a picture above its caption: above
// FILE NUMBER TIME PICTURE.
func filmAbove(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	want, err := png.Decode(bytes.NewReader([]byte(ts.ReadFile(args[3]))))
	ts.Check(err)
	shown := filmOf(ts, args[0])[n]
	if shown.Time.String() != args[2] {
		ts.Fatalf("frame %d of %s is shown for %v, want %s", n, args[0], shown.Time, args[2])
	}
	frame := shown.Image.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if (pixelSum(frame.SubImage(want.Bounds())) == pixelSum(want)) == neg {
		ts.Fatalf("frame %d of %s and %s: neg %v", n, args[0], args[3], neg)
	}
}

// pixelSum is the same for the same pixels of the same place.
func pixelSum(img image.Image) string {
	b, sum := img.Bounds(), sha256.New()
	fmt.Fprint(sum, b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			sum.Write([]byte{c.R, c.G, c.B, c.A})
		}
	}
	return string(sum.Sum(nil))
}
