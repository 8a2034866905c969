package listfile

import (
	"slices"
	"strings"
)

// The names of columns, without case, spaces and punctuation. The first are preferred.
var (
	pathNames = []string{"filename", "filepath", "path", "file", "imagepath", "imgpath", "imagefile", "imagefilename", "imagefilepath",
		"imgfile", "imagename", "imgname", "image", "img", "images", "files", "paths", "filenames", "relativepath", "relpath", "fullpath",
		"picture", "photo", "uri", "url", "src", "imageid", "imgid"}
	labelNames = []string{"label", "labels", "class", "classlabel", "classname", "classid", "classes", "classindex", "target", "targets",
		"category", "categories", "categoryname", "categoryid", "labelname", "labelid", "labelindex", "y", "gt", "groundtruth", "tag", "tags"}
	// otherNames are columns that are known to be no label.
	otherNames = []string{"", "unnamed0", "index", "idx", "id", "split", "set", "subset", "usage", "partition", "fold", "train", "test",
		"istrain", "istest", "text", "caption", "captions", "description", "prompt", "title", "width", "height", "size", "bbox", "xmin",
		"ymin", "xmax", "ymax", "md5", "sha1", "sha256", "hash", "date", "author", "license", "source"}
	splitValues = []string{"train", "training", "test", "testing", "val", "valid", "validation", "dev"}
)

// columnName brings the name of a column into the form of the lists above.
func columnName(header string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.:#", r) || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.ToLower(header))
}

// find returns the columns of a header that have one of the names, those with the first name first.
func find(header []string, names []string) []int {
	var found []int
	for _, name := range names {
		for i, column := range header {
			if columnName(column) == name {
				found = append(found, i)
			}
		}
	}
	return found
}

// column returns the values of a column.
func column(rows [][]string, i int) []string {
	var values []string
	for _, row := range rows {
		if i < len(row) {
			values = append(values, row[i])
		}
	}
	return values
}

// mostly reports whether is holds for at least 90 % of the values, and for one at least.
func mostly(values []string, is func(string) bool) bool {
	n := 0
	for _, v := range values {
		if is(v) {
			n++
		}
	}
	return n > 0 && 10*n >= 9*len(values)
}

func isSplit(value string) bool { return slices.Contains(splitValues, strings.ToLower(value)) }

// isIndex reports whether the values are different whole numbers.
func isIndex(values []string) bool {
	seen := map[string]bool{}
	for _, v := range values {
		if _, ok := wholeNumber(v); !ok || seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

// namesFile reports whether a text looks like a path: it has a slash, a backslash, or a dot before
// its end, and is no number.
func namesFile(text string) bool {
	if isNumber(text) {
		return false
	}
	dot := strings.LastIndexByte(text, '.')
	return strings.ContainsAny(text, `/\`) || dot > 0 && dot < len(text)-1 && text[dot+1] != ' '
}
