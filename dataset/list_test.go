package dataset_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
)

// TestFormsOfLists: a list in another form has the same images and labels.
func TestFormsOfLists(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.png"), encoded(t, noise(1)))
	write(t, filepath.Join(dir, "b c.png"), encoded(t, noise(2)))
	want, _ := mustOpen(t, write(t, filepath.Join(dir, "list"), []byte("a.png 1\nb c.png 0\n")), dataset.Options{})
	for name, text := range map[string]string{
		"comma":     "a.png,1\nb c.png,0\n",
		"header":    "filename,label\na.png,1\nb c.png,0\n",
		"quoted":    "\"a.png\",\"1\"\n\"b c.png\",\"0\"\n",
		"mxnet":     "0\t1.0\ta.png\n1\t0.0\tb c.png\n",
		"no-break":  "a.png\u00a01\nb c.png\u00a00\n",
		"CR":        "a.png 1\rb c.png 0\r",
		"comment":   "# mine\na.png 1\n\n# yours\nb c.png 0\n",
		"swapped":   "1,a.png\n0,b c.png\n",
		"UTF-16":    "\xff\xfea\x00.\x00p\x00n\x00g\x00 \x001\x00\n\x00b\x00 \x00c\x00.\x00p\x00n\x00g\x00 \x000\x00",
		"jsonl":     "{\"file_name\": \"a.png\", \"label\": 1}\n{\"file_name\": \"b c.png\", \"label\": 0}\n",
		"stylegan":  "{\"labels\": [[\"a.png\", 1], [\"b c.png\", 0]]}",
		"backslash": ".\\a.png 1\n.\\b c.png 0\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, r := mustOpen(t, write(t, filepath.Join(dir, "list."+name), []byte(text)), dataset.Options{})
			same(t, got, want)
			form := map[string]string{"comma": "separated by a comma", "header": `paths in the column "filename"`, "mxnet": "MXNet", "jsonl": "JSON lines", "stylegan": "dataset.json"}[name]
			var report strings.Builder
			if _, err := r.WriteTo(&report); err != nil || r.Form == "" || !strings.Contains(r.Form, form) || !strings.Contains(report.String(), "read as        "+r.Form+"\n") {
				t.Errorf("read as %q, want %q\n%s", r.Form, form, &report)
			}
		})
	}
	got, r := mustOpen(t, write(t, filepath.Join(dir, "names"), []byte("a.png tulip\nb c.png rose\n")), dataset.Options{})
	same(t, got, want)
	if names := []string{"rose", "tulip"}; !slices.Equal(got.Classes(), names) || !slices.Equal(r.ClassNames, names) {
		t.Errorf("classes are %q and %q", got.Classes(), r.ClassNames)
	}
}

// TestListPathsFromTheCurrentFolder: they are tried if there is nothing beside the list.
func TestListPathsFromTheCurrentFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.png", encoded(t, noise(1)))
	write(t, "lists/b.png", encoded(t, noise(2)))
	write(t, "b.png", encoded(t, noise(3)))
	list := write(t, "lists/list.txt", []byte("a.png 1\nb.png 0\n"))
	for _, cache := range []int64{0, -1} {
		s, r := mustOpen(t, list, dataset.Options{Cache: cache})
		p := make([]byte, 16)
		must(t, s.Read(p, 1))
		if !slices.Equal(p, noise(2).Pix) {
			t.Error("the image beside the list is not preferred")
		}
		noted(t, r, "1 image was found relative to the current folder")
	}
	_, r, err := dataset.Open(t.Context(), write(t, "lists/gone.txt", []byte("c.png 1\na.png 0\n")), dataset.Options{})
	must(t, err)
	says(t, r.Err(), "line 1: c.png: no such file: tried "+filepath.Join("lists", "c.png")+" and c.png;")
	if p := r.Problems[0]; p.Kind != dataset.KindMissing {
		t.Errorf("got %+v", p)
	}
}

// TestLongLinesAreClipped: an error does not repeat what a file holds at length.
func TestLongLinesAreClipped(t *testing.T) {
	list := write(t, filepath.Join(t.TempDir(), "list"), []byte(strings.Repeat("x", 9000)+" 1\n"))
	_, r, err := dataset.Open(t.Context(), list, dataset.Options{})
	must(t, err)
	says(t, r.Err(), "first: line 1: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxx")
	if len(r.Err().Error()) > 600 {
		t.Errorf("an error of %d bytes", len(r.Err().Error()))
	}
}

// TestListsBeginAsTheyLike: the first bytes of a list are those of no image.
func TestListsBeginAsTheyLike(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"BM", "GIF8", "my pics/WEBP", "abcdefg/WEBP"} {
		write(t, filepath.Join(dir, filepath.FromSlash(folder), "long name of an image.png"), encoded(t, noise(1)))
		mustOpen(t, write(t, filepath.Join(dir, "list"), []byte(folder+"/long name of an image.png 1\n")), dataset.Options{})
	}
}

// TestListBesideTheFolderOfItsImages: a list that names files alone finds them in a folder beside it.
func TestListBesideTheFolderOfItsImages(t *testing.T) {
	dir := t.TempDir()
	a, b := encoded(t, noise(1)), encoded(t, noise(2))
	write(t, filepath.Join(dir, "images", "a.png"), a)
	write(t, filepath.Join(dir, "images", "b.png"), b)
	write(t, filepath.Join(dir, "other", "c.png"), b)
	write(t, filepath.Join(dir, ".cache", "a.png"), b)
	const text = ",filename,label\n0,gone.png,ok\n1,a.png,ok\n2,b.png,dent\n"
	list := write(t, filepath.Join(dir, "labels.csv"), []byte(text))
	for _, cache := range []int64{0, -1} {
		s, r, err := dataset.Open(t.Context(), list, dataset.Options{Cache: cache})
		must(t, err)
		if s != nil || r.Counts[dataset.KindMissing] != 1 || r.Entries != 3 {
			t.Errorf("a missing file is no problem: %+v", r)
		}
		says(t, r.Err(), "tried "+filepath.Join(dir, "images", "gone.png"))
	}
	list = write(t, filepath.Join(dir, "whole.csv"), []byte(strings.Replace(text, "0,gone.png,ok\n", "", 1)))
	got, r := mustOpen(t, list, dataset.Options{})
	want, _ := mustOpen(t, write(t, filepath.Join(dir, "paths.csv"), []byte("images/a.png,ok\nimages/b.png,dent\n")), dataset.Options{})
	same(t, got, want)
	noted(t, r, "column 1 is not used", "the list names files of the folder images, which is beside the list")

	write(t, filepath.Join(dir, "other", "a.png"), b)
	s, r, err := dataset.Open(t.Context(), list, dataset.Options{})
	must(t, err)
	if s != nil || r.Counts[dataset.KindMissing] != 2 {
		t.Errorf("one of two folders is chosen: %+v", r)
	}
	says(t, r.Err(), "there are such files in the folders images and other beside the list")
	write(t, filepath.Join(dir, "b.png"), b)
	_, r, err = dataset.Open(t.Context(), list, dataset.Options{})
	must(t, err)
	if r.Counts[dataset.KindMissing] != 1 {
		t.Errorf("a folder is searched although there are images beside the list: %+v", r)
	}
}
