package ranks

import (
	"errors"
	"strings"
)

// firstHost returns the first machine of a list of Slurm's, such as node[001-003,7],gpu1. A name may have several
// lists of numbers in brackets. The error follows what the list is.
func firstHost(list string) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
	wrong := errors.New("want names of machines as in node[01-03,7],gpu1")
	var name strings.Builder
	for rest := list; rest != "" && rest[0] != ','; {
		if rest[0] != '[' {
			if !strings.Contains(letters, rest[:1]) {
				return "", wrong
			}
			name.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		numbers, after, closed := strings.Cut(rest[1:], "]")
		if !closed {
			return "", wrong
		}
		for i, span := range strings.Split(numbers, ",") {
			low, high, isSpan := strings.Cut(span, "-")
			if !number(low) || isSpan && !number(high) {
				return "", wrong
			}
			if i == 0 {
				name.WriteString(low)
			}
		}
		rest = after
	}
	if name.Len() == 0 || name.Len() > 253 { // the longest name of DNS
		return "", wrong
	}
	return name.String(), nil
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
