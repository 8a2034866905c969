package excerpt

import (
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestOf(t *testing.T) {
	a, b := strings.Repeat("a", 39), strings.Repeat("é", 39)
	for text, want := range map[string]string{
		"":                        `""`,
		`my "photos"\a b.png`:     `my "photos"\a b.png`,
		"tulip\x1b[2J":            `"tulip\x1b[2J"`,
		"caf\xe9.png":             `"caf\xe9.png"`,
		"a\u00a0b":                `"a\u00a0b"`,
		a + "xy" + b:              a + "xy" + b,
		a + "xyz" + b:             a + "…" + b,
		a + "\x00" + "yz" + b:     a + "…" + b,
		a + "xyz" + b[:76] + "\n": `"` + a + "…" + "é" + b[:74] + `\n"`,
	} {
		if got := Of(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
		if got := Quoted(text); got != strconv.Quote(clip(text)) {
			t.Errorf("%q: quoted %s", text, got)
		}
	}
	long := strings.Repeat("long ", 50)
	if got := Printable(long); got != long {
		t.Errorf("got %q", got)
	}
	if got := Printable(long + "\t"); got != strconv.Quote(long+"\t") {
		t.Errorf("got %q", got)
	}
}

// TestAnyText: an excerpt of any bytes is short and can be printed, and has both ends.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) })).Draw(t, "text")
		got := clip(text)
		if n := utf8.RuneCountInString(got); n > 80 || n < 79 && got != text {
			t.Fatalf("%d characters of %q", n, text)
		}
		first, last, cut := strings.Cut(got, "…")
		if got != text && (!cut || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last)) {
			t.Fatalf("%q is clipped to %q", text, got)
		}
		if shown := Of(text); !utf8.ValidString(shown) || strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q becomes %q", text, Of(text))
		}
	})
}
