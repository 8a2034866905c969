package listfile

import (
	"encoding/json"
	"strings"
)

// A JSON text is walked without a copy of it: encoding/json would hold a text of one value several
// times.

const jsonSpace = " \t\r\n"

// maxElement is the longest element of a JSON text, in bytes.
const maxElement = 1 << 20

// looksJSON reports whether a text starts as a JSON object or a JSON array does. The path of an
// image may start with a bracket too, so what follows the bracket counts.
func looksJSON(text string) bool {
	open := skipSpace(text, 0)
	if open == len(text) {
		return false
	}
	inside := skipSpace(text, open+1)
	switch text[open] {
	case '{':
		return inside == len(text) || strings.IndexByte(`"}`, text[inside]) >= 0
	case '[':
		return inside == len(text) || strings.IndexByte(`"{[]`, text[inside]) >= 0
	}
	return false
}

func skipSpace(text string, at int) int {
	for at < len(text) && strings.IndexByte(jsonSpace, text[at]) >= 0 {
		at++
	}
	return at
}

// skipValue returns where the value at text[at] ends, or -1 if the text ends first. It looks at
// quotes and at the depth of brackets, and leaves all else to json.Valid.
func skipValue(text string, at int) int {
	depth := 0
	for ; at < len(text); at++ {
		switch text[at] {
		case '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			if at >= len(text) {
				return -1
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth > 0 {
				continue
			}
			end := strings.IndexAny(text[at:], ",:]}"+jsonSpace)
			if end < 0 {
				return len(text)
			}
			return at + end
		}
		if depth <= 0 {
			return at + 1
		}
	}
	return -1
}

// eachPart calls f for each member of the object, or each element of the array, that opens at
// text[at]. The key is a JSON string, or "" in an array. It returns where the value ends.
func eachPart(text string, at int, f func(key, value string) error) (end int, err error) {
	object := text[at] == '{'
	closing := map[bool]byte{true: '}', false: ']'}[object]
	at = skipSpace(text, at+1)
	if at < len(text) && text[at] == closing {
		return at + 1, nil
	}
	for at < len(text) {
		key := ""
		if object {
			end := skipValue(text, at)
			if text[at] != '"' || end < 0 {
				return 0, brokenJSON(text, at)
			}
			key, at = text[at:end], skipSpace(text, end)
			if at == len(text) || text[at] != ':' {
				return 0, brokenJSON(text, at)
			}
			at = skipSpace(text, at+1)
		}
		if at == len(text) {
			break
		}
		end := skipValue(text, at)
		if end <= at || text[at] == '}' || text[at] == ']' {
			return 0, brokenJSON(text, at)
		}
		if err := f(key, text[at:end]); err != nil {
			return 0, err
		}
		at = skipSpace(text, end)
		if at < len(text) && text[at] == closing {
			return at + 1, nil
		}
		if at < len(text) && text[at] != ',' {
			break
		}
		at = skipSpace(text, at+1)
	}
	return 0, brokenJSON(text, at)
}

// ends returns an error if more follows the JSON value that ends at text[end].
func ends(text string, end int) error {
	if rest := skipSpace(text, end); rest < len(text) {
		return brokenJSON(text, rest)
	}
	return nil
}

func brokenJSON(text string, at int) error {
	at = min(at, len(text))
	line := 1 + strings.Count(text[:at], "\n")
	if at == len(text) || skipValue(text, at) < 0 {
		return bad("line %d: the JSON breaks off", line)
	}
	return bad("line %d: the JSON is not valid at %q", line, text[at:min(len(text), at+20)])
}

// plain is a JSON string as text, or any other value as written. ok is false if it is not valid.
func plain(value string) (text string, ok bool) {
	if !strings.HasPrefix(value, `"`) {
		return value, json.Valid([]byte(value))
	}
	if inner := value[1 : len(value)-1]; !strings.Contains(inner, `\`) && json.Valid([]byte(value)) {
		return inner, true
	}
	return text, json.Unmarshal([]byte(value), &text) == nil
}

// keyName is the name of a key, "" if it is too long to be one.
func keyName(key string) string {
	if len(key) > maxLine {
		return ""
	}
	name, _ := plain(key)
	return name
}
