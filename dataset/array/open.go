package array

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// headBytes is how much of a file its format is known from.
const headBytes = 4096

// Open opens a file or a folder of one of the kinds of this package, which it recognises by what is
// in it. ok is false for anything else: nothing is open then, and err is nil.
//
// A folder is one if it, or a folder in it of the names that torchvision makes, has IDX files or
// CIFAR's binary files under their usual names.
//
// Errors name the file. Errors about what is in it wrap [content.ErrFormat]. If the source lacks the
// split, the error wraps [fs.ErrNotExist].
func Open(ctx context.Context, path string, o Options) (a *Images, ok bool, err error) {
	if o, err = o.withDefaults(); err != nil {
		return nil, false, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, atomicfile.Named(path, err)
	}
	if info.IsDir() {
		a, err = openFolder(ctx, path, o)
	} else {
		a, err = openFile(ctx, path, o)
	}
	if err != nil {
		return nil, true, err
	}
	return a, a != nil, nil
}

// openFile opens a file. It returns nil and no error if it is none of the kinds.
func openFile(ctx context.Context, path string, o Options) (*Images, error) {
	f := onDisk(path)
	head, err := headOf(f)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte(npyMagic)):
		return openNpyFile(ctx, path, o)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openZip(ctx, path, o)
	case isIDX(head):
		return openIDXFile(ctx, path, o)
	}
	if content.Name(head) == content.PixelTable {
		return openCSV(ctx, path, o)
	}
	if content.Name(head) == content.Tar {
		return openCIFARTar(ctx, path, o)
	}
	if err := refuse(path, head); err != nil {
		return nil, err
	}
	const largestLabel = 19 // of the first byte of a record
	if len(head) > 0 && head[0] <= largestLabel {
		if c := cifarOf(path); c != nil {
			return c.open(ctx, []string{path}, o)
		}
	}
	return nil, nil
}

// openFolder opens a folder: its own files, or those of one folder in it with the names that
// torchvision and EMNIST give: MNIST/raw, gzip, cifar-10-batches-bin. It returns nil and no error if there are none.
func openFolder(ctx context.Context, dir string, o Options) (*Images, error) {
	for _, open := range []func(context.Context, string, Options) (*Images, error){openIDXFolder, openCIFARFolder} {
		if a, err := open(ctx, dir, o); a != nil || err != nil {
			return a, err
		}
	}
	var found []string
	for _, name := range namesIn(dir) {
		for _, sub := range []string{filepath.Join(dir, name), filepath.Join(dir, name, "raw")} {
			last := filepath.Base(sub)
			if (last == "raw" || last == "gzip") && slices.ContainsFunc(namesIn(sub), imagesName.MatchString) ||
				strings.HasPrefix(name, "cifar-") && len(inFolder(sub, slices.Concat(cifar10.train, cifar10.test, cifar100.train, cifar100.test))) > 0 {
				found = append(found, sub)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, refuseFolder(dir)
	case 1:
		return openFolder(ctx, found[0], o)
	}
	return nil, fmt.Errorf("%s: folder has several sets; give one of the folders %s", dir, listed(found))
}

// headOf returns the first bytes of what is in a file, unpacked.
func headOf(f File) ([]byte, error) {
	u, err := unpack(f)
	if err != nil {
		return nil, err
	}
	defer u.Close()
	head, err := u.Peek(headBytes)
	if len(head) == 0 && err != nil && err != io.EOF {
		return nil, u.failed(err)
	}
	return head, nil
}

// base is the last part of a path, fit for a sentence.
func base(path string) string { return excerpt.Of(filepath.Base(path)) }
