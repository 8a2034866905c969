package listfile

import (
	"slices"
	"strings"

	"gorgan/dataset/content"
)

// spaced is how lines of a path and perhaps a label are divided at blanks.
type spaced struct {
	labelFirst bool
	pathOnly   bool
	labels     int // more than 1 if a path has several numbers behind it
}

// spaced reads lines of `path label`.
func (p *parser) spaced(s *scanner) error {
	lines, err := s.sampleOfLines()
	if err != nil {
		return err
	}
	form, header := spacedHeader(lines)
	if header {
		lines = lines[1:]
	} else if form, err = spacedForm(lines); err != nil {
		return err
	}
	p.list.Form = form.String()
	p.list.Doubt = doubt(lines, form)
	if header {
		p.list.Form += ", below a header"
		if _, _, err := s.line(); err != nil {
			return err
		}
	}
	if form.labels > 1 {
		p.note("the first of %d labels a line is used", form.labels)
	}
	noBreak := 0
	for {
		line, ok, err := s.line()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		path, label, fault := form.split(line)
		if path == "" && fault == "" {
			fault = "the path is empty"
		}
		if fault != "" {
			err = p.problem(s.number, path, "%s", fault)
		} else {
			if between := strings.TrimSuffix(strings.TrimPrefix(line, path), label); label != "" && strings.Trim(between, " \t") != "" && strings.Trim(between, blanks) == "" {
				noBreak++
			}
			err = p.entry(Entry{s.number, path, label, label != ""}, copied(line, path, label))
		}
		if err != nil {
			return err
		}
	}
	if noBreak > 0 {
		p.note("no-break spaces separate path and label on %s", count(noBreak, "line", "lines"))
	}
	return nil
}

// copied is the number of bytes of a path and a label that are copies instead of parts of the line.
func copied(line, path, label string) int {
	if strings.Contains(line, `""`) {
		return len(path) + len(label)
	}
	return 0
}

// sampleOfLines returns the first lines that say something.
func (s scanner) sampleOfLines() ([]string, error) {
	var lines []string
	for len(lines) < sampleLines {
		line, ok, err := s.line()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (f spaced) String() string {
	switch {
	case f.pathOnly:
		return "lines of `path`"
	case f.labelFirst:
		return "lines of `label path`"
	}
	return "lines of `path label`"
}

// spacedHeader recognises a first line that only has the names of columns.
func spacedHeader(lines []string) (f spaced, ok bool) {
	if len(lines) == 0 {
		return f, false
	}
	names := strings.FieldsFunc(lines[0], func(r rune) bool { return strings.ContainsRune(blanks+",;", r) })
	for i := range names {
		names[i] = strings.Trim(names[i], `"'`)
	}
	path, label := find(names, pathNames), find(names, labelNames)
	switch {
	case len(names) == 1 && len(path) == 1:
		return spaced{pathOnly: true}, len(lines) > 1
	case len(names) == 2 && len(path) == 1 && len(label) == 1:
		return spaced{labelFirst: label[0] < path[0]}, true
	}
	return f, false
}

// spacedForm finds the order of the fields.
func spacedForm(lines []string) (spaced, error) {
	var f spaced
	var first []string
	labelFirst, alone, table := true, true, true
	behind := map[int]int{} // lines by the number of labels
	for _, line := range lines {
		fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(blanks, r) })
		numbers := !slices.ContainsFunc(fields, func(field string) bool { return !isNumber(field) })
		alone = alone && numbers && len(fields) == 1
		table = table && numbers && len(fields) > 2
		label, path, _ := cutFirst(line)
		_, whole := wholeNumber(label)
		labelFirst = labelFirst && whole && content.NamesImage(strings.Trim(path, `"'`))
		first = append(first, label)
		if n := numbersBehind(fields); n > 0 {
			behind[n]++
		}
	}
	switch {
	case len(lines) > 0 && table:
		return f, bad("the text is a table of numbers, like one of pixels: no field names an image, want `path label`")
	case len(lines) > 1 && alone:
		return f, bad("each line is a number alone, so the text looks like labels without their images, want `path label`")
	case labelFirst:
		f.labelFirst = areClasses(first)
	}
	for n, of := range behind {
		if 10*of >= 9*len(lines) {
			f.labels = n
		}
	}
	return f, nil
}

// numbersBehind is how many numbers stand behind the image's path if it is one field; 0 or at least 2.
func numbersBehind(fields []string) int {
	n := 0
	for n < len(fields) && isNumber(fields[len(fields)-1-n]) {
		n++
	}
	if n > 1 && n < len(fields) && content.NamesImage(fields[len(fields)-1-n]) {
		return n
	}
	return 0
}

// areClasses reports whether whole numbers in front of paths look like labels. Labels begin at 0 or 1.
// There are at least two of them, fewer than lines, and one stands on two lines. Other numbers begin
// a path, as in "1 cat.jpg" and "2 dog.jpg", or in "2019 trip/1.jpg".
func areClasses(numbers []string) bool {
	seen := map[int32]bool{}
	least, most := int32(2), int32(0)
	for _, text := range numbers {
		n, _ := wholeNumber(text)
		seen[n] = true
		least, most = min(least, n), max(most, n)
	}
	return least < 2 && int(most) <= len(numbers) && len(seen) > 1 && len(seen) < len(numbers)
}
