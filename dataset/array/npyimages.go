package array

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"regexp"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// openNpyFile opens a .npy file of images, and the .npy file of their labels beside it.
func openNpyFile(ctx context.Context, path string, o Options) (*Images, error) {
	var labels *File
	if beside, ok := npyLabels(path); ok {
		f := onDisk(beside)
		labels = &f
	}
	a, err := readNpyImages(ctx, onDisk(path), labels, o, "gunzip the file")
	if err != nil {
		return nil, err
	}
	a.Kind = KindNpy
	if other := lookalike(filepath.Dir(path), "label", ".npy"); labels == nil && other != "" && other != filepath.Base(path) {
		a.note("%s looks like labels and is not used: want a name as that of the images, with labels for images or y for x", excerpt.Of(other))
	}
	return a, nil
}

// imagesWord is the word for images in the name of a .npy file, for which another one stands in the name
// of the file of labels.
var imagesWord = regexp.MustCompile(`(?i)(images|^x)([^a-z]|$)`)

// npyLabels finds the labels of the images of a .npy file by its name: y_train.npy beside x_train.npy,
// train_labels.npy beside train_images.npy.
func npyLabels(path string) (string, bool) {
	dir, name := filepath.Split(path)
	at := imagesWord.FindStringSubmatchIndex(name)
	if at == nil {
		return "", false
	}
	words := map[string][]string{"images": {"labels"}, "Images": {"Labels"}, "x": {"y"}, "X": {"y", "Y"}}[name[at[2]:at[3]]]
	for _, word := range words {
		beside := filepath.Join(dir, name[:at[2]]+word+name[at[3]:])
		if f, err := onDisk(beside).Open(); err == nil {
			f.Close()
			return beside, true
		}
	}
	return "", false
}

// readNpyImages reads the images and, unless nil, the labels of arrays. way says how a file that
// is packed becomes one in which the images can stay.
func readNpyImages(ctx context.Context, images File, labels *File, o Options, way string) (*Images, error) {
	n, err := openNpy(images)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	l, err := layoutOf(n.dims)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.name, err)
	}
	a := &Images{Shape: l.shape, Count: l.count}
	if l.note != "" {
		a.note("%s", l.note)
	}
	extra := int64(0)
	if labels != nil {
		extra = 4 * int64(a.Count)
	}
	if n.fortran {
		way = "save it in C order, as numpy.ascontiguousarray does,"
	}
	kept, err := a.place(o, n.name, extra, n.exact() && !n.fortran, way)
	if err != nil {
		return nil, err
	}
	if labels != nil {
		if err := o.checkLabels(labels.Name, a.Count); err != nil {
			return nil, err
		}
		if err := a.readNpyLabels(ctx, *labels); err != nil {
			return nil, err
		}
	}
	if n.dtype.name == "uint8" && !n.fortran {
		a.record = l.record()
		return a, a.fill(ctx, []filed{{n.unpacked, l.count, n.total}}, kept, o)
	}
	tone, err := n.tone(ctx, a)
	if err != nil {
		return nil, err
	}
	if n.fortran {
		return a, n.scatter(ctx, a, l, tone, o)
	}
	a.record = record{int(int64(l.shape.Values()) * n.dtype.width), n.decoder(l, tone)}
	return a, a.fill(ctx, []filed{{n.unpacked, l.count, n.total}}, kept, o)
}

// tone makes a byte of a value. ok is false if the value is none of an image.
type tone func(v float64) (b byte, ok bool)

// tone finds how values become bytes. It reads all floats for this.
func (n *npyArray) tone(ctx context.Context, a *Images) (tone, error) {
	switch n.dtype.kind {
	case 'b':
		a.note("values False and True are taken as 0 and 255")
		return func(v float64) (byte, bool) { return byte(255 * v), true }, nil
	case 'u', 'i':
		return func(v float64) (byte, bool) { return byte(int(min(max(v, 0), 255))), v >= 0 && v <= 255 }, nil
	}
	all, err := openNpy(n.from)
	if err != nil {
		return nil, err
	}
	defer all.Close()
	value, width := n.dtype.reader(), n.dtype.width
	least := 0.0
	err = all.elements(ctx, func(raw []byte, at int64) error {
		for ; len(raw) > 0; raw, at = raw[width:], at+1 {
			v := value(raw)
			if !(v >= -1 && v <= 1) {
				return all.wrong("value is %v at index %s, want all from 0 to 1 or from -1 to 1; save those from 0 to 255 as uint8", v, all.index(at))
			}
			least = min(least, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if least < 0 {
		a.note("values from -1 to 1 are taken as 0 to 255")
		return func(v float64) (byte, bool) { return toByte((v + 1) / 2) }, nil
	}
	a.note("values from 0 to 1 are taken as 0 to 255")
	return toByte, nil
}

// toByte rounds a value from 0 to 1 to a byte.
func toByte(v float64) (byte, bool) {
	if !(v >= 0 && v <= 1) {
		return 0, false // the file has changed since it was looked through
	}
	return byte(math.RoundToEven(255 * v)), true
}

// decoder makes the pixels of an image of an array in C order.
func (n *npyArray) decoder(l layout, tone tone) func(dst, raw []byte) error {
	value, width := n.dtype.reader(), int(n.dtype.width)
	image := npyArray{dims: n.dims[1:]} // for the index of a bad value
	return func(dst, raw []byte) error {
		to := dst
		if l.planes {
			to = make([]byte, len(dst))
		}
		for i := range to {
			b, ok := tone(value(raw[i*width:]))
			if !ok {
				return badValue(value(raw[i*width:]), image.index(int64(i)))
			}
			to[i] = b
		}
		if l.planes {
			interleave(dst, to)
		}
		return nil
	}
}

// scatter reads the images of an array in Fortran order into memory, each value to its place.
func (n *npyArray) scatter(ctx context.Context, a *Images, l layout, tone tone, o Options) error {
	if err := n.proven(ctx, n.total); err != nil {
		return err
	}
	a.pixels = make([]byte, n.count)
	value, width := n.dtype.reader(), int(n.dtype.width)
	done, said := int64(0), int64(0) // values, images
	return n.runs(ctx, l.planes, func(raw []byte, at, step int) error {
		done += int64(len(raw) / width)
		for ; len(raw) > 0; raw, at = raw[width:], at+step {
			b, ok := tone(value(raw))
			if !ok {
				size := l.shape.Values()
				return fmt.Errorf("%s: image %d: %w", n.name, at/size, badValue(value(raw), fmt.Sprintf("its value %d", at%size)))
			}
			a.pixels[at] = b
		}
		if now := done / int64(l.shape.Values()); now > said {
			said = now
			o.Progress(int(said), a.Count)
		}
		return nil
	})
}

func badValue(v float64, where string) error {
	return fmt.Errorf("value is %v at %s, want 0 to 255: %w", v, where, content.ErrFormat)
}

// readNpyLabels reads an array of labels (N,) or (N,1). Labels of another kind are not used, which a note
// says.
func (a *Images) readNpyLabels(ctx context.Context, f File) error {
	n, err := openNpy(f)
	if err != nil {
		return err
	}
	defer n.Close()
	if n.dims[0] != int64(a.Count) {
		return n.wrong("%d labels, want %d, one per image", n.dims[0], a.Count)
	}
	if n.count != n.dims[0] {
		a.note("%s of shape %s is not used: want one label per image, which numpy.argmax makes of rows with a 1 in the place of the class",
			base(f.Name), axesOf(n.dims))
		return nil
	}
	if err := n.proven(ctx, n.total); err != nil {
		return err
	}
	labels := make([]int32, a.Count)
	value, width := n.dtype.reader(), n.dtype.width
	err = n.elements(ctx, func(raw []byte, at int64) error {
		for ; len(raw) > 0; raw, at = raw[width:], at+1 {
			v := value(raw)
			if !(v >= 0 && v <= math.MaxInt32 && v == math.Trunc(v)) {
				return n.wrong("label is %v at index %s, want a whole number from 0", v, n.index(at))
			}
			labels[at] = int32(v)
		}
		return nil
	})
	a.Labels = labels
	return err
}
