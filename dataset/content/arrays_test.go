package content_test

import (
	"strings"
	"testing"

	"gorgan/dataset/content"
)

// TestArrays: files that hold arrays are told by their first bytes.
func TestArrays(t *testing.T) {
	many := strings.Repeat("0,", 40)
	for head, want := range map[string]string{
		"\x80\x04\x95\x10\x00":                         content.Pickle,
		"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80": content.Torch,
		"\x80\x01":                                      "",
		"MATLAB 5.0 MAT-file, Platform: PCWIN":          content.MATLAB,
		"MATLAB 7.3 MAT-file, Platform: GLNXA64":        content.MATLAB,
		"\x89HDF\r\n\x1a\n\x00":                         content.HDF5,
		"PAR1\x15\x00":                                  content.Parquet,
		strings.Repeat("\x00", 16) + "\xde\xc0\xef\xbe": content.LMDB,
		strings.Repeat("\x00", 257) + "ustar\x0000":     content.Tar,
		"label,pixel0,pixel1,pixel2":                    content.PixelTable,
		"Label;Pixel_1;Pixel_2;":                        content.PixelTable,
		"\"label\",\"1x1\",\"1x2\",\"1x3\"":             content.PixelTable,
		"id,label,pixel0,pixel1,":                       content.PixelTable,
		"pixel1,pixel2,pixel3":                          content.PixelTable,
		"label,0,1," + many:                             content.PixelTable,
		many:                                            content.PixelTable,
		strings.ReplaceAll(many, "0,", "\"255\"; "):     content.PixelTable,
		strings.ReplaceAll(many, "0,", "12.0\t"):        content.PixelTable,
		"path,label\na.png,1\n":                         "",
		"label,path\n1,a.png\n":                         "",
		"0,1,2,3\n":                                     "",
		"id,class\n1,2\n":                               "",
	} {
		if got := content.Name([]byte(head)); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}
