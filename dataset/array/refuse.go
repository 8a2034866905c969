package array

import (
	"fmt"
	"path/filepath"
	"strings"

	"gorgan/dataset/content"
)

// asNpz says how Python writes arrays that can be read.
const asNpz = `numpy.savez("images.npz", images=…, labels=…) writes its arrays in a form that can be read`

// refused says what to use in place of files that hold arrays and are not opened, by what
// [content.Name] calls them.
var refused = map[string]string{
	content.Pickle: "CIFAR has a binary version, as in cifar-10-binary.tar.gz, and in Python " + asNpz,
	content.Torch:  "it is a pickle, which can run any program, so none is opened; in Python " + asNpz,
	content.MATLAB: "after scipy.io.loadmat in Python " + asNpz,
	content.HDF5:   "after h5py.File in Python " + asNpz,
	content.Parquet: `datasets.load_dataset in Python reads it, and a folder of images that are saved from there, with a line "path,label" each in a list, ` +
		"can be read",
	content.LMDB: "lmdb.open in Python reads it, and a folder of the images that are saved from there can be read",
}

// refuse returns the error for a file that is known and not opened, nil for any other.
func refuse(path string, head []byte) error {
	name := content.Name(head)
	if hint, ok := refused[name]; ok {
		return fmt.Errorf("%s: is %s, which cannot be read: %s: %w", path, name, hint, content.ErrFormat)
	}
	return nil
}

// refuseFolder returns the error for a folder of known files that are not opened, as the
// Python version of CIFAR and what older torchvisions made of MNIST, nil for any other.
func refuseFolder(dir string) error {
	subs := []string{dir}
	for _, name := range namesIn(dir) {
		if strings.HasPrefix(name, "cifar-") || name == "processed" || name == "MNIST" {
			subs = append(subs, filepath.Join(dir, name), filepath.Join(dir, name, "processed"))
		}
	}
	for _, sub := range subs {
		for _, name := range []string{"data_batch_1", "test_batch", "train", "test", "training.pt", "test.pt", "data.mdb"} {
			path := filepath.Join(sub, name)
			head, err := headOf(onDisk(path))
			if err != nil {
				continue // there is no such file
			}
			if err := refuse(path, head); err != nil {
				return err
			}
		}
	}
	return nil
}
