// Package content recognises files by their first bytes, never by their names.
package content

import (
	"bytes"
	"errors"
	"regexp"
)

// ErrFormat is wrapped by every error about the content of a file or of a text.
var ErrFormat = errors.New("bad format")

// The first bytes of a file of each format.
const (
	JPEG = "\xff\xd8\xff"
	PNG  = "\x89PNG\r\n\x1a\n"
	Gzip = "\x1f\x8b"
)

// Name names the format of a file from the file's first 512 bytes, as the object of a sentence: "a
// PDF". It is "" for an unknown format.
func Name(head []byte) string {
	head = head[:min(len(head), 512)]
	for _, known := range []struct {
		at   int
		text string
		name string
	}{
		{0, JPEG, "JPEG"},
		{0, PNG, "PNG"},
		{0, "GIF8", "GIF"},
		{0, "BM", "BMP"},
		{8, "WEBP", "WebP"},
		{0, "II*\x00", "TIFF"},
		{0, "MM\x00*", "TIFF"},
		{4, "ftypavif", "AVIF"},
		{4, "ftypavis", "AVIF"},
		{4, "ftyphei", "HEIC"},
		{4, "ftyphev", "HEIC"},
		{4, "ftypmif1", "HEIC"},
		{4, "ftypmsf1", "HEIC"},
		{0, "\xff\x0a", "JPEG XL"},
		{4, "JXL ", "JPEG XL"},
		{0, "\x93NUMPY", "a NumPy file"},
		{0, "PK\x03\x04", "a ZIP archive"},
		{0, "%PDF", "a PDF"},
		{257, "ustar", "a tar archive"},
		{0, "version https://git-lfs", "a pointer of Git LFS, not the file itself"},
		{0, Gzip, "gzip"},
	} {
		if len(head) > known.at && bytes.HasPrefix(head[known.at:], []byte(known.text)) {
			return known.name
		}
	}
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))))
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(text, []byte(start)) {
			return "an HTML page, perhaps that of a failed download"
		}
	}
	if pixelTable.Match(text) {
		return "a CSV of pixels, as of Kaggle's mnist_train.csv"
	}
	return ""
}

// pixelTable matches the beginning of a table of pixel values: many numbers, or the usual
// names of its columns.
var pixelTable = regexp.MustCompile(`^("?label"?,)?("?1x1"?,"?1x2"?|"?pixel_?[01]"?,"?pixel_?[12]"?),|^(\d{1,3}(\.\d+)?[,;] ?){32}`)
