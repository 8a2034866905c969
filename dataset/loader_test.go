package dataset_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gorgan/dataset"
	"gorgan/dataset/raster"
)

var small = raster.Size{Height: 2, Width: 3}

// shuffled is an order that differs from pass to pass.
func shuffled(n int) func(uint64) int {
	return func(p uint64) int { return int((p*7 + p/uint64(n)*3) % uint64(n)) }
}

// stream is the next n batches, one after the other.
func stream(t *testing.T, s *dataset.Set, o dataset.LoaderOptions, n int) []byte {
	t.Helper()
	l, err := dataset.NewLoader(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var all []byte
	for range n {
		b, err := l.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(b) != o.Batch*s.Shape().Values() {
			t.Fatalf("batch has %d bytes", len(b))
		}
		all = append(all, b...)
	}
	return all
}

func TestLoaderStream(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := randomSet(t, 10, small)
	order := shuffled(10)
	var want []byte
	for p := range uint64(120) {
		i := order(p)
		want = append(want, s.Bytes()[i*6:i*6+6]...)
	}
	for _, readers := range []int{1, 8} {
		for _, queue := range []int{1, 0} {
			o := dataset.LoaderOptions{Batch: 4, Order: order, Readers: readers, Queue: queue}
			if !bytes.Equal(stream(t, s, o, 30), want) {
				t.Errorf("%d readers: not the images in the order's order", readers)
			}
			o.First = 4 * 13
			if !bytes.Equal(stream(t, s, o, 17), want[4*13*6:]) {
				t.Errorf("%d readers: from position 52 on: not the tail of the stream", readers)
			}
		}
	}
	uncached, _ := mustOpen(t, pngList(t, t.TempDir(), s), dataset.Options{Cache: -1})
	if !bytes.Equal(stream(t, uncached, dataset.LoaderOptions{Batch: 4, Order: order}, 30), want) {
		t.Error("another stream from an uncached set")
	}
	plain := stream(t, s, dataset.LoaderOptions{Batch: 10}, 2)
	if !bytes.Equal(plain, append(bytes.Clone(s.Bytes()), s.Bytes()...)) {
		t.Error("without an order: not the set over and over")
	}
}

func TestLoaderPositionsComeInOrder(t *testing.T) {
	s := randomSet(t, 5, small)
	want := uint64(9)
	stream(t, s, dataset.LoaderOptions{Batch: 2, First: want, Order: func(p uint64) int {
		if p != want {
			t.Errorf("asked for position %d, want %d", p, want)
		}
		want++
		return 0
	}}, 5)
}

func TestNewLoaderRefuses(t *testing.T) {
	s := randomSet(t, 3, small)
	for batch, part := range map[int]string{0: "batch is 0, want at least 1", -1: "batch is -1", 4: "batch is 4, want at most the 3 images"} {
		_, err := dataset.NewLoader(t.Context(), s, dataset.LoaderOptions{Batch: batch})
		says(t, err, "dataset: noise: ", part)
	}
	_, err := dataset.NewLoader(t.Context(), nil, dataset.LoaderOptions{Batch: 1})
	says(t, err, "no set")
}

func TestLoaderBadOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	l, err := dataset.NewLoader(t.Context(), randomSet(t, 3, small), dataset.LoaderOptions{Batch: 2, Order: func(p uint64) int { return int(p) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = l.Next(t.Context())
		says(t, err, "image 3 at position 3, want 0 to 2")
	}
	l.Close()
}

func TestLoaderFileVanishes(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	s, _ := mustOpen(t, pngList(t, dir, randomSet(t, 6, small)), dataset.Options{Cache: -1})
	gone := filepath.Join(dir, "images", "003.png")
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	l, err := dataset.NewLoader(t.Context(), s, dataset.LoaderOptions{Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Next(t.Context()); err != nil {
		t.Fatalf("the batch before: %v", err)
	}
	_, err = l.Next(t.Context())
	says(t, err, "line 4: images/003.png: no such file")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap ErrNotExist", err)
	}
}

func TestLoaderStops(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := randomSet(t, 3, small)
	start := func(ctx context.Context) *dataset.Loader {
		l, err := dataset.NewLoader(ctx, s, dataset.LoaderOptions{Batch: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l
	}
	fails := func(l *dataset.Loader, ctx context.Context, want error) {
		t.Helper()
		for range 3 {
			if b, err := l.Next(ctx); b != nil || err == nil || want != nil && !errors.Is(err, want) {
				t.Errorf("got %d bytes, %v, want %v", len(b), err, want)
			}
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	l := start(ctx)
	cancel()
	fails(l, t.Context(), context.Canceled) // ready batches or not
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	fails(l, t.Context(), context.Canceled)

	l = start(t.Context())
	fails(l, ctx, context.Canceled)
	if _, err := l.Next(t.Context()); err != nil {
		t.Errorf("cancelling one Next ended the loader: %v", err)
	}
	l.Close()
	l.Close()
	fails(l, t.Context(), nil)
	_, err := l.Next(t.Context())
	says(t, err, "loader is closed")

	abandoned, cancel := context.WithCancel(t.Context())
	start(abandoned)
	cancel() // goleak sees that no Close is needed
}

// A Next that waits for a batch gives up at once.
func TestLoaderWaitingNextIsCancelled(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, end := range []string{"next", "loader", "close"} {
		hold := make(chan struct{})
		outer, cancelOuter := context.WithCancel(t.Context())
		inner, cancelInner := context.WithCancel(t.Context())
		l, err := dataset.NewLoader(outer, randomSet(t, 3, small), dataset.LoaderOptions{Batch: 1, Order: func(uint64) int { <-hold; return 0 }})
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error)
		go func() {
			_, err := l.Next(inner)
			failed <- err
		}()
		time.Sleep(5 * time.Millisecond)
		switch end {
		case "next":
			cancelInner()
		case "loader":
			cancelOuter()
			close(hold)
		case "close":
			close(hold)
			l.Close()
		}
		select {
		case err := <-failed:
			if err == nil && end != "close" {
				t.Errorf("%s: no error", end)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%s: still waiting", end)
		}
		if end == "next" {
			close(hold)
		}
		l.Close()
		cancelInner()
		cancelOuter()
	}
}

func TestLoaderCloseWaits(t *testing.T) {
	var drawing atomic.Bool
	l, err := dataset.NewLoader(t.Context(), randomSet(t, 3, small), dataset.LoaderOptions{Batch: 1, Order: func(uint64) int {
		drawing.Store(true)
		time.Sleep(20 * time.Millisecond)
		drawing.Store(false)
		return 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	for !drawing.Load() {
		time.Sleep(time.Millisecond)
	}
	l.Close()
	if drawing.Load() {
		t.Error("still drawing after Close")
	}
}

func TestLoaderDoesNotAllocate(t *testing.T) {
	l, err := dataset.NewLoader(t.Context(), randomSet(t, 50, small), dataset.LoaderOptions{Batch: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 100 {
		if _, err := l.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { l.Next(t.Context()) }); n >= 0.5 {
		t.Errorf("%v allocations per batch", n)
	}
}

func BenchmarkLoader(b *testing.B) {
	s, _, err := dataset.Open(b.Context(), "mnist", dataset.Options{})
	if err != nil {
		b.Fatal(err)
	}
	l, err := dataset.NewLoader(b.Context(), s, dataset.LoaderOptions{Batch: 128, Order: shuffled(s.Len())})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	b.ReportAllocs()
	b.SetBytes(128 * 784)
	for b.Loop() {
		if _, err := l.Next(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
