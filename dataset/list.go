package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxLine is the longest line of a list, in bytes.
const maxLine = 64 << 10

const labelRange = "a whole number from 0 to 2147483647"

// Entry is a line of a list: an image's path as written there and its label, -1 for none.
type Entry struct {
	Line  int // from 1
	Path  string
	Label int
}

// ParseList reads a list of images: UTF-8 text, with or without a byte order mark, with a
// line per image, `path` or `path label`, separated by spaces or tabs. The path may contain
// spaces. Blank lines are skipped. What is meant is decided by the text alone:
//
//   - if the last field is a whole number from 0 to 2147483647, it is the label;
//   - else if what is before the last field ends in .jpg, .jpeg or .png, and the last field
//     does not, that field is a bad label;
//   - else the whole line is the path.
//
// Lines with a bad label are returned as problems. The error is a line longer than 64 KiB
// (wrapping [ErrFormat]) or r's own.
func ParseList(r io.Reader) ([]Entry, []Problem, error) {
	var entries []Entry
	var problems []Problem
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
			problems = append(problems, Problem{number, path, KindBadLabel, fmt.Sprintf("label is %q, expected %s", text[len(text)-len(lastField(text)):], labelRange)})
			continue
		}
		entries = append(entries, Entry{number, path, label})
	}
	err := lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		err = fmt.Errorf("line %d: longer than %d bytes, expected `path label`: %w", number+1, maxLine, ErrFormat)
	}
	return entries, problems, err
}

// splitLine takes a trimmed line apart; ok is false when the label is bad.
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
