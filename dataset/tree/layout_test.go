package tree_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gorgan/dataset/tree"
)

// The layouts that other programs make and read. A file is written as path=class or, in a part
// of a set, part:path=class.
func TestLayout(t *testing.T) {
	for _, c := range []struct {
		name, files, parts, classes, note string
	}{
		{"nothing", "", "", "", ""},
		{"one file", "a/b/c.png", "", "", ""},
		{"flat", "1.png 2.png", "", "", ""},
		{"flat below a folder", "flowers/1.png flowers/2.png", "", "", ""},
		{"torchvision ImageFolder", "cat/1.png=cat cat/deep/er/2.png=cat dog/1.png=dog", "", "cat dog", ""},
		{"Keras below a folder", "data/pets/dog/1.png=dog data/pets/cat/1.png=cat", "", "cat dog", ""},
		{"absolute", "/cat/1.png=cat /dog/1.png=dog", "", "cat dog", ""},
		{"byte order", "10/a=10 9/a=9 B/a=B a/a=a ä/a=ä", "", "10 9 B a ä", ""},
		{"numbers", "10/a=10 9/a=9 1/a=1 -2/a=-2", "", "-2 1 9 10", ""},
		{"numbers with zeros", "010/a=010 9/a=9 1/a=1", "", "010 1 9", ""},
		{"numbers that are large", "99999999999999999999/a=99999999999999999999 9/a=9", "", "9 99999999999999999999", ""},
		{"some at the top", "cat/1.png dog/1.png 3.png", "", "", "folders are no classes, because 1 of 3 images are in none of them"},
		{"one folder, some at the top", "cat/1.png 3.png", "", "", "folders are no classes, because 1 of 2 images are in none of them"},
		{"prefix of a name", "ab/1.png=ab abc/1.png=abc", "", "ab abc", ""},
		{"Hugging Face imagefolder", "train:data/train/cat/1.png=cat train:data/train/dog/1.png=dog test:data/test/dog/1.png=dog test:data/test/cat/1.png=cat",
			"test train", "cat dog", ""},
		{"parts without classes", "train:train/1.png train:train/2.png test:test/1.png", "test train", "", ""},
		{"Kaggle cats and dogs", "train:training_set/training_set/cats/1=cats train:training_set/training_set/dogs/1=dogs test:test_set/test_set/cats/1=cats test:test_set/test_set/dogs/2=dogs",
			"test_set training_set", "cats dogs", ""},
		{"test without labels", "train:z/train/cat/1=cat train:z/train/dog/1=dog test:z/test1/1.png", "test1 train", "cat dog", ""},
		{"test of one class", "train:train/good/1=good train:train/bad/1=bad test:test/good/1=good test:test/good/2=good", "test train", "bad good", ""},
		{"COCO", "train:coco/train2017/1.png :coco/val2017/2.png test:coco/test2017/3.png", "test2017 train2017 val2017", "", ""},
		{"validation for test", "train:Train/a/1=a train:Train/b/1=b test:Valid/a/1=a test:Valid/b/1=b", "Train Valid", "a b", ""},
		{"Intel", "train:seg_train/seg_train/sea/1=sea train:seg_train/seg_train/ice/1=ice test:seg_test/seg_test/sea/1=sea test:seg_test/seg_test/ice/1=ice test:seg_pred/seg_pred/1",
			"seg_pred seg_test seg_train", "ice sea", ""},
		{"only the train part", "x/train/a/1=a x/train/b/1=b", "", "a b", ""},
		{"classes that sound like parts", "train/1=train car/1=car plane/1=plane", "", "car plane train", ""},
		{"tests alone", "test_a/1=test_a test_b/1=test_b", "", "test_a test_b", ""},
		{"webdataset", "000.jpg 001.jpg", "", "", ""},
		{"part with some at the top", "train:train/a/1 train:train/2 test:test/a/1 test:test/b/1", "test train", "a b",
			"folders are no classes, because 1 of 2 images are in none of them"},
	} {
		var paths, classes []string
		splits := map[string][]int{}
		for i, file := range strings.Fields(c.files) {
			before, path, parted := strings.Cut(file, ":")
			if !parted {
				before, path = "", file
			}
			path, class, _ := strings.Cut(path, "=")
			paths, classes = append(paths, path), append(classes, class)
			if before != "" {
				splits[before] = append(splits[before], i)
			}
		}
		if c.name == "part with some at the top" {
			classes = []string{"", "", "a", "b"}
		}
		l := tree.LayoutOf(paths)
		if got := strings.Join(l.Parts, " "); got != c.parts {
			t.Errorf("%s: parts are %q, want %q", c.name, got, c.parts)
		}
		if got := strings.Join(l.Classes, " "); got != c.classes || (l.Class == nil) != (c.classes == "") {
			t.Errorf("%s: classes are %q of %v, want %q", c.name, got, l.Class, c.classes)
			continue
		}
		for i, class := range l.Class {
			got := ""
			if class >= 0 {
				got = l.Classes[class]
			}
			if got != classes[i] {
				t.Errorf("%s: class of %s is %q, want %q", c.name, paths[i], got, classes[i])
			}
		}
		for _, split := range []string{"train", "test"} {
			if diff := cmp.Diff(splits[split], l.Choose(split)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", c.name, split, diff)
			}
		}
		if l.Note != c.note {
			t.Errorf("%s: note is %q, want %q", c.name, l.Note, c.note)
		}
	}
}

// TestLayoutOrder: the order of files changes nothing, nor do folders above all.
func TestLayoutOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paths := rapid.SliceOfN(rapid.StringMatching(`(train/|test/|)(a|b|)(/c)?(/1|2)`), 1, 12).Draw(t, "paths")
		l := tree.LayoutOf(paths)
		order := rapid.Permutation(indices(len(paths))).Draw(t, "order")
		moved := make([]string, len(paths))
		for to, from := range order {
			moved[to] = "x/y z/" + paths[from]
		}
		m := tree.LayoutOf(moved)
		if !slices.Equal(m.Parts, l.Parts) || !slices.Equal(m.Classes, l.Classes) {
			t.Fatalf("classes %q in parts %q become %q in %q", l.Classes, l.Parts, m.Classes, m.Parts)
		}
		for to, from := range order {
			if l.Class != nil && m.Class[to] != l.Class[from] || l.Part != nil && m.Part[to] != l.Part[from] {
				t.Fatalf("%s is of another class or part than %s", moved[to], paths[from])
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// TestManyClasses: a thousand classes of a thousand files, quickly.
func TestManyClasses(t *testing.T) {
	var paths []string
	for c := range 1000 {
		for i := range 100 {
			paths = append(paths, fmt.Sprintf("set/n%08d/%d.png", c, i))
		}
	}
	if l := tree.LayoutOf(paths); len(l.Classes) != 1000 || l.Class[99_999] != 999 {
		t.Errorf("%d classes, want 1000", len(l.Classes))
	}
}
