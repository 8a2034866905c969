package raster_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/raster"
	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 4096)
		s := raster.Size{Height: side.Draw(t, "height"), Width: side.Draw(t, "width")}
		if got, err := raster.ParseSize(s.String()); got != s || err != nil {
			t.Fatalf("got %v, %v from %q", got, err, s)
		}
		square := raster.Size{Height: s.Height, Width: s.Height}
		if got, err := raster.ParseSize(strconv.Itoa(s.Height)); got != square || err != nil {
			t.Fatalf("got %v, %v from the side %d", got, err, s.Height)
		}
	})
	for text, part := range map[string]string{
		"": "like 28x28", "28x": "like 28x28", "-1x2": "like 28x28", "+1x2": "like 28x28",
		"2x3x4": "like 28x28", "99999999999x1": "like 28x28",
		"0x5": "at least 1x1", "5000x5000": "at most 16777216", "2147483647x2147483647": "at most 16777216",
	} {
		_, err := raster.ParseSize(text)
		if err == nil || !strings.HasPrefix(err.Error(), "size is \""+text+"\"") || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: got %v, want %q in it", text, err, part)
		}
		if !errors.Is(err, content.ErrFormat) {
			t.Errorf("%v does not wrap ErrFormat", err)
		}
	}
}
