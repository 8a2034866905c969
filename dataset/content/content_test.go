package content_test

import (
	"strings"
	"testing"

	"gorgan/dataset/content"
)

func TestName(t *testing.T) {
	for head, want := range map[string]string{
		"": "",
		"BM6\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00": "BMP",
		"RIFF\x10\x00\x00\x00WEBPVP8":                                     "WebP",
		"RIFF\x10\x00\x00\x00WAVEfmt":                                     "",
		"\x00\x00\x00\x18ftypheic":                                        "HEIC",
		"\x00\x00\x00\x20ftypisom":                                        "an MP4 or QuickTime video",
		"\x80\x04\x95\x10\x00":                                            "a Python pickle, which can run any program when it is read",
		"\x80\x02}q\x01":                                                  "a Python pickle, which can run any program when it is read",
		"\x80\x09}q\x01":                                                  "",
		"PAR1\x15":                                                        "a Parquet file",
		"Rar!\x1a\x07\x01":                                                "a RAR archive",
		"7z\xbc\xaf\x27\x1c":                                              "a 7-Zip archive",
		" <HTML>":                                                         "an HTML page, perhaps that of a failed download",
		"label,pixel0,pixel1,":                                            "a CSV of pixels, as of Kaggle's mnist_train.csv",
		"a.png 3\nb.png 4\n":                                              "",
		strings.Repeat("\x00", 600):                                       "",
	} {
		if got := content.Name([]byte(head)); got != want {
			t.Errorf("%.20q: got %q, want %q", head, got, want)
		}
	}
}
