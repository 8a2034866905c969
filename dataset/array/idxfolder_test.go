package array_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/array"
)

// TestIDXNames: the files of the usual sets are found in a folder, with their labels.
func TestIDXNames(t *testing.T) {
	images, labels := idxImages(2, 2, 2, []byte{0, 99, 200, 9, 7, 250, 1, 90}), idxLabels(1, 4)
	for _, c := range []struct{ split, images, labels string }{
		{"train", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
		{"test", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"},
		{"train", "train-images.idx3-ubyte", "train-labels.idx1-ubyte.gz"},
		{"train", "train-images-idx3-ubyte", "train-labels.idx1-ubyte"},
		{"train", "emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz"},
		{"test", "emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test-labels-idx1-ubyte.gz"},
		{"train", "MNIST/raw/train-images-idx3-ubyte", "MNIST/raw/train-labels-idx1-ubyte"},
		{"test", "gzip/emnist-digits-test-images-idx3-ubyte.gz", "gzip/emnist-digits-test-labels-idx1-ubyte.gz"},
		{"test", "raw/t10k-images-idx3-ubyte.gz", "raw/t10k-labels-idx1-ubyte.gz"},
	} {
		dir := filepath.Join(t.TempDir(), "a [b] *")
		for _, f := range []struct {
			name string
			data []byte
		}{{c.images, images}, {c.labels, labels}} {
			if filepath.Ext(f.name) == ".gz" {
				f.data = packed(f.data)
			}
			write(t, filepath.Join(dir, f.name), f.data)
		}
		o := roomy
		o.Split = c.split
		a := mustOpen(t, dir, o)
		var notes []string
		if strings.Contains(c.images, "emnist") {
			notes = []string{"the rows of an image as columns"}
		}
		if noted(t, a, notes...); a.Kind != array.KindIDX || a.Splits {
			t.Errorf("%s: kind is %q, splits %v", c.images, a.Kind, a.Splits)
		}
		same(t, a, grey(2, 2), images[16:], []int32{1, 4})
		o.Split = map[string]string{"train": "test", "test": "train"}[c.split]
		if err := fails(t, dir, o); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want there to be no %s images", err, o.Split)
		}
		write(t, filepath.Join(filepath.Dir(filepath.Join(dir, c.images)), o.Split+"-images-idx3-ubyte"), images)
		if o.Split = c.split; !mustOpen(t, dir, o).Splits {
			t.Errorf("%s: with files of both splits, splits is false", c.images)
		}
	}
}

// TestMNIST: the files in the program are those of the published counts, plain in memory and without.
func TestMNIST(t *testing.T) {
	for split, counts := range map[string][10]int{
		"train": {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
		"test":  {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
	} {
		done := 0
		a := mustOpen(t, "../mnist", array.Options{Split: split, Memory: 1 << 30, Progress: func(n, total int) {
			if n <= done || n > total {
				t.Errorf("progress goes from %d to %d of %d", done, n, total)
			}
			done = n
		}})
		var got [10]int
		for _, label := range a.Labels {
			got[label]++
		}
		if got != counts || a.Shape != grey(28, 28) || done != a.Len() || len(a.Bytes()) != a.Len()*784 {
			t.Errorf("%s: %d images of %v, %d done, classes %v", split, a.Len(), a.Shape, done, got)
		}
	}
}

func TestSeveralSets(t *testing.T) {
	dir := t.TempDir()
	one := idxImages(1, 2, 2, []byte{1, 2, 3, 4})
	write(t, filepath.Join(dir, "EMNIST/raw/emnist-letters-train-images-idx3-ubyte"), one)
	write(t, filepath.Join(dir, "EMNIST/raw/emnist-byclass-train-images-idx3-ubyte"), one)
	says(t, fails(t, dir, roomy), "folder has several sets of train images; give one of the files emnist-byclass-train-images-idx3-ubyte, emnist-letters-train-images-idx3-ubyte")
	same(t, mustOpen(t, filepath.Join(dir, "EMNIST/raw/emnist-byclass-train-images-idx3-ubyte"), roomy), grey(2, 2), one[16:], nil)
	write(t, filepath.Join(dir, "MNIST/raw/train-images-idx3-ubyte"), one)
	says(t, fails(t, dir, roomy), "folder has several sets; give one of the folders", "EMNIST", "MNIST")
}

// TestLabelsBeside: what stands in the place of the labels is read, or is an error, or is
// said not to be used.
func TestLabelsBeside(t *testing.T) {
	images := idxImages(2, 2, 2, []byte{0, 99, 200, 9, 7, 250, 1, 90})
	at := func(t *testing.T) (dir, labels string) {
		dir = t.TempDir()
		write(t, filepath.Join(dir, "train-images-idx3-ubyte"), images)
		return dir, filepath.Join(dir, "train-labels-idx1-ubyte")
	}
	t.Run("folder", func(t *testing.T) {
		dir, labels := at(t)
		must(t, os.Mkdir(labels, 0o777))
		says(t, fails(t, dir, roomy), labels+" is a folder, want a file")
		write(t, labels+".gz", packed(idxLabels(1, 0)))
		if a := mustOpen(t, dir, roomy); a.Labels[0] != 1 {
			t.Error("the file beside the folder is not read")
		}
	})
	t.Run("dangling link", func(t *testing.T) {
		dir, labels := at(t)
		if err := os.Symlink("nowhere", labels); err != nil {
			t.Skip(err)
		}
		says(t, fails(t, dir, roomy), labels+": no such file")
	})
	t.Run("other name", func(t *testing.T) {
		dir, _ := at(t)
		write(t, filepath.Join(dir, "train-labels.csv"), nil)
		noted(t, mustOpen(t, dir, roomy), "train-labels.csv looks like labels and is not used")
	})
	t.Run("QMNIST", func(t *testing.T) {
		dir, _ := at(t)
		rows := make([]byte, 2*8*4)
		rows[3], rows[32+3], rows[7] = 5, 6, 99
		write(t, filepath.Join(dir, "train-labels-idx2-int"), idx(12, rows, 2, 8))
		a := mustOpen(t, filepath.Join(dir, "train-images-idx3-ubyte"), roomy)
		noted(t, a, "of the 8 columns of train-labels-idx2-int the first is used")
		same(t, a, grey(2, 2), images[16:], []int32{5, 6})
	})
}
