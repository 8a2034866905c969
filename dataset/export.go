package dataset

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/raster"
)

// Export writes a set as a list file and its images, which [Open] can read. The images are JPEG files
// of quality 100 if the set is grey, from dir/split/00000.jpg on, and PNG files if it is in colour,
// because a JPEG would blur the colours. The list, dir/split_labels.txt, comes last. It has lines like
// `train/00000.jpg 5`, without the number if an image has no label. The names of classes are not
// written. An empty split means "train". progress may be nil. It is called from one goroutine at a
// time.
//
// The list marks a complete export. Export refuses to start if the list is there. After a
// failure or a cancelled ctx there is no list, so another call starts over and replaces the
// images that are left. Every file is whole, but only the list is synced to disk.
func Export(ctx context.Context, s *Set, dir, split string, progress func(done, total int)) error {
	if split == "" {
		split = "train"
	}
	if split == "." || split == ".." || strings.ContainsAny(split, `/\:`) {
		return fmt.Errorf("dataset: export: split is %q, want the name of a folder, like train", split)
	}
	images, list := filepath.Join(dir, split), filepath.Join(dir, split+"_labels.txt")
	if _, err := os.Lstat(list); err == nil {
		return fmt.Errorf("dataset: %s: export is already there; delete the list and the folder %s to make it again: %w", list, images, fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("dataset: %s: %w", list, atomicfile.Reason(err))
	}
	if err := atomicfile.MkdirAll(images); err != nil {
		return fmt.Errorf("dataset: %s: %w", images, atomicfile.Reason(err))
	}
	done := 0
	err := ordered(ctx, runtime.GOMAXPROCS(0), upTo(s.Len()),
		func(i int) (struct{}, error) {
			return struct{}{}, exportImage(s, i, filepath.Join(images, fileName(s, i)))
		},
		func(context.Context, struct{}) error {
			done++
			if progress != nil {
				progress(done, s.Len())
			}
			return nil
		})
	if err != nil {
		return fmt.Errorf("dataset: %s: export stopped, with at least %d of %d images in %s and no list; export again to start over: %w",
			dir, done, s.Len(), images, err)
	}
	return atomicfile.Write(list, func(w io.Writer) error { return writeList(w, s, split) })
}

func exportImage(s *Set, i int, path string) error {
	pixels := make([]byte, s.Shape().Values())
	if err := s.Read(pixels, i); err != nil {
		return err
	}
	return atomicfile.WriteUnsynced(path, func(w io.Writer) error {
		if s.Shape().Channels == raster.RGB {
			return png.Encode(w, inColour(pixels, s.Shape().Size))
		}
		return jpeg.Encode(w, greyOver(pixels, s.Shape().Size), &jpeg.Options{Quality: 100})
	})
}

// greyOver returns an image whose pixels are p, without a copy.
func greyOver(p []byte, size raster.Size) *image.Gray {
	return &image.Gray{Pix: p, Stride: size.Width, Rect: image.Rect(0, 0, size.Width, size.Height)}
}

// inColour returns an image whose pixels are p.
func inColour(p []byte, size raster.Size) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, size.Width, size.Height))
	for k := range size.Area() {
		copy(img.Pix[4*k:], p[raster.RGB*k:][:raster.RGB])
		img.Pix[4*k+3] = 255
	}
	return img
}

func writeList(w io.Writer, s *Set, split string) error {
	for i := range s.Len() {
		label := ""
		if s.Label(i) >= 0 {
			label = fmt.Sprintf(" %d", s.Label(i))
		}
		if _, err := fmt.Fprintf(w, "%s/%s%s\n", split, fileName(s, i), label); err != nil {
			return err
		}
	}
	return nil
}

func fileName(s *Set, i int) string {
	ending := "jpg"
	if s.Shape().Channels == raster.RGB {
		ending = "png"
	}
	return fmt.Sprintf("%05d.%s", i, ending)
}
