package listfile

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gorgan/dataset/excerpt"
)

const labelRange = "a whole number from 0 to 2147483647"

// Labels turns the labels of a list's entries into numbers. numbers has an element for each entry,
// and -1 where there is no label or a problem.
//
// The labels are numbers if at most a tenth of them are not written as numbers. Then names is nil,
// the label 3, +3, 3.0 or 3e0 is the number 3, and each label that is not a whole number from 0 to
// 2147483647 is a problem. Otherwise all labels are names, also those that look like numbers. Then
// names are the different names in byte order, and numbers are indices into names.
func Labels(entries []Entry) (numbers []int32, names []string, problems []Problem) {
	labelled, words := 0, 0
	for _, e := range entries {
		if e.Labelled {
			labelled++
			if !isNumber(e.Label) {
				words++
			}
		}
	}
	numbers = make([]int32, len(entries))
	if 10*words > labelled {
		return numbers, nameLabels(entries, numbers), nil
	}
	for i, e := range entries {
		numbers[i] = -1
		if !e.Labelled {
			continue
		}
		if n, ok := wholeNumber(e.Label); ok {
			numbers[i] = n
		} else {
			problems = append(problems, Problem{e.Line, e.Path, "label is " + excerpt.Quoted(e.Label) + ", want " + labelRange})
		}
	}
	return numbers, nil, problems
}

// nameLabels writes the numbers of the names, and returns the names.
func nameLabels(entries []Entry, numbers []int32) []string {
	number := map[string]int32{}
	for _, e := range entries {
		if e.Labelled {
			number[e.Label] = 0
		}
	}
	names := make([]string, 0, len(number))
	for name := range number {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		number[name] = int32(i)
	}
	for i, e := range entries {
		numbers[i] = -1
		if e.Labelled {
			numbers[i] = number[e.Label]
		}
	}
	return names
}

var numeral = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

func isNumber(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || text[0] > '9' {
		return false
	}
	return numeral.MatchString(text)
}

// wholeNumber is the whole number from 0 to 2147483647 that text is.
func wholeNumber(text string) (int32, bool) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return int32(n), true
	}
	if !isNumber(text) {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x < 0 || x > math.MaxInt32 || x != math.Trunc(x) {
		return 0, false
	}
	return int32(x), true
}
