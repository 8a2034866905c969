// Package content recognises files by their first bytes, never by their names.
package content

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
)

// ErrFormat is wrapped by every error about the content of a file or of a text.
var ErrFormat = errors.New("bad format")

// The first bytes of a file of each format.
const (
	JPEG = "\xff\xd8\xff"
	PNG  = "\x89PNG\r\n\x1a\n"
	Gzip = "\x1f\x8b"
)

// The names of formats, of arrays most of them.
const (
	Tar        = "a tar archive"
	Pickle     = "a Python pickle, which can run any program when it is read"
	Torch      = "a file of PyTorch"
	MATLAB     = "a MATLAB file"
	HDF5       = "an HDF5 file"
	Parquet    = "a Parquet file"
	LMDB       = "an LMDB database"
	PixelTable = "a CSV of pixels, as of Kaggle's mnist_train.csv"
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
		{0, "GIF87a", "GIF"},
		{0, "GIF89a", "GIF"},
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
		{0, "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", Torch},
		{0, "MATLAB 5.0 MAT-file", MATLAB},
		{0, "MATLAB 7.3 MAT-file", MATLAB},
		{16, "\xde\xc0\xef\xbe", LMDB},
		{0, "\x93NUMPY", "a NumPy file"},
		{0, "PK\x03\x04", "a ZIP archive"},
		{0, "%PDF", "a PDF"},
		{257, "ustar", Tar},
		{0, "version https://git-lfs", "a pointer of Git LFS, not the file itself"},
		{0, Gzip, "gzip"},
		{4, "1AY&SY", "bzip2"},
		{0, "\xfd7zXZ\x00", "xz"},
		{0, "\x28\xb5\x2f\xfd", "Zstandard"},
		{0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
		{0, "Rar!\x1a\x07", "a RAR archive"},
		{0, "\x89HDF\r\n\x1a\n", HDF5},
		{0, "PAR1", Parquet},
		{0, "ARROW1", "an Arrow file"},
		{0, "SQLite format 3\x00", "an SQLite database"},
		{0, "8BPS", "a Photoshop file"},
		{0, "\x00\x00\x01\x00", "an icon file"},
		{0, "\x1aE\xdf\xa3", "a Matroska or WebM video"},
		{4, "ftyp", "an MP4 or QuickTime video"},
	} {
		if len(head) > known.at && bytes.HasPrefix(head[known.at:], []byte(known.text)) {
			return known.name
		}
	}
	switch {
	case isPickle(head):
		return Pickle
	case isBMP(head):
		return "BMP"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "WebP"
	}
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))))
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(text, []byte(start)) {
			return "an HTML page, perhaps that of a failed download"
		}
	}
	if pixelTable.Match(text) {
		return PixelTable
	}
	return ""
}

// isPickle recognises protocols 2 to 5: the version, then a frame or the first of what pickles of
// data begin with, such as a dictionary, a list, a text or something of a module.
func isPickle(head []byte) bool {
	return len(head) > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 && bytes.IndexByte([]byte("\x95}])(cKX\x8a\x8c"), head[2]) >= 0
}

// isBMP reports whether a file begins as a BMP. A text can begin with the same two letters, so the
// size of the second header counts too: it is below 256.
func isBMP(head []byte) bool {
	const infoSize = 14
	return len(head) >= infoSize+4 && string(head[:2]) == "BM" && string(head[infoSize+1:infoSize+4]) == "\x00\x00\x00"
}

// pixelTable matches the beginning of a table of pixel values in lower case: many numbers, perhaps under
// a name for the first column, or the usual names of its columns.
var pixelTable = regexp.MustCompile(`^("?(label|id|class|y)?"?[,;\t])*("?1x1"?[,;\t]"?1x2"?|"?pixel_?[01]"?[,;\t]"?pixel_?[12]"?)[,;\t]` +
	`|^("?(label|class|y)?"?[,;\t] ?)?("?\d{1,3}(\.\d+)?"?[,;\t] ?){32}`)

// NamesImage reports whether a path ends as that of an image does, in a format that can be decoded
// or not. The content can still be another.
func NamesImage(path string) bool {
	const longest = len(".jpeg")
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 || len(path)-dot > longest {
		return false
	}
	switch strings.ToLower(path[dot:]) {
	case ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".avif", ".heic", ".heif", ".jxl":
		return true
	}
	return false
}
