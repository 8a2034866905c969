package dataset_test

import (
	"errors"
	"testing"

	"gorgan/dataset"
	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 4096)
		s := dataset.Size{Height: side.Draw(t, "height"), Width: side.Draw(t, "width")}
		if got, err := dataset.ParseSize(s.String()); got != s || err != nil {
			t.Fatalf("got %v, %v from %q", got, err, s)
		}
	})
	for text, part := range map[string]string{
		"": "like 28x28", "28": "like 28x28", "28x": "like 28x28", "-1x2": "like 28x28", "+1x2": "like 28x28",
		"2x3x4": "like 28x28", "99999999999x1": "like 28x28",
		"0x5": "at least 1x1", "5000x5000": "at most 16777216", "2147483647x2147483647": "at most 16777216",
	} {
		_, err := dataset.ParseSize(text)
		says(t, err, "size \""+text+"\"", part)
		if !errors.Is(err, dataset.ErrFormat) {
			t.Errorf("%v does not wrap ErrFormat", err)
		}
	}
}
