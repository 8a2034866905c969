package listfile

import (
	"strconv"
	"strings"

	"gorgan/dataset/content"
)

// blanks are the characters between fields: with the no-break spaces.
const blanks = " \t\u00a0\u202f"

func cutFirst(line string) (first, rest string, ok bool) {
	i := strings.IndexAny(line, blanks)
	if i < 0 {
		return line, "", false
	}
	return line[:i], strings.Trim(line[i:], blanks), true
}

// split divides a trimmed line.
func (f spaced) split(line string) (path, label, fault string) {
	if f.labelFirst {
		label, path, _ = cutFirst(line)
		if inner, rest, quoted := cutQuotes(path); quoted && rest == "" {
			path = inner
		}
		return path, strings.Trim(label, `"`), ""
	}
	if line[0] == '"' || line[0] == '\'' {
		inner, rest, quoted := cutQuotes(line)
		switch {
		case !quoted && line[0] == '"':
			return "", "", "a double quote opens and does not close before a space or the end of the line"
		case quoted && (line[0] == '"' || content.NamesImage(inner) || rest == ""):
			if label, more, quoted := cutQuotes(rest); quoted && more == "" {
				return inner, label, ""
			}
			return inner, rest, ""
		}
	}
	if f.pathOnly {
		return line, "", ""
	}
	if f.labels > 1 {
		if fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(blanks, r) }); numbersBehind(fields) == f.labels {
			label = fields[len(fields)-f.labels]
			return cutLabels(line, f.labels), label, ""
		}
	}
	path, label = splitSpaced(line)
	if inner, more, quoted := cutQuotes(label); quoted && more == "" {
		label = inner
	}
	return path, label, ""
}

// cutLabels cuts n fields off the end of a line.
func cutLabels(line string, n int) string {
	for range n {
		line = strings.TrimRight(line[:strings.LastIndexAny(line, blanks)], blanks)
	}
	return line
}

// cutQuotes cuts the text in quotes at the start of a line. The closing quote stands before a blank
// or at the end.
func cutQuotes(line string) (inner, rest string, ok bool) {
	if line == "" || line[0] != '"' && line[0] != '\'' {
		return "", "", false
	}
	quote := line[:1]
	for i := 1; ; i++ {
		at := strings.Index(line[i:], quote)
		if at < 0 {
			return "", "", false
		}
		i += at
		if quote == `"` && strings.HasPrefix(line[i+1:], quote) {
			i++
			continue
		}
		rest = strings.TrimLeft(line[i+1:], blanks)
		if rest == "" || len(rest) < len(line)-i-1 {
			return strings.ReplaceAll(line[1:i], `""`, `"`), rest, true
		}
	}
}

// splitSpaced splits a trimmed line without quotes around the path. label is "" for none.
func splitSpaced(line string) (path, label string) {
	last := line[strings.LastIndexAny(line, " \t")+1:]
	if before := strings.TrimRight(strings.TrimSuffix(line, last), blanks); before != "" {
		if _, err := strconv.ParseUint(last, 10, 31); err == nil {
			return before, last
		}
	}
	if content.NamesImage(line) {
		return line, ""
	}
	// What follows an image is the label, but not several words that begin with a number.
	for end := strings.LastIndexAny(line, blanks); end > 0; end = strings.LastIndexAny(line[:end], blanks) {
		if !content.NamesImage(line[:end]) {
			continue
		}
		label = strings.Trim(line[end:], blanks)
		if word, _, several := cutFirst(label); several && isNumber(word) {
			return line, ""
		}
		return line[:end], label
	}
	return line, ""
}
