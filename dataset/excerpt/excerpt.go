// Package excerpt fits text from files into messages: paths, labels and values. A message stays short and
// cannot disturb a terminal, whatever the file holds.
package excerpt

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Of returns at most 80 characters of text: both ends of a longer one, around "…". It returns them in
// Go's quotes if there are none, or some cannot be printed.
func Of(text string) string {
	if text == "" {
		return `""`
	}
	return Printable(clip(text))
}

// Quoted returns the same characters as [Of], always in Go's quotes.
func Quoted(text string) string { return strconv.Quote(clip(text)) }

// Printable returns the whole text. It is in Go's quotes if it is not UTF-8, or if some of its characters
// cannot be printed.
func Printable(text string) string {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

func clip(text string) string {
	const most, half = 80, 39
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	first, last := 0, len(text)
	for range half {
		_, size := utf8.DecodeRuneInString(text[first:])
		first += size
		_, size = utf8.DecodeLastRuneInString(text[:last])
		last -= size
	}
	return text[:first] + "…" + text[last:]
}
