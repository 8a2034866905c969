package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gorgan/dataset/content"
)

// maxLine is the longest line of a list, in bytes.
const maxLine = 64 << 10

const labelRange = "a whole number from 0 to 2147483647"

// Entry is a line of a list: an image's path as written there, and its label, or -1.
type Entry struct {
	Line  int // from 1
	Path  string
	Label int
}

// ParseList reads a list of images: UTF-8 text, with or without a byte order mark, with a
// line per image, `path` or `path label`, separated by spaces or tabs. The path may contain
// spaces. Blank lines are skipped. The text alone decides what a line means:
//
//   - If the last field is a whole number from 0 to 2147483647, it is the label.
//   - Otherwise, if the text before the last field ends in .jpg, .jpeg or .png and the last
//     field does not, the last field is a bad label.
//   - Otherwise the whole line is the path.
//
// Lines with a bad label are returned as problems. The error is for a line longer than 64 KiB
// (it wraps [content.ErrFormat]), or it is r's own.
func ParseList(r io.Reader) ([]Entry, []Problem, error) {
	var problems []Problem
	entries, err := parseList(r,
		func(p Problem) { problems = append(problems, p) },
		func(int64) bool { return true })
	return entries, problems, err
}

// heldByLine is about the memory, in bytes, that a line of a list takes besides its text.
const heldByLine = 128

// parseList does the work of ParseList. It passes each problem on, and stops if it does not
// get the memory for what it has read.
func parseList(r io.Reader, find func(Problem), holds func(bytes int64) bool) ([]Entry, error) {
	var entries []Entry
	held := int64(0)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	number := 0
	for lines.Scan() {
		number++
		text := lines.Text()
		if number == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if text = strings.Trim(text, " \t\r"); text == "" {
			continue
		}
		path, label, ok := splitLine(text)
		if !ok {
			find(Problem{number, path, KindBadLabel, fmt.Sprintf("label is %q, want %s", clip(lastField(text)), labelRange)})
			continue
		}
		if held += heldByLine + int64(len(text)); !holds(held) {
			return nil, fmt.Errorf("its first %d lines take %d bytes of memory, more than the cache: raise --cache", number, held)
		}
		entries = append(entries, Entry{number, path, label})
	}
	err := lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		err = fmt.Errorf("line %d: longer than %d bytes, want `path label`: %w", number+1, maxLine, content.ErrFormat)
	}
	return entries, err
}

// splitLine splits a trimmed line. ok is false if the label is bad.
func splitLine(text string) (path string, label int, ok bool) {
	last := lastField(text)
	before := strings.TrimRight(strings.TrimSuffix(text, last), " \t")
	if before == "" {
		return text, -1, true
	}
	if n, err := strconv.ParseUint(last, 10, 31); err == nil {
		return before, int(n), true
	}
	if namesImage(before) && !namesImage(last) {
		return before, 0, false
	}
	return text, -1, true
}

func lastField(text string) string {
	return text[strings.LastIndexAny(text, " \t")+1:]
}

func namesImage(path string) bool {
	path = strings.ToLower(path)
	for _, ending := range []string{".jpg", ".jpeg", ".png"} {
		if strings.HasSuffix(path, ending) {
			return true
		}
	}
	return false
}
