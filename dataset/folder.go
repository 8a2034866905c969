package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/tree"
)

// An image file in an archive may have littleImage bytes, or mostImage times the length of the archive
// if that is more: image files hardly become smaller when they are packed.
const littleImage, mostImage = 32 << 20, 10

// openTree opens the image files of a folder or an archive.
func openTree(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	t, err := tree.Open(ctx, src, tree.Options{Memory: max(o.Cache, alwaysHeld)})
	if err != nil {
		return nil, nil, err
	}
	longest := int64(maxImageFile)
	if t.Kind() != tree.Folder {
		info, err := os.Stat(src)
		if err != nil {
			return nil, nil, atomicfile.Reason(err)
		}
		longest = min(longest, max(littleImage, mostImage*info.Size()))
	}
	set, report, err := readTree(ctx, src, t, longest, o)
	if set == nil || set.pixels != nil {
		err = errors.Join(err, t.Close())
	}
	return set, report, err
}

// readTree reads the images of t, which the set needs further if it is not kept in memory. An image
// file has at most longest bytes.
func readTree(ctx context.Context, src string, t *tree.Tree, longest int64, o Options) (*Set, *Report, error) {
	f, err := sortFiles(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	if len(f.images) == 0 {
		return nil, nil, fmt.Errorf("%s: %w", f.none(t), content.ErrFormat)
	}
	report := newReport(src)
	d := described{kind: t.Kind(), notes: slices.Concat(t.Notes(), f.notes())}
	layout := tree.LayoutOf(f.paths)
	chosen := layout.Choose(o.Split)
	report.Splits = layout.Choose("train") != nil && layout.Choose("test") != nil
	switch {
	case chosen != nil && len(chosen) < len(f.images):
		d.notes = append(d.notes, fmt.Sprintf("%d of %d images are taken, those of the folders for %s", len(chosen), len(f.images), o.Split))
	case chosen == nil:
		for i := range f.images {
			chosen = append(chosen, i)
		}
	}
	of, err := f.labels(t, o)
	if err != nil {
		return nil, nil, err
	}
	d.notes = append(d.notes, of.notes...)
	d.problems, d.classes = of.problems, of.classes
	if of.numbers == nil {
		d.classes = layout.Classes
		if layout.Note != "" {
			d.notes = append(d.notes, layout.Note)
		}
	}
	source := &files{options: o}
	var index []int // of the images in the tree's files
	for _, i := range chosen {
		if p, is := of.bad[i]; is {
			d.problems = append(d.problems, p)
			continue
		}
		source.places, index = append(source.places, place{path: f.paths[i]}), append(index, f.images[i])
		switch {
		case of.numbers != nil:
			source.labels = append(source.labels, of.numbers[i])
		case layout.Classes != nil:
			source.labels = append(source.labels, int32(layout.Class[i]))
		}
	}
	source.sums = make(sums, len(index))
	source.size = func(i int) int64 { return t.Files()[index[i]].Size }
	source.content = func(i int) ([]byte, error) {
		data, err := t.Read(index[i], longest)
		return data, atomicfile.Reason(err)
	}
	d.source, d.file = source, func(i int) string { return source.places[i].path }
	set, err := take(ctx, d, o, report)
	return set, report, err
}
