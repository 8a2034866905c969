package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gorgan/dataset/array"
	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/imagefile"
	"gorgan/dataset/tree"
)

// Open reads and checks all of src in one pass. src is one of
//
//   - "mnist": the embedded MNIST (write "./mnist" for a folder of that name);
//   - a file or a folder of one array of images: see [array.Open];
//   - a folder of image files at any depth, or the same in an archive: see [tree.Open]. Labels
//     come from a list of metadata in it, or else from its folders: see [tree.Classes];
//   - a list of image files, any other text: see [listfile.Parse]. Paths are relative to the list's
//     folder, or else to the current one.
//
// The content decides which it is. Open returns an error if the source is not a set: it is missing
// or empty; the header, the length or the packing of a file is broken (the error wraps
// [content.ErrFormat]); or ctx is cancelled (the error wraps ctx.Err()). The report has every bad
// image. If there are any that Options.Skip does not excuse, the set is nil and [Report.Err] says
// why.
//
// ctx must last as long as the set is read, if the set is not kept in memory: cancelling it ends
// such reading too, and a view of the set is made in the time of reading it all again.
func Open(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	set, report, err := open(ctx, src, o)
	switch {
	case err == nil:
		return set, report, nil
	case strings.HasPrefix(err.Error(), src+": "), strings.HasPrefix(err.Error(), src+string(filepath.Separator)):
		return nil, nil, fmt.Errorf("dataset: %w", err) // it names the source, or a file of it, already
	}
	return nil, nil, fmt.Errorf("dataset: %s: %w", src, err)
}

func open(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if src == "mnist" {
		return openMNIST(ctx, o)
	}
	info, err := os.Stat(src)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%w: want mnist, a folder or an archive of images, a list of them, or a file of an array", atomicfile.Reason(err))
	case err != nil:
		return nil, nil, atomicfile.Reason(err)
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil, nil, errors.New("is neither a file nor a folder")
	}
	a, isArray, err := array.Open(ctx, src, array.Options{Split: o.Split, Memory: max(o.Cache, 0)})
	switch {
	case err != nil:
		return nil, nil, err
	case isArray:
		return openArray(ctx, src, a, o)
	case info.IsDir():
		return openTree(ctx, src, o)
	}
	return openFile(ctx, src, o)
}

// openFile opens an archive or a list. The content decides which it is.
func openFile(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	if kind, err := tree.KindOf(src); err != nil {
		return nil, nil, err
	} else if kind != "" {
		return openTree(ctx, src, o)
	}
	f, _, err := atomicfile.Open(src)
	if err != nil {
		return nil, nil, atomicfile.Reason(err)
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, nil, atomicfile.Reason(err)
	}
	head = head[:n]
	switch name := content.Name(head); {
	case imagefile.Reads(head):
		return nil, nil, fmt.Errorf("is a single image (%s), want the folder it is in, or a list of images: %w", name, content.ErrFormat)
	case name != "":
		return nil, nil, fmt.Errorf("is %s, want a folder or an archive of images, a list of them, or a file of an array: %w", name, content.ErrFormat)
	}
	return openList(ctx, src, io.MultiReader(bytes.NewReader(head), f), o)
}
