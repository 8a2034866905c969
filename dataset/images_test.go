package dataset_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

func TestBadListIsReportedWhole(t *testing.T) {
	dir := t.TempDir()
	size := raster.Size{Height: 4, Width: 4}
	put := func(name string, data []byte) { write(t, filepath.Join(dir, name), data) }
	for k := range 3 {
		put(fmt.Sprintf("ok%d.png", k), flatPNG(t, size, byte(k)))
	}
	var more []string // so that nearly all have one size
	for k := range 20 {
		name := fmt.Sprintf("more%d.png", k)
		put(name, flatPNG(t, size, byte(100+k)))
		more = append(more, name)
	}
	put("wide.png", flatPNG(t, raster.Size{Height: 4, Width: 5}, 0))
	put("copy.jpg", flatPNG(t, size, 1)) // told by content
	put("cut.png", flatPNG(t, size, 9)[:40])
	put("text.png", []byte("not an image"))
	put("huge.png", bomb(t))
	if err := os.Mkdir(filepath.Join(dir, "folder.png"), 0o777); err != nil {
		t.Fatal(err)
	}
	put("list.txt", []byte(strings.Join([]string{
		"wide.png 3", "ok0.png 1", "gone.png 1", "ok1.png 2", "cut.png 1", "text.png 1", "", "huge.png 1", "folder.png",
		"ok2.png two", "copy.jpg 5", "./ok0.png 1", "ok2.png", strings.Join(more, " 5\n") + " 5",
	}, "\n")))
	list := filepath.Join(dir, "list.txt")
	s, r, err := dataset.Open(t.Context(), list, dataset.Options{})
	if err != nil || s != nil {
		t.Fatalf("got %v, %v", s, err)
	}
	want := []dataset.Problem{
		{Line: 1, Path: "wide.png", Kind: "wrong size", Detail: "image is 4x5, want 4x4, the most common"},
		{Line: 3, Path: "gone.png", Kind: "missing", Detail: "no such file"},
		{Line: 5, Path: "cut.png", Kind: "truncated", Detail: "image is cut short"},
		{Line: 6, Path: "text.png", Kind: "unreadable", Detail: "content is not an image"},
		{Line: 8, Path: "huge.png", Kind: "truncated", Detail: "50000x50000"},
		{Line: 9, Path: "folder.png", Kind: "unreadable", Detail: "is a folder"},
		{Line: 10, Path: "ok2.png", Kind: "bad label", Detail: `label is "two", want a whole number from 0`},
		{Line: 11, Path: "copy.jpg", Kind: "duplicate", Detail: "same pixels as line 4, but another label"},
		{Line: 12, Path: "./ok0.png", Kind: "duplicate", Detail: "same path as line 2"},
	}
	if len(r.Problems) != len(want) {
		t.Fatalf("got %d problems, want %d: %+v", len(r.Problems), len(want), r.Problems)
	}
	for k, p := range r.Problems {
		if p.Line != want[k].Line || p.Path != want[k].Path || p.Kind != want[k].Kind || !strings.Contains(p.Detail, want[k].Detail) {
			t.Errorf("got %+v, want %+v", p, want[k])
		}
	}
	if r.OK() || r.Entries != 32 || r.Images != 25 || r.Shape.Size != size || r.Identical != 2 || r.Unlabelled != 1 || r.Fingerprint != "" || r.Cached ||
		!reflect.DeepEqual(r.Classes, map[int]int{1: 2, 2: 1, 5: 21}) || !reflect.DeepEqual(r.Channels, map[int]int{1: 25}) {
		t.Errorf("report %+v", r)
	}
	says(t, r.Err(), "dataset: "+list+": 7 of 32 images are bad, first: line 1: wide.png: image is 4x5", "; see `gorgan data check ")

	var text bytes.Buffer
	n, err := r.WriteTo(&text)
	if err != nil || n != int64(text.Len()) {
		t.Errorf("wrote %d of %d bytes, %v", n, text.Len(), err)
	}
	for _, part := range []string{"25 of 32", "4x4", "1: 2, 2: 1, 5: 21", "line 3   missing     gone.png", "line 12  duplicate   ./ok0.png", "problems       9"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("no %q in\n%s", part, &text)
		}
	}
}

func TestReportJSON(t *testing.T) {
	_, r := mustOpen(t, pngList(t, t.TempDir(), randomSet(t, 2, raster.Size{Height: 2, Width: 3})), dataset.Options{})
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"shape":{"height":2,"width":3,"channels":1}`, `"classes":{"0":1,"1":1}`, `"problems":[]`, `"unlabelled":0`, `"cached":true`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
}

func TestDuplicatesAloneCanBeTrainedOn(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a b.png"), flatPNG(t, raster.Size{Height: 2, Width: 2}, 7))
	list := write(t, filepath.Join(dir, "list.txt"), []byte("a b.png 1\na b.png 1\n"))
	s, r := mustOpen(t, list, dataset.Options{})
	if r.OK() || r.Identical != 1 || s.Len() != 2 || r.Images != 2 || len(r.Problems) != 1 || r.Problems[0].Detail != "same path as line 1" {
		t.Errorf("report %+v", r)
	}
}

func TestEveryKindOfProblemAloneLeavesNoSet(t *testing.T) {
	size := raster.Size{Height: 2, Width: 2}
	for name, c := range map[string]struct{ line, err string }{
		"missing":   {"gone.png 1", "1 of 11 images is bad, first: line 2: gone.png: no such file"},
		"cut":       {"cut.png 1", "line 2: cut.png: image is cut short"},
		"size":      {"wide.png 1", "line 2: wide.png: image is 1x3, want 2x2, the most common size; --size makes them the same"},
		"bad label": {"a.png one", `line 2: a.png: label is "one"`},
		"page":      {"page.png 1", "line 2: page.png: is an HTML page"},
		"heic":      {"heic.jpg 1", "line 2: heic.jpg: is HEIC, want JPEG"},
		"zip":       {"zip.png 1", "line 2: zip.png: is a ZIP archive"},
	} {
		for _, cache := range []int64{0, -1} {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a.png"), flatPNG(t, size, 1))
			write(t, filepath.Join(dir, "b.png"), flatPNG(t, size, 2))
			write(t, filepath.Join(dir, "cut.png"), flatPNG(t, size, 2)[:30])
			write(t, filepath.Join(dir, "wide.png"), flatPNG(t, raster.Size{Height: 1, Width: 3}, 2))
			write(t, filepath.Join(dir, "page.png"), []byte("<html>"))
			write(t, filepath.Join(dir, "heic.jpg"), []byte("\x00\x00\x00\x18ftypheic"))
			write(t, filepath.Join(dir, "zip.png"), []byte("PK\x03\x04"))
			list := write(t, filepath.Join(dir, "my list.txt"), []byte("b.png 1\n"+c.line+strings.Repeat("\na.png 2", 9)))
			s, r, err := dataset.Open(t.Context(), list, dataset.Options{Cache: cache})
			if err != nil || s != nil {
				t.Fatalf("%s: got %v, %v", name, s, err)
			}
			says(t, r.Err(), c.err, "`gorgan data check '")
		}
	}
}

func TestPathsInLists(t *testing.T) {
	dir := t.TempDir()
	size := raster.Size{Height: 1, Width: 2}
	absolute := write(t, filepath.Join(dir, "else where", "x.png"), flatPNG(t, size, 1))
	write(t, filepath.Join(dir, "lists", "sub dir", "y.png"), flatPNG(t, size, 2))
	list := write(t, filepath.Join(dir, "lists", "list.txt"), []byte("\ufeff"+absolute+" 1\r\nsub dir\\y.png\t2\r\n..\\else where/x.png\r\n"))
	s, r := mustOpen(t, list, dataset.Options{})
	if s.Len() != 3 || s.Bytes()[2] != 2 || s.Label(2) != -1 || r.Problems[0].Detail != "same path as line 1, but another label" {
		t.Errorf("got %v, report %+v", s.Bytes(), r)
	}
	if runtime.GOOS == "windows" {
		return
	}
	write(t, filepath.Join(dir, `odd\name.png`), flatPNG(t, size, 3))
	s, _ = mustOpen(t, write(t, filepath.Join(dir, "list.txt"), []byte(`odd\name.png`)), dataset.Options{})
	if s.Bytes()[0] != 3 {
		t.Errorf("got %v", s.Bytes())
	}
}

func TestUnreadableFile(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("permissions do not bind here")
	}
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "a.png"), nil)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	_, r, err := dataset.Open(t.Context(), write(t, filepath.Join(dir, "list.txt"), []byte("a.png")), dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Problems[0]; p.Kind != dataset.KindUnreadable || p.Detail != "permission denied" {
		t.Errorf("got %+v", p)
	}
}

func TestUncachedImageChanges(t *testing.T) {
	dir := t.TempDir()
	s, _ := mustOpen(t, pngList(t, dir, randomSet(t, 2, raster.Size{Height: 2, Width: 2})), dataset.Options{Cache: -1})
	path := filepath.Join(dir, "images", "001.png")
	was, err := os.ReadFile(path)
	must(t, err)
	for name, data := range map[string][]byte{
		"another size": flatPNG(t, raster.Size{Height: 2, Width: 3}, 0), "other pixels": flatPNG(t, raster.Size{Height: 2, Width: 2}, 99), "no image": []byte("x"),
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, data)
			says(t, s.Read(make([]byte, 4), 1), "dataset: ", "list.txt: line 2: images/001.png: has changed since it was first read")
			write(t, path, was)
			must(t, s.Read(make([]byte, 4), 1))
		})
	}
}

func TestReportKeepsOddTextApart(t *testing.T) {
	r := dataset.Report{Source: "a\x1b[2Jb", Problems: []dataset.Problem{{Line: 1, Path: "x\ty\x07", Kind: "missing", Detail: "z"}}}
	r.Classes = map[int]int{}
	for label := range 30 {
		r.Classes[label] = 100 + label
	}
	var text bytes.Buffer
	if _, err := r.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"a\x1b[2Jb"`, `"x\ty\a"`, "0 to 29, with 100 images (0) to 129 (29)"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("no %s in\n%s", part, &text)
		}
	}
}

func TestUncachedArrayChanges(t *testing.T) {
	images, labels := idxOf(randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	path := idxFiles(t, images, labels)
	s, _ := mustOpen(t, path, dataset.Options{Cache: -1})
	images[len(images)-1]++
	must(t, os.WriteFile(path, images, 0o666))
	says(t, s.Read(make([]byte, 4), 2), "image 2: has changed since it was first read")
	must(t, s.Read(make([]byte, 4), 1))
}
