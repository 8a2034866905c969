package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
	"gorgan/dataset/listfile"
)

// openList opens the images of the list at src, whose text is r.
func openList(ctx context.Context, src string, r io.Reader, o Options) (*Set, *Report, error) {
	list, err := listfile.Parse(r, o.holds)
	switch {
	case errors.Is(err, listfile.ErrMemory):
		return nil, nil, fmt.Errorf("%w: raise --cache", err)
	case err != nil:
		return nil, nil, err
	}
	l := &listed{dir: filepath.Dir(src)}
	if other := list.LabelFirst(); other != nil && !l.has(list.Entries[0].Path) && l.has(other.Entries[0].Path) {
		list = other
	}
	scattered := l.seek(list.Entries)
	labels, classes, problems := listfile.Labels(list.Entries)
	d := described{kind: "list", classes: classes, notes: list.Notes}
	for _, p := range append(list.Problems, problems...) {
		d.problems = append(d.problems, Problem{p.Line, p.Path, KindBadLabel, p.Detail})
	}
	if len(list.Entries)+len(d.problems) == 0 {
		return nil, nil, fmt.Errorf("holds no images, want a line `path label` for each: %w", content.ErrFormat)
	}
	d.file = func(i int) string { return resolve(l.home(), l.places[i].path) }
	l.files = files{options: o, content: l.content}
	bad := map[int]bool{}
	for _, p := range problems {
		bad[p.Line] = true
	}
	l.places, l.labels = make([]place, 0, len(list.Entries)), make([]int32, 0, len(list.Entries))
	for k, e := range list.Entries {
		if bad[e.Line] {
			continue
		}
		l.places = append(l.places, place{e.Line, e.Path})
		l.labels = append(l.labels, labels[k])
	}
	l.sums = make(sums, len(l.places))
	d.source, l.here = l, make([]atomic.Bool, len(l.places))
	report := newReport(src)
	report.Form = list.Form
	set, err := take(ctx, d, o, report)
	here := 0
	for i := range l.here {
		if l.here[i].Load() {
			here++
		}
	}
	if err == nil && here > 0 {
		report.note("%s found relative to the current folder, not to that of the list", images(here, "was", "were"))
	}
	if err == nil && l.folder != "" {
		report.note("the list names files of the folder %s, which is beside the list", excerpt.Of(filepath.Base(l.folder)))
	}
	if 2*report.Counts[KindMissing] > report.Entries {
		report.Doubt = cmp.Or(scattered, list.Doubt)
	}
	return set, report, err
}

// listed is the images of a list file.
type listed struct {
	files
	dir    string        // the folder of the list
	folder string        // the folder beside the list that has the images (see seek); "" for none
	here   []atomic.Bool // images that were found in the current folder instead
}

// home returns the folder that the list's paths begin in.
func (l *listed) home() string { return cmp.Or(l.folder, l.dir) }

// candidates returns where the file of a path in the list can be: in the folder that has the images,
// if there is one, and otherwise beside the list, or in the current folder. A file name that is not UTF-8 stands in the list as Latin-1.
func (l *listed) candidates(path string) []string {
	dir := l.home()
	beside, here := resolve(dir, path), resolve(".", path)
	all := append(make([]string, 0, 3), beside)
	if here != beside && l.folder == "" {
		all = append(all, here)
	}
	if raw, changed := latin1(path); changed {
		all = append(all, resolve(dir, raw))
	}
	return all
}

// latin1 returns a text in Latin-1, and whether that differs from UTF-8. A text with other letters
// stays as it is.
func latin1(text string) (string, bool) {
	var bytes []byte
	for _, c := range text {
		if c > 0xff {
			return text, false
		}
		bytes = append(bytes, byte(c))
	}
	return string(bytes), len(bytes) < len(text)
}

// has reports whether the list's path leads to a file.
func (l *listed) has(path string) bool {
	return slices.ContainsFunc(l.candidates(path), func(at string) bool {
		_, err := os.Stat(at)
		return err == nil
	})
}

// content reads the file of image i.
func (l *listed) content(i int) ([]byte, error) {
	candidates := l.candidates(l.places[i].path)
	for _, at := range candidates {
		data, err := atomicfile.Read(at, maxImageFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && at == resolve(".", l.places[i].path) && at != candidates[0] {
			l.here[i].Store(true)
		}
		return data, atomicfile.Reason(err)
	}
	return nil, notFound(candidates)
}

// notFound are the paths that were tried. It is fs.ErrNotExist.
type notFound []string

func (n notFound) Error() string {
	tried := make([]string, len(n))
	for k, at := range n {
		tried[k] = excerpt.Of(at)
	}
	return "no such file: tried " + strings.Join(tried, " and ")
}

func (n notFound) Is(target error) bool { return target == fs.ErrNotExist }

// resolve returns the path of an image of a list in dir. A backslash separates folders, unless
// there is a file with a backslash in its name.
func resolve(dir, path string) string {
	at := func(path string) string {
		path = filepath.FromSlash(path)
		if filepath.IsAbs(path) {
			return filepath.Clean(path)
		}
		return filepath.Join(dir, path)
	}
	if strings.Contains(path, `\`) {
		if _, err := os.Lstat(at(path)); err != nil {
			return at(strings.ReplaceAll(path, `\`, "/"))
		}
	}
	return at(path)
}
