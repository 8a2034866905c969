package listfile

import "strings"

// maxColumns is how many fields of a record count. Those behind them are dropped.
const maxColumns = 256

// record is a line of a table. Quotes let it go over several lines of the text.
type record struct {
	line   int    // the number of its first line
	raw    string // its text, without the end of its last line
	fields []string
	fault  string // why the line could not be cut into fields, or ""
}

// record cuts the next record that says something. Its fields are in fields[:0].
func (s *scanner) record(separator byte, fields []string) (r record, ok bool, err error) {
	for {
		line, ok, err := s.skip()
		if !ok {
			return record{}, false, err
		}
		r := record{line: s.number + 1}
		text := s.rest[:min(len(s.rest), maxLine)]
		cut, kept, fault := cutFields(text, len(line), separator, fields[:0])
		if rest := s.rest[cut:]; fault == "" && rest != "" && rest[0] != '\n' && rest[0] != '\r' {
			fault = "a double quote does not close within 65536 bytes"
		}
		if r.fields, r.fault = kept, fault; fault != "" {
			cut, r.fields = len(line), nil
		}
		r.raw = s.rest[:cut]
		for inside := r.raw; inside != ""; s.number++ {
			_, inside = cutLine(inside)
		}
		_, s.rest = cutLine(s.rest[cut:])
		if fault != "" || strings.Join(r.fields, "") != "" {
			return r, true, nil
		}
	}
}

// cutFields cuts the fields of the record at the start of text, whose first line has end bytes. cut
// is where the record ends. A field may be in double quotes as RFC 4180 has it, with ends of lines
// in it, or in single quotes.
func cutFields(text string, end int, separator byte, fields []string) (cut int, out []string, fault string) {
	singles := true
	for at := 0; ; at++ {
		for at < end && text[at] == ' ' {
			at++
		}
		field, next := "", -1
		if at < end && text[at] == '"' {
			if field, next, fault = cutQuoted(text, at, separator); fault != "" {
				return 0, nil, fault
			}
			if next > end {
				line, _ := cutLine(text[next:])
				end = next + len(line)
			}
		} else if at < end && text[at] == '\'' && singles {
			field, next = cutSingle(text[:end], at, separator)
			singles = next >= 0
		}
		if next < 0 {
			next = end
			if i := strings.IndexByte(text[at:end], separator); i >= 0 {
				next = at + i
			}
			field = strings.Trim(text[at:next], blanks)
		}
		if len(fields) < maxColumns {
			fields = append(fields, field)
		}
		if at = next; at == end {
			return end, fields, ""
		}
	}
}

// cutQuoted cuts the field whose double quote opens at text[at]. next is where its separator or the
// end of its line is.
func cutQuoted(text string, at int, separator byte) (field string, next int, fault string) {
	escaped := false
	for i := at + 1; ; i++ {
		quote := strings.IndexByte(text[i:], '"')
		if quote < 0 {
			return "", 0, "a double quote opens and does not close"
		}
		i += quote
		if strings.HasPrefix(text[i+1:], `"`) {
			escaped = true
			i++
			continue
		}
		field = text[at+1 : i]
		if escaped {
			field = strings.ReplaceAll(field, `""`, `"`)
		}
		if next = afterQuote(text, i+1, separator); next < 0 {
			return "", 0, "text follows a closing double quote, want a separator there"
		}
		return field, next, ""
	}
}

// cutSingle cuts the field whose single quote opens at line[at], if it closes before a separator or
// before the end of the line. Otherwise the quote is an apostrophe, as are all behind it, and next
// is -1.
func cutSingle(line string, at int, separator byte) (field string, next int) {
	for i := at + 1; ; i++ {
		quote := strings.IndexByte(line[i:], '\'')
		if quote < 0 {
			return "", -1
		}
		i += quote
		if next = afterQuote(line, i+1, separator); next >= 0 {
			return line[at+1 : i], next
		}
	}
}

// afterQuote skips spaces to a separator or to the end of a line. It is -1 if there is neither.
func afterQuote(text string, at int, separator byte) int {
	for at < len(text) && text[at] == ' ' {
		at++
	}
	if at == len(text) || text[at] == separator || text[at] == '\n' || text[at] == '\r' {
		return at
	}
	return -1
}
