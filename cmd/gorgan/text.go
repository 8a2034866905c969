package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"gorgan/dataset/content"
)

// count writes a number of things: "1 image", "2 images", "3 classes".
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s") || strings.HasSuffix(noun, "x") || strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	case strings.HasSuffix(noun, "y") && !strings.ContainsAny(noun[max(0, len(noun)-2):len(noun)-1], "aeiou"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// wrapped breaks text into lines of at most so many columns. A longer word has its own line.
func wrapped(text string, columns int) []string {
	var lines []string
	line, width := "", 0
	for _, word := range strings.Fields(text) {
		w := runewidth.StringWidth(word)
		switch {
		case line == "":
			line, width = word, w
		case width+1+w > columns:
			lines = append(lines, line)
			line, width = word, w
		default:
			line, width = line+" "+word, width+1+w
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// printable escapes the characters of text that would control a terminal or end a line.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// sentence writes the text of an error on one line. Joined errors have one line each. That a format
// is bad is for code to know: the text before it says what is wrong.
func sentence(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, ": "+content.ErrFormat.Error())
	}
	return printable(strings.Join(lines, "; "))
}
