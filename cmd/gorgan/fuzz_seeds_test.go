package main

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"gorgan/model/picture"
)

// FuzzSeeds: a list of numbers and ranges is refused in one line, or is what its parts name,
// at most so many numbers.
func FuzzSeeds(f *testing.F) {
	one := big.NewInt(1)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseRanges("seeds", text)
		if err != nil {
			if !errors.As(err, new(usageError)) || strings.Contains(err.Error(), "\n") || got != nil {
				t.Errorf("%v, with %d seeds", err, len(got))
			}
			return
		}
		if len(got) == 0 || len(got) > picture.MaxImages {
			t.Fatalf("%d seeds, want 1 to %d", len(got), picture.MaxImages)
		}
		for part := range strings.SplitSeq(text, ",") {
			from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
			if !isRange {
				to = from
			}
			// In numbers without an end, in which none can wrap.
			first, okFirst := new(big.Int).SetString(from, 10)
			last, okLast := new(big.Int).SetString(to, 10)
			if !okFirst || !okLast || first.Sign() < 0 || !last.IsUint64() {
				t.Fatalf("%q is taken", part)
			}
			for n := first; n.Cmp(last) <= 0; n.Add(n, one) {
				if len(got) == 0 || got[0] != n.Uint64() {
					t.Fatalf("%q does not give %v", part, n)
				}
				got = got[1:]
			}
		}
		if len(got) > 0 {
			t.Errorf("%d seeds that no part names", len(got))
		}
	})
}
