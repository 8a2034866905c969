package dataset

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	labelFirst = regexp.MustCompile(`^\d+[ \t]+\S`)
	threeTabs  = regexp.MustCompile(`^\d+\t[^\t]*\t`)
)

// formOf describes the lines of a list whose images are missing; "" if there is no
// description.
func formOf(path string) string {
	switch {
	case strings.Contains(path, "\r"):
		return "the lines end in CR alone, want LF or CRLF"
	case strings.HasPrefix(path, "#"):
		return "the line looks like a comment, which a list cannot have"
	case strings.HasPrefix(path, `"`), strings.HasPrefix(path, "'"):
		return "the paths are quoted, want them without quotes"
	case strings.ContainsRune(path, '\u00a0'):
		return "there is a no-break space (U+00A0), want a space or a tab before the label"
	case threeTabs.MatchString(path) && namesImage(path):
		return "the lines look like MXNet's index, label and path, want `path label`"
	case strings.ContainsAny(path, ",;"):
		return "the lines look like CSV, want a space or a tab before the label, and no header"
	case labelFirst.MatchString(path) && namesImage(path):
		return "the label comes before the path, want `path label`"
	}
	return ""
}

// form describes most of the lines whose images are missing. It is "" if few are missing or if
// nothing is known about them.
func (r *Report) form() string {
	missing := 0
	count := map[string]int{}
	for _, p := range r.Problems {
		if p.Kind != KindMissing {
			continue
		}
		missing++
		form := formOf(p.Path)
		if form == "" && besideUs(r.Source, p.Path) {
			form = "the paths are relative to the current folder, want them relative to the list's"
		}
		count[form]++
	}
	for form, n := range count {
		if 2*n > missing {
			return form
		}
	}
	return ""
}

// besideUs reports whether an image of a list lies relative to the current folder instead of
// the list's.
func besideUs(list, path string) bool {
	if filepath.IsAbs(path) || filepath.Dir(list) == "." {
		return false
	}
	_, err := os.Stat(filepath.FromSlash(path))
	return err == nil
}
