package tree_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/tree"
)

func TestLyingZip(t *testing.T) {
	const local, central, end = "PK\x03\x04", "PK\x01\x02", "PK\x05\x06"
	one := zipOf([]string{"f"}, map[string][]byte{"f": []byte("content")})
	two := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, _ := z.CreateHeader(&zip.FileHeader{Name: "f", Method: zip.Deflate})
		w.Write(bytes.Repeat([]byte("content"), 100))
		z.Close()
		return b.Bytes()
	}()
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"size":          {change(one, central, 24, 8), "read f: has 8 bytes by the list of the zip's files, but 7 packed bytes cannot hold them"},
		"huge size":     {change(two, central, 24, 0xff, 0xff, 0xf, 0), "cannot hold them"},
		"size, more":    {change(two, central, 24, 0xbd), "read f: ends after 700 bytes, want 701"},
		"size, less":    {change(two, central, 24, 0xbb), "read f: has more bytes than 699, which the list"},
		"checksum":      {change(one, central, 16, 0), "read f: has checksum "},
		"content":       {change(one, local, 31, 'C'), "read f: has checksum "},
		"stream":        {change(two, local, 31, 0xff, 0xff), "read f: deflate stream is broken"},
		"offset":        {change(one, central, 42, 1), "read f: is not at offset 1, where the list of the zip's files has it"},
		"far offset":    {change(one, central, 42, 0xff, 0xff), "list of files is broken at its file 1"},
		"packed size":   {change(change(one, central, 20, 255, 255), central, 24, 255, 255), "list of files is broken at its file 1"},
		"past the end":  {change(one, local, 26, 0xff, 0xff), "read f: goes on to offset 65572, and the zip ends at "},
		"count":         {change(one, end, 10, 2), "zip lists 1 files, want 2 as its end says"},
		"length":        {change(one, end, 12, 0xff, 0xff), "zip's list of files has 65535 bytes at offset "},
		"length, less":  {change(one, end, 12, 20), "list of files is broken at its file 1"},
		"no list":       {change(one, central, 0, 'X'), "list of files is broken at its file 1"},
		"name length":   {change(one, central, 28, 0xff), "list of files is broken at its file 1"},
		"split":         {change(one, end, 4, 2), "is the last of 3 parts of a zip"},
		"zip64 missing": {change(one, central, 24, 255, 255, 255, 255), "read f: has 4294967295 bytes, want at most"},
	} {
		err := readAll(t, c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, content.ErrFormat) {
			t.Errorf("%s: error is %v, want %s", name, err, c.want)
		}
	}
}

// TestZipGap: some programs write a block between the list and the end.
func TestZipGap(t *testing.T) {
	one := zipOf([]string{"f"}, map[string][]byte{"f": []byte("content")})
	end := bytes.Index(one, []byte("PK\x05\x06"))
	if err := readAll(t, slices.Concat(one[:end], make([]byte, 100), one[end:])); err != nil {
		t.Error(err)
	}
}

// TestComment: a comment may look like the end of a zip, and other bytes may follow.
func TestComment(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("f")
	io.WriteString(w, "content")
	z.SetComment("PK\x05\x06" + strings.Repeat("\x00", 30))
	z.Close()
	if err := readAll(t, b.Bytes()); err != nil {
		t.Errorf("comment: %v", err)
	}
	if err := readAll(t, append(zipOf([]string{"f"}, map[string][]byte{"f": {1}}), "more"...)); err != nil {
		t.Errorf("bytes behind: %v", err)
	}
	x, err := openBytes(t, b.Bytes(), tree.Options{})
	if err != nil || len(x.Files()) != 1 {
		t.Errorf("comment: want 1 file, error %v", err)
	}
}

// TestPrefixed: the offsets of a zip count from its own beginning, whatever lies before.
func TestPrefixed(t *testing.T) {
	program := []byte("#!/bin/sh\nexec unzip $0\n")
	for name, data := range map[string][]byte{"zip": zipOf([]string{"f"}, map[string][]byte{"f": []byte("content")}), "zip64": emptyEntries(1)} {
		x, err := openBytes(t, append(bytes.Clone(program), data...), tree.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := x.ReadPath("f", 7); err != nil || x.Kind() != tree.Zip || name == "zip" && string(got) != "content" {
			t.Errorf("%s: %s, f is %q, error %v", name, x.Kind(), got, err)
		}
	}
}

// TestManyDuplicates: the last one counts among many too.
func TestManyDuplicates(t *testing.T) {
	var z bytes.Buffer
	zw := zip.NewWriter(&z)
	for i := range 500 {
		w, _ := zw.Create(fmt.Sprint(i % 7))
		fmt.Fprint(w, i)
	}
	zw.Close()
	x, err := openBytes(t, z.Bytes(), tree.Options{})
	must(t, err)
	for i, want := range []string{"497", "498", "499", "493", "494", "495", "496"} {
		if got, err := x.Read(i, 3); string(got) != want {
			t.Errorf("%d is %q, error %v, want %s", i, got, err, want)
		}
	}
}

// TestOverlap: a bomb whose files are all the same bytes of the zip.
func TestOverlap(t *testing.T) {
	one := zipOf([]string{"f"}, map[string][]byte{"f": bytes.Repeat([]byte("content "), 100)})
	from, to := bytes.Index(one, []byte("PK\x01\x02")), bytes.Index(one, []byte("PK\x05\x06"))
	entry, end := one[from:to], bytes.Clone(one[to:])
	bomb := bytes.Clone(one[:from])
	for range 1000 {
		bomb = append(bomb, entry...)
	}
	binary.LittleEndian.PutUint16(end[10:], 1000)
	binary.LittleEndian.PutUint32(end[12:], uint32(1000*len(entry)))
	err := readAll(t, append(bomb, end...))
	if err == nil || !strings.Contains(err.Error(), "its files overlap") || !errors.Is(err, content.ErrFormat) {
		t.Errorf("error is %v, want that the files overlap", err)
	}
}
