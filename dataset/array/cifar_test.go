package array_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset/array"
	"gorgan/dataset/content"
)

// cifarFile makes records of images, whose pixels are HWC, and labels.
func cifarFile(pixels []byte, labels []int32, coarse bool) []byte {
	var b []byte
	shape := colour(32, 32)
	for i, label := range labels {
		if coarse {
			b = append(b, byte(label/5))
		}
		b = append(append(b, byte(label)), planes(pixels[i*shape.Values():(i+1)*shape.Values()], shape)...)
	}
	return b
}

// noise are images of 32x32 pixels in colour.
func noise(count int) []byte {
	pixels := make([]byte, count*32*32*3)
	for i := range pixels {
		pixels[i] = byte(i*i/7 + i/3)
	}
	return pixels
}

const cifarNames = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"

// TestCIFAR: the folder as it is unpacked, below the folder that torchvision is given, and
// single files.
func TestCIFAR(t *testing.T) {
	root, pixels := t.TempDir(), noise(12)
	labels := []int32{0, 9, 1, 8, 2, 7, 3, 6, 4, 5, 0, 9}
	dir := filepath.Join(root, "cifar-10-batches-bin")
	n := len(pixels) / 12
	for i := range 5 {
		write(t, filepath.Join(dir, fmt.Sprintf("data_batch_%d.bin", i+1)), cifarFile(pixels[2*i*n:], labels[2*i:2*i+2], false))
	}
	if a := mustOpen(t, dir, roomy); a.Splits {
		t.Error("a folder without a file of test images has splits")
	}
	write(t, filepath.Join(dir, "test_batch.bin"), cifarFile(pixels[10*n:], labels[10:], false))
	for _, path := range []string{root, dir} {
		for _, memory := range []int64{1 << 30, 0} {
			a := mustOpen(t, path, array.Options{Memory: memory})
			same(t, a, colour(32, 32), pixels[:10*n], labels[:10])
			if a.Kind != array.KindCIFAR10 || !a.Splits || a.Classes != nil || (a.Bytes() != nil) != (memory > 0) {
				t.Errorf("kind is %q, splits %v, classes %q", a.Kind, a.Splits, a.Classes)
			}
			noted(t, a)
			a = mustOpen(t, path, array.Options{Memory: memory, Split: "test"})
			same(t, a, colour(32, 32), pixels[10*n:], labels[10:])
		}
	}
	write(t, filepath.Join(dir, "batches.meta.txt"), []byte(cifarNames))
	one := filepath.Join(dir, "data_batch_2.bin")
	a := mustOpen(t, one, roomy)
	same(t, a, colour(32, 32), pixels[2*n:4*n], labels[2:4])
	if strings.Join(a.Classes, "\n") != strings.TrimSpace(cifarNames) || a.Splits {
		t.Errorf("classes are %q, splits %v", a.Classes, a.Splits)
	}
	write(t, filepath.Join(dir, "batches.meta.txt"), []byte("one\ntwo\n"))
	noted(t, mustOpen(t, one, roomy), "batches.meta.txt has 2 names and is not used, want 10")
}

func TestCIFAR100(t *testing.T) {
	dir, pixels, labels := t.TempDir(), noise(3), []int32{99, 0, 42}
	write(t, filepath.Join(dir, "train.bin.gz"), packed(cifarFile(pixels, labels, true)))
	var names strings.Builder
	for i := range 100 {
		fmt.Fprintf(&names, "name %d\r\n", i)
	}
	write(t, filepath.Join(dir, "fine_label_names.txt"), []byte(names.String()))
	a := mustOpen(t, dir, roomy)
	same(t, a, colour(32, 32), pixels, labels)
	if noted(t, a, "coarse labels are not used"); a.Kind != array.KindCIFAR100 || len(a.Classes) != 100 || a.Classes[42] != "name 42" {
		t.Errorf("kind is %q, classes %q", a.Kind, a.Classes)
	}
	if err := fails(t, dir, array.Options{Split: "test"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	says(t, fails(t, dir, array.Options{}), "its 3 images of 32x32x3 take 9228 bytes, more than the cache of 0: gunzip the files")
}

func TestCIFAROfAnyLength(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images.bin")
	rapid.Check(t, func(r *rapid.T) {
		coarse := rapid.Bool().Draw(r, "coarse")
		classes := map[bool]int32{false: 10, true: 100}[coarse]
		labels := rapid.SliceOfN(rapid.Int32Range(0, classes-1), 1, 200).Draw(r, "labels")
		pixels := noise(len(labels))
		write(t, path, cifarFile(pixels, labels, coarse))
		same(t, mustOpen(t, path, array.Options{Memory: rapid.SampledFrom([]int64{0, 1 << 30}).Draw(r, "memory")}), colour(32, 32), pixels, labels)
	})
}

func TestBadCIFAR(t *testing.T) {
	labels := make([]int32, 80)
	bad := cifarFile(noise(80), labels, false)
	bad[79*3073] = 10
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "data_batch_1.bin"), bad)
	for _, p := range []string{path, dir} {
		for _, o := range []array.Options{roomy, {}} {
			err := fails(t, p, o)
			says(t, err, "data_batch_1.bin: image 79: label is 10, want 0 to 9")
			if !errors.Is(err, content.ErrFormat) {
				t.Errorf("%v does not wrap ErrFormat", err)
			}
		}
	}
	write(t, filepath.Join(dir, "data_batch_1.bin"), bad[:10*3073])
	write(t, filepath.Join(dir, "data_batch_3.bin.gz"), packed(bad[:10*3073]))
	noted(t, mustOpen(t, dir, roomy), "of the 5 files data_batch_1.bin to data_batch_5.bin, 2 are there")
	write(t, filepath.Join(dir, "data_batch_2.bin"), bad[:3074])
	says(t, fails(t, dir, roomy), "data_batch_2.bin: has 3074 bytes, want records of 3073")
	write(t, filepath.Join(dir, "data_batch_2.bin"), nil)
	says(t, fails(t, dir, roomy), "data_batch_2.bin: has 0 bytes")
	// What has another length or other labels is something else.
	for _, data := range [][]byte{bad[:3072], bytes.Repeat([]byte{77}, 3073), nil} {
		path := write(t, filepath.Join(t.TempDir(), "train.bin"), data)
		for _, p := range []string{path, filepath.Dir(path)} {
			if a, ok, err := array.Open(t.Context(), p, roomy); a != nil || ok || err != nil {
				t.Errorf("%s: got %v, %v, %v", p, a, ok, err)
			}
		}
	}
}

// TestRefused: files that hold images and are not opened are named, with what to use.
func TestRefused(t *testing.T) {
	const pickle = "\x80\x02}q\x01(U\x0bbatch_labelq\x02"
	lmdb := "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\xde\xc0\xef\xbe\x01\x00\x00\x00"
	dir := t.TempDir()
	for name, c := range map[string]struct {
		data  string
		parts []string
	}{
		"cifar-10-batches-py/data_batch_1": {pickle, []string{"a Python pickle", "cifar-10-binary.tar.gz"}},
		"cifar-100-python/train":           {pickle, []string{"a Python pickle", "binary version"}},
		"train.pkl":                        {"\x80\x05\x95", []string{"a Python pickle", "numpy.savez"}},
		"mnist.pkl.gz":                     {string(packed([]byte(pickle))), []string{"a Python pickle"}},
		"MNIST/processed/training.pt":      {"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", []string{"a file of PyTorch", "it is a pickle"}},
		"new.pt":                           {string(zipOf(0, [2]string{"archive/data.pkl", pickle}, [2]string{"archive/version", "3"})), []string{"a file of PyTorch", "numpy.savez"}},
		"train_32x32.mat":                  {"MATLAB 5.0 MAT-file, Platform: GLNXA64", []string{"a MATLAB file", "scipy.io.loadmat"}},
		"images.h5":                        {"\x89HDF\r\n\x1a\n\x00\x00", []string{"an HDF5 file", "h5py"}},
		"train.parquet":                    {"PAR1\x15\x04", []string{"a Parquet file", "load_dataset"}},
		"lsun/data.mdb":                    {lmdb, []string{"an LMDB database", "lmdb.open"}},
	} {
		path := write(t, filepath.Join(dir, name), []byte(c.data))
		err := fails(t, path, roomy)
		says(t, err, append(c.parts, path+": is ", "cannot be read")...)
		if !errors.Is(err, content.ErrFormat) {
			t.Errorf("%v does not wrap ErrFormat", err)
		}
	}
	for sub, part := range map[string]string{"cifar-10-batches-py": "data_batch_1: is a Python pickle", "MNIST": "training.pt: is a file of PyTorch",
		"lsun": "data.mdb: is an LMDB database", "cifar-100-python": "train: is a Python pickle"} {
		says(t, fails(t, filepath.Join(dir, sub), roomy), part)
	}
	says(t, fails(t, dir, roomy), "cannot be read")
}

func FuzzCIFAR(f *testing.F) {
	f.Add(cifarFile(noise(2), []int32{1, 9}, false))
	f.Add(cifarFile(noise(1), []int32{99}, true))
	f.Add(tarOf([2]string{"a/train.bin", string(cifarFile(noise(1), []int32{99}, true))}))
	path := filepath.Join(f.TempDir(), "a.bin")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, data)
		consistent(t, path)
	})
}

// tarOf makes a tar of files.
func tarOf(files ...[2]string) []byte {
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for _, f := range files {
		z.WriteHeader(&tar.Header{Name: f[0], Size: int64(len(f[1])), Mode: 0o644})
		z.Write([]byte(f[1]))
	}
	z.Close()
	return b.Bytes()
}

// TestCIFARTar: the archive as it is downloaded is read like its folder, whatever the order of its files.
func TestCIFARTar(t *testing.T) {
	pixels, labels := noise(6), []int32{0, 9, 1, 8, 2, 7}
	n := len(pixels) / 6
	batch := func(from, to int) string { return string(cifarFile(pixels[from*n:], labels[from:to], false)) }
	const dir = "cifar-10-batches-bin/"
	data := tarOf([2]string{dir + "data_batch_3.bin", batch(3, 4)}, [2]string{dir + "readme.html", "<html>"}, [2]string{dir + "batches.meta.txt", cifarNames},
		[2]string{dir + "data_batch_1.bin", batch(0, 2)}, [2]string{dir + "test_batch.bin", batch(4, 6)}, [2]string{dir + "data_batch_2.bin", batch(2, 3)})
	tmp := t.TempDir()
	for name, data := range map[string][]byte{"cifar.tar": data, "cifar.tar.gz": packed(data)} {
		path := write(t, filepath.Join(tmp, name), data)
		a := mustOpen(t, path, roomy)
		same(t, a, colour(32, 32), pixels[:4*n], labels[:4])
		if a.Kind != array.KindCIFAR10 || !a.Splits || len(a.Classes) != 10 {
			t.Errorf("kind is %q, splits %v, classes %q", a.Kind, a.Splits, a.Classes)
		}
		noted(t, a, "of the 5 files data_batch_1.bin to data_batch_5.bin, 3 are there")
		test := roomy
		test.Split = "test"
		same(t, mustOpen(t, path, test), colour(32, 32), pixels[4*n:], labels[4:])
		says(t, fails(t, path, array.Options{}), "take 12304 bytes, more than the cache of 0: unpack it or raise --cache to 1")
	}
	bad := batch(0, 2)
	for name, c := range map[string]struct {
		data []byte
		part string
	}{
		"label":  {tarOf([2]string{"data_batch_1.bin", string(bad[:3073]) + "\x0a" + string(bad[3074:])}), "data_batch_1.bin: image 1: label is 10"},
		"cut":    {data[:len(data)-8000], "unexpected EOF"},
		"gzip":   {packed(data)[:len(packed(data))-2000], "gzip file is cut short"},
		"python": {packed(tarOf([2]string{"cifar-10-batches-py/data_batch_4", "\x80\x02"})), "has cifar-10-batches-py/data_batch_4, which is a Python pickle"},
		"length": {tarOf([2]string{"data_batch_1.bin", bad}, [2]string{"data_batch_2.bin", bad[1:]}), "data_batch_2.bin: has 6145 bytes, want records of 3073"},
	} {
		err := fails(t, write(t, filepath.Join(tmp, name), c.data), roomy)
		says(t, err, filepath.Join(tmp, name)+": ", c.part)
		if !errors.Is(err, content.ErrFormat) {
			t.Errorf("%v does not wrap ErrFormat", err)
		}
	}
	path := write(t, filepath.Join(tmp, "pictures.tar"), tarOf([2]string{"a.png", content.PNG}))
	if a, ok, err := array.Open(t.Context(), path, roomy); a != nil || ok || err != nil {
		t.Errorf("got %v, %v, %v", a, ok, err)
	}
}
