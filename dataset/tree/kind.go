package tree

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/packed"
)

// The kinds of trees.
const (
	Folder    = "folder"
	Zip       = "zip"
	Tar       = "tar"
	PackedTar = "tar.gz"
)

// KindOf returns the kind of tree that a path leads to, or "" if it is no tree. A zip begins with
// a file, or ends with the list of its files; a tar begins with a header whose checksum is right.
func KindOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", named(path, err)
	}
	if info.IsDir() {
		return Folder, nil
	}
	f, info, err := atomicfile.Open(path)
	if err != nil {
		return "", atomicfile.Named(path, err)
	}
	defer f.Close()
	head, err := headOf(f)
	if err != nil {
		return "", named(path, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte(localHeader)):
		return Zip, nil
	case isTar(head):
		return Tar, nil
	case bytes.HasPrefix(head, []byte(content.Gzip)):
		r, err := packed.New(io.NewSectionReader(f, 0, info.Size()), info.Size())
		if err != nil {
			return "", named(path, err)
		}
		if head, _ = r.Peek(blockSize); isTar(head) { // what is broken here is said by whoever reads it all
			return PackedTar, nil
		}
		return "", nil
	}
	// An empty zip, or one behind a program that unpacks it.
	if _, err := findDirectory(f, info.Size()); err == nil {
		return Zip, nil
	}
	return "", nil
}

// headOf reads the first 512 bytes, or as many as there are.
func headOf(f *os.File) ([]byte, error) {
	head := make([]byte, blockSize)
	n, err := f.ReadAt(head, 0)
	if err == io.EOF {
		err = nil
	}
	return head[:n], err
}

// notATree says what a file is that is no tree.
func notATree(path string) error {
	const want = "want a folder, a .zip, a .tar or a .tar.gz"
	f, _, err := atomicfile.Open(path)
	if err != nil {
		return atomicfile.Named(path, err)
	}
	defer f.Close()
	head, err := headOf(f)
	if err != nil {
		return named(path, err)
	}
	if name := content.Name(head); name != "" {
		return fmt.Errorf("%s: is %s, %s: %w", path, name, want, content.ErrFormat)
	}
	return fmt.Errorf("%s: %s: %w", path, want, content.ErrFormat)
}

// blockSize is the unit of a tar, in bytes.
const blockSize = 512

// isTar reports whether a header of a tar begins a file. The word ustar is missing in old ones,
// and the checksum is in all.
func isTar(head []byte) bool {
	const from, to = 148, 156 // the checksum, which counts as spaces
	if len(head) < blockSize || head[0] == 0 {
		return false
	}
	written, err := strconv.ParseInt(strings.Trim(string(head[from:to]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	var sum, signed int64 // old programs summed signed bytes
	for i, b := range head[:blockSize] {
		if i >= from && i < to {
			b = ' '
		}
		sum += int64(b)
		signed += int64(int8(b))
	}
	return written == sum || written == signed
}
