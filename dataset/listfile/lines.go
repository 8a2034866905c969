package listfile

import "strings"

// sampleLines is how many lines decide on the form of a text.
const sampleLines = 1000

// scanner goes through the lines of a text. It skips blank lines and comments.
type scanner struct {
	rest     string
	number   int  // of the last line that was cut
	comments int  // lines skipped
	noHash   bool // a # starts no comment
}

// skip goes to the next line that says something, and returns it without cutting it. The error is
// for a line that is too long.
func (s *scanner) skip() (line string, ok bool, err error) {
	for s.rest != "" {
		line, rest := cutLine(s.rest)
		if len(line) > maxLine {
			return "", false, bad("line %d: longer than %d bytes, want `path label`", s.number+1, maxLine)
		}
		trimmed := strings.Trim(line, blanks)
		comment := !s.noHash && strings.HasPrefix(trimmed, "#")
		if trimmed != "" && !comment {
			return line, true, nil
		}
		if comment {
			s.comments++
		}
		s.rest = rest
		s.number++
	}
	return "", false, nil
}

// line cuts the next line that says something, and trims it.
func (s *scanner) line() (line string, ok bool, err error) {
	if _, ok, err = s.skip(); !ok {
		return "", false, err
	}
	line, s.rest = cutLine(s.rest)
	s.number++
	return strings.Trim(line, blanks), true, nil
}

// cutLine cuts the first line off a text, at LF, CRLF or CR.
func cutLine(text string) (line, rest string) {
	end := strings.IndexAny(text, "\r\n")
	if end < 0 {
		return text, ""
	}
	line, rest = text[:end], text[end+1:]
	if text[end] == '\r' {
		rest = strings.TrimPrefix(rest, "\n")
	}
	return line, rest
}

// lines reads a text of lines.
func (p *parser) lines(text string) error {
	s := scanner{rest: text}
	only, separators := separatorLine(text)
	if only {
		_, s.rest = cutLine(text)
		s.number = 1
		p.note("line 1 only names the separator")
	}
	// A list in which every line starts with # has paths that do.
	if _, ok, err := s.ahead().line(); err != nil {
		return err
	} else if !ok {
		s.noHash = true
	}
	best, err := bestTable(s, separators)
	if err != nil {
		return err
	}
	if best != nil {
		err = p.table(&s, best)
	} else {
		err = p.spaced(&s)
	}
	if err == nil && s.comments > 0 {
		p.note("%s left out", count(s.comments, "comment line is", "comment lines are"))
	}
	return err
}

// ahead returns a scanner that looks ahead of s.
func (s scanner) ahead() *scanner { return &s }

// separatorLine reports whether a text begins with Excel's line sep=; and returns the separators
// that come into question, the likeliest first.
func separatorLine(text string) (only bool, separators string) {
	line, _ := cutLine(text)
	if len(line) == 5 && strings.HasPrefix(line, "sep=") && strings.Contains(separatorBytes, line[4:]) {
		return true, line[4:]
	}
	return false, separatorBytes
}

const separatorBytes = "\t;,"
