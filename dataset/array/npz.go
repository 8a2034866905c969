package array

import (
	"archive/zip"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
)

// The names of arrays in a .npz file, the usual ones first. Those with a part are under both parts, or
// under none.
var (
	partNames  = []string{"x_%s", "%s_images", "images_%s", "%s_x", "%s_data"}
	partLabels = []string{"y_%s", "%s_labels", "labels_%s", "%s_y", "%s_targets", "%s_label"}
	imageNames = []string{"images", "x", "data", "image", "samples", "imgs", "arr_0"}
	labelNames = []string{"labels", "y", "label", "targets", "target", "arr_1"}
)

// npz is a .npz file: a zip of .npy files.
type npz struct {
	name    string
	size    int64
	members []*zip.File
}

// openZip opens a zip that is a .npz file. It returns nil and no error for another zip.
func openZip(ctx context.Context, path string, o Options) (*Images, error) {
	f, info, err := atomicfile.Open(path)
	if err != nil {
		return nil, atomicfile.Named(path, err)
	}
	defer f.Close()
	archive, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, nil // for the reader of archives to say what is wrong
	}
	arrays := 0
	for _, m := range archive.File {
		if strings.HasSuffix(m.Name, "/data.pkl") {
			return nil, fmt.Errorf("%s: is %s, which cannot be read: %s: %w", path, content.Torch, refused[content.Torch], content.ErrFormat)
		}
		if strings.HasSuffix(m.Name, ".npy") {
			arrays++
		}
	}
	if arrays == 0 || arrays < len(archive.File) {
		return nil, nil // pictures with arrays among them are another thing
	}
	z := &npz{path, info.Size(), archive.File}
	a, err := z.open(ctx, o)
	if err != nil {
		return nil, err
	}
	a.Kind = KindNpz
	return a, nil
}

// open opens the images and the labels among the arrays.
func (z *npz) open(ctx context.Context, o Options) (*Images, error) {
	part, other := "train", "test"
	if o.Split == "test" {
		part, other = other, part
	}
	images := z.find(partNames, part)
	labels := z.find(partLabels, part)
	splits := images != nil && z.find(partNames, other) != nil
	switch {
	case images != nil:
	case z.find(partNames, other) != nil && z.find(imageNames, "") == nil:
		return nil, fmt.Errorf("%s: no array of %s images, such as x_%[2]s, among %s: %w", z.name, part, z.listed(), fs.ErrNotExist)
	default:
		images, labels = z.find(imageNames, ""), z.find(labelNames, "")
		if images == nil && len(z.members) == 1 {
			images = z.members[0]
		}
		if images == nil {
			return nil, fmt.Errorf("%s: which array has the images is not clear: want one of the name images, or x_train and x_test, got %s: %w",
				z.name, z.listed(), content.ErrFormat)
		}
	}
	var beside *File
	if labels != nil {
		f := z.member(labels)
		beside = &f
	}
	a, err := readNpyImages(ctx, z.member(images), beside, o, "save it by numpy.savez, which does not compress,")
	if err != nil {
		return nil, err
	}
	a.Splits = splits
	var unused []string
	used := []*zip.File{images, labels, z.find(partNames, other), z.find(partLabels, other)}
	for _, m := range z.members {
		if !slices.Contains(used, m) {
			unused = append(unused, arrayName(m))
		}
	}
	if len(unused) > 0 {
		a.note("arrays that are not used: %s", listed(unused))
	}
	return a, nil
}

// find returns the array with the first of the names that there is. A %s in them stands for part.
func (z *npz) find(names []string, part string) *zip.File {
	for _, name := range names {
		name = strings.ReplaceAll(name, "%s", part)
		at := slices.IndexFunc(z.members, func(m *zip.File) bool { return strings.EqualFold(arrayName(m), name) })
		if at >= 0 {
			return z.members[at]
		}
	}
	return nil
}

func arrayName(m *zip.File) string { return strings.TrimSuffix(m.Name, ".npy") }

// listed writes the names and the shapes of all arrays.
func (z *npz) listed() string {
	var all []string
	for _, m := range z.members {
		text := arrayName(m)
		if len(all) < 8 {
			if n, err := openNpy(z.member(m)); err == nil {
				text += " " + axesOf(n.dims)
				n.Close()
			}
		}
		all = append(all, text)
	}
	return listed(all)
}
