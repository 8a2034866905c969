package tree

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Layout is what the folders of files say about the files.
type Layout struct {
	// Parts are the folders that are parts of a set, as train and test, in byte order. It is nil
	// if no folders are.
	Parts []string
	// Part is the part of each file, an index in Parts. It is nil if Parts is.
	Part []int
	// Classes are the names of the classes, which are folders, in byte order. It is nil if no
	// folders are.
	Classes []string
	// Class is the class of each file, an index in Classes, or -1. It is nil if Classes is.
	Class []int
	// Note is a sentence about folders that look like classes and are not, or "".
	Note string
}

// LayoutOf returns what the folders of files say. paths are the files' paths with slashes, and
// should be of the images alone. Folders that all paths begin with mean nothing: a zip often has
// one. If each file is then in a folder, and there are several, the folders are the classes,
// whatever lies deeper; but if their names are those of parts of a set, the classes are looked
// for in each part in the same way.
func LayoutOf(paths []string) Layout {
	var l Layout
	all := make([]int, len(paths))
	for i := range all {
		all[i] = i
	}
	shared, first, loose := firstFolders(paths, all)
	if loose == 0 && areParts(first) {
		l.Parts, l.Part = first, make([]int, len(paths))
		members := make([][]int, len(first))
		for i, path := range paths {
			l.Part[i], _ = slices.BinarySearch(first, folderAfter(path, shared))
			members[l.Part[i]] = append(members[l.Part[i]], i)
		}
		l.classify(paths, members)
		return l
	}
	l.classify(paths, [][]int{all})
	return l
}

// Choose returns the files of a split, which is "train" or "test", as indices in the paths. For
// "test" a part that is named as one for validation does too. Without parts it returns nil, as
// with parts that are all of the other split.
func (l Layout) Choose(split string) []int {
	for _, role := range rolesOf(split) {
		var chosen []int
		for i, part := range l.Part {
			if roleOf(l.Parts[part]) == role {
				chosen = append(chosen, i)
			}
		}
		if chosen != nil {
			return chosen
		}
	}
	return nil
}

// classify finds the classes of files whose folders are looked at part by part.
func (l *Layout) classify(paths []string, parts [][]int) {
	shared := make([]int, len(parts))
	sorted := make([]bool, len(parts)) // whether the part has classes
	names := map[string]int{}
	for p, files := range parts {
		var first []string
		var loose int
		shared[p], first, loose = firstFolders(paths, files)
		switch {
		case len(first) == 0:
		case loose > 0:
			l.Note = fmt.Sprintf("folders are no classes, because %d of %d images are in none of them", loose, len(files))
		default:
			sorted[p] = true
			for _, name := range first {
				names[name] = 0
			}
		}
	}
	if len(names) == 0 {
		return
	}
	for name := range names {
		l.Classes = append(l.Classes, name)
	}
	sortClasses(l.Classes)
	for c, name := range l.Classes {
		names[name] = c
	}
	l.Class = make([]int, len(paths))
	for p, files := range parts {
		for _, i := range files {
			depth := shared[p]
			if !sorted[p] { // the part may be of one class alone, which all its paths share
				depth--
			}
			class, ok := names[folderAfter(paths[i], depth)]
			if !ok {
				class = -1
			}
			l.Class[i] = class
		}
	}
}

// sortClasses sorts names in byte order, or if all are whole numbers, by these, so that folders 0 to 11
// have the classes 0 to 11.
func sortClasses(names []string) {
	slices.Sort(names)
	numbers := make(map[string]int, len(names))
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil || strconv.Itoa(n) != name {
			return
		}
		numbers[name] = n
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(numbers[a], numbers[b]) })
}

// firstFolders returns the number of folders that the paths share, the names of the folders that
// come next, in byte order, and how many files are in none of these.
func firstFolders(paths []string, files []int) (shared int, first []string, loose int) {
	if len(files) == 0 {
		return 0, nil, 0
	}
	folder := func(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }
	common := folder(paths[files[0]])
	for _, i := range files {
		for !strings.HasPrefix(paths[i], common) {
			common = folder(common[:len(common)-1])
		}
	}
	shared = strings.Count(common, "/")
	seen := map[string]bool{}
	for _, i := range files {
		if name, _, ok := strings.Cut(paths[i][len(common):], "/"); !ok {
			loose++
		} else if !seen[name] {
			seen[name] = true
			first = append(first, name)
		}
	}
	slices.Sort(first)
	return shared, first, loose
}

// folderAfter is the name of a path's folder behind so many others, "" if there is none.
func folderAfter(path string, others int) string {
	if others < 0 {
		return ""
	}
	parts := strings.SplitN(path, "/", others+2)
	if len(parts) < others+2 {
		return ""
	}
	return parts[others]
}

// The roles of parts.
const (
	noPart = iota
	forTraining
	forValidation
	forTest
)

// rolesOf are the roles that a split takes, the best first.
func rolesOf(split string) []int {
	if split == "test" {
		return []int{forTest, forValidation}
	}
	return []int{forTraining}
}

// areParts reports whether folders are the parts of a set, and not its classes.
func areParts(folders []string) bool {
	trains := false
	if len(folders) < 2 {
		return false
	}
	for _, name := range folders {
		role := roleOf(name)
		if role == noPart {
			return false
		}
		trains = trains || role == forTraining
	}
	return trains
}

// roleOf goes by a word of a folder's name: test1, val2017, training_set, Test Images.
func roleOf(folder string) int {
	for _, word := range strings.FieldsFunc(strings.ToLower(folder), func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch word {
		case "train", "training", "trainset":
			return forTraining
		case "val", "valid", "validation", "valset", "dev":
			return forValidation
		case "test", "testing", "testset", "eval", "pred":
			return forTest
		}
	}
	return noPart
}
