package dataset_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// tree is files by path.
type tree map[string][]byte

// folder writes the files below a new folder.
func (f tree) folder(t testing.TB) string {
	dir := t.TempDir()
	for name, data := range f {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	return dir
}

// tar returns the files as a tar.
func (f tree) tar(t testing.TB) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		must(t, w.WriteHeader(&tar.Header{Name: name, Size: int64(len(f[name])), Mode: 0o600}))
		_, err := w.Write(f[name])
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// numbered is a PNG that no other number has.
func numbered(t testing.TB, n int) []byte { return encoded(t, noise(n)) }

func labelsOf(s *dataset.Set) (all []int) {
	for i := range s.Len() {
		all = append(all, s.Label(i))
	}
	return all
}

// TestFolders: labels come from metadata, or else from folders.
func TestFolders(t *testing.T) {
	a, b, c, d := numbered(t, 1), numbered(t, 2), numbered(t, 3), numbered(t, 4)
	for name, x := range map[string]struct {
		files   tree
		split   string
		labels  []int
		classes []string
		notes   []string
	}{
		"flat": {tree{"b.png": b, "a.png": a}, "", []int{-1, -1}, nil, nil},
		"classes": {tree{"x/tulip/1.png": a, "x/rose/1.png": b, "x/rose/2/3.png": c}, "",
			[]int{0, 0, 1}, []string{"rose", "tulip"}, nil},
		"train": {tree{"train/tulip/1.png": a, "train/rose/1.png": b, "test/tulip/1.png": c, "test/daisy/2.png": d}, "",
			[]int{1, 2}, []string{"daisy", "rose", "tulip"}, []string{"2 of 4 images are taken, those of the folders for train", "no image has the label 0"}},
		"test": {tree{"train/tulip/1.png": a, "train/rose/1.png": b, "val/tulip/1.png": c}, "test",
			[]int{1}, []string{"rose", "tulip"}, []string{"1 of 3 images are taken, those of the folders for test", "no image has the label 0"}},
		"metadata.csv": {tree{"a.png": a, "sub/b.png": b, "metadata.csv": []byte("file_name,label\na.png,tulip\nsub/b.png,rose\n")}, "",
			[]int{1, 0}, []string{"rose", "tulip"}, nil},
		"metadata.jsonl": {tree{"a.png": a, "b.png": b, "metadata.jsonl": []byte(`{"file_name": "a.png", "label": 7}` + "\n" + `{"file_name": "b.png", "label": 0}`)}, "",
			[]int{7, 0}, nil, []string{"no image has the label 1, 2, 3, 4, 5, 6"}},
		"captions": {tree{"a.png": a, "b.png": b, "metadata.jsonl": []byte(`{"file_name": "a.png", "text": "one"}` + "\n" + `{"file_name": "b.png", "text": "two"}`)}, "",
			[]int{-1, -1}, nil, []string{`metadata.jsonl: key "text" is not used`}},
		"dataset.json": {tree{"00000/a.png": a, "00000/b.png": b, "00001/c.png": c, "dataset.json": []byte(`{"labels": [["00000/b.png", 1], ["00000/a.png", 0], ["00001/c.png", 1]]}`)}, "",
			[]int{0, 1, 1}, nil, nil},
		"cls": {tree{"0001.png": a, "0001.cls": []byte("3\n"), "0002.png": b, "0002.cls": []byte("0")}, "",
			[]int{3, 0}, nil, []string{"no image has the label 1, 2"}},
		"labels for some": {tree{"a.png": a, "b.png": b, "c.png": c, "metadata.csv": []byte("file_name,label\nb.png,1\nc.png,0\nd.png,0\n")}, "",
			[]int{-1, 1, 0}, nil, []string{"1 path leads to no image here, the first is d.png in metadata.csv", "1 image has no label in metadata.csv"}},
		"metadata of parts": {tree{"train/a.png": a, "train/metadata.csv": []byte("file_name,label\na.png,b\n"), "test/b.png": b, "test/c.png": c,
			"test/metadata.csv": []byte("file_name,label\nb.png,c\nc.png,a\n")}, "test",
			[]int{2, 0}, []string{"a", "b", "c"}, []string{"2 of 3 images are taken", "no image has the label 1"}},
		"a list beside": {tree{"train/a.png": a, "train/b.png": b, "train_labels.txt": []byte("train/a.png 1\n"), "notes.md": nil}, "",
			[]int{-1, -1}, nil, []string{"train_labels.txt looks like a list of images and is not used: to use it, give its path", "notes.md is not an image and is left out"}},
		"loose": {tree{"a.png": a, "rose/b.png": b, "tulip/c.png": c}, "",
			[]int{-1, -1, -1}, nil, []string{"folders are no classes, because 1 of 3 images are in none of them"}},
		"no ending":  {tree{"aaaa": a, "bbbb": b}, "", []int{-1, -1}, nil, nil},
		"hidden":     {tree{"a.png": a, ".b.png": b, "__MACOSX/._a.png": []byte("x")}, "", []int{-1}, nil, []string{"left out"}},
		"an archive": {tree{"a.png": a, "b.zip": zipOf(t, "b.png", b)}, "", []int{-1}, nil, []string{"1 archive in it is not opened: b.zip"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := x.files.folder(t)
			sources := map[string]string{"folder": dir}
			if name != "hidden" {
				sources["tar"] = write(t, filepath.Join(t.TempDir(), "x"), x.files.tar(t))
				sources["tar.gz"] = write(t, filepath.Join(t.TempDir(), "x"), packed(x.files.tar(t)))
			}
			var first *dataset.Set
			for kind, src := range sources {
				s, r := mustOpen(t, src, dataset.Options{Split: x.split})
				if r.Kind != kind || !slices.Equal(labelsOf(s), x.labels) || !slices.Equal(s.Classes(), x.classes) || !slices.Equal(r.ClassNames, x.classes) {
					t.Errorf("%s: kind %s, labels %v, classes %q", kind, r.Kind, labelsOf(s), s.Classes())
				}
				if len(r.Notes) != len(x.notes) {
					t.Fatalf("%s: notes are %q, want %q", kind, r.Notes, x.notes)
				}
				for i, note := range x.notes {
					if !strings.Contains(r.Notes[i], note) {
						t.Errorf("%s: note is %q, want %q", kind, r.Notes[i], note)
					}
				}
				if first == nil {
					first = s
				}
				same(t, s, first)
				uncached, _ := mustOpen(t, src, dataset.Options{Split: x.split, Cache: map[bool]int64{true: 0, false: -1}[kind == "tar.gz"]})
				same(t, uncached, first)
			}
		})
	}
}

// TestBadFilesInFolders: all are reported by path, in order.
func TestBadFilesInFolders(t *testing.T) {
	files := tree{"b/bad.png": []byte("<html>"), "c.jpg": numbered(t, 1)[:40], "d.png": numbered(t, 2), "e.png": numbered(t, 2)}
	files["metadata.csv"] = []byte("file_name,label\nd.png,1\ne.png,0\n0.png,-1\n" + strings.Repeat("b/bad.png,1\n", 20))
	files["0.png"] = numbered(t, 3)
	s, r, err := dataset.Open(t.Context(), files.folder(t), dataset.Options{})
	must(t, err)
	if s != nil {
		t.Error("there is a set")
	}
	want := []dataset.Problem{
		{Path: "0.png", Kind: dataset.KindBadLabel, Detail: `label is "-1"`},
		{Path: "b/bad.png", Kind: dataset.KindUnreadable, Detail: "is an HTML page"},
		{Path: "c.jpg", Kind: dataset.KindTruncated, Detail: "image is cut short"},
		{Path: "e.png", Kind: dataset.KindDuplicate, Detail: "same pixels as d.png, but another label"},
	}
	if len(r.Problems) != len(want) {
		t.Fatalf("got %+v", r.Problems)
	}
	for i, p := range r.Problems {
		if p.Line != 0 || p.Path != want[i].Path || p.Kind != want[i].Kind || !strings.Contains(p.Detail, want[i].Detail) {
			t.Errorf("got %+v, want %+v", p, want[i])
		}
	}
	if r.Entries != 5 || r.Images != 2 {
		t.Errorf("%d of %d", r.Images, r.Entries)
	}
	says(t, r.Err(), "3 of 5 images are bad, first: 0.png: label is")
}

// TestSkip: bad images are left out and named, but no more than a tenth.
func TestSkip(t *testing.T) {
	files := tree{}
	var want []byte
	for i := range 19 {
		files[fmt.Sprintf("%02d.png", i)] = numbered(t, i)
		if i != 5 {
			want = append(want, noise(i).Pix...)
		}
	}
	files["05.png"] = []byte("x")
	o := dataset.Options{Skip: true}
	dir := files.folder(t)
	for _, o.Cache = range []int64{0, -1} {
		s, r := mustOpen(t, dir, o)
		expected, err := dataset.FromPixels("x", raster.Grey(raster.Size{Height: 4, Width: 4}), want, nil)
		must(t, err)
		same(t, s, expected)
		if r.Entries != 19 || r.Images != 18 || !r.Skipped {
			t.Errorf("report %+v", r)
		}
		noted(t, r, "left out: 05.png: content is not an image")
	}
	write(t, filepath.Join(dir, "06.png"), nil)
	s, r, err := dataset.Open(t.Context(), dir, o)
	must(t, err)
	says(t, r.Err(), "2 of 19 images are bad, more than the tenth that may be left out, first: 05.png")
	if s != nil || r.Fingerprint != "" {
		t.Errorf("there is a set, report %+v", r)
	}
	must(t, os.Remove(filepath.Join(dir, "06.png")))
	o.Skip = false
	_, r, err = dataset.Open(t.Context(), dir, o)
	must(t, err)
	says(t, r.Err(), "1 of 18 images is bad, first")
}

// TestAllBad: a source without a good image has a report of all, with skipping or not.
func TestAllBad(t *testing.T) {
	dir := tree{"a.png": nil, "b.png": []byte("x"), "c.gif": []byte("GIF89a")}.folder(t)
	for _, skip := range []bool{false, true} {
		s, r, err := dataset.Open(t.Context(), dir, dataset.Options{Skip: skip})
		must(t, err)
		if s != nil || r.Images != 0 || r.Entries != 3 || len(r.Problems) != 3 {
			t.Errorf("report %+v", r)
		}
		says(t, r.Err(), "3 of 3 images are bad")
		var text strings.Builder
		if _, err := r.WriteTo(&text); err != nil {
			t.Error(err)
		}
	}
}
