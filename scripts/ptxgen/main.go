// Command ptxgen writes the PTX of the kernels of package dense or of package convolve, for each tile of
// the package. go generate ./kernels/dense ./kernels/convolve calls it.
//
// A block computes a tile of the result. In each step it brings Depth terms of both operands to
// shared memory, while its threads multiply what the step before brought:
//
//	            b (inner, cols)
//	           .-----[cols]-----.
//	           |     |::::|     |  Depth rows a step
//	           '-----|----|-----'
//	a          .-----+----+-----.
//	.-[ ]-.    |     |    |     |
//	|[:::]|    |.....[TILE].....|  Rows
//	'-[ ]-'    |     |    |     |
//	 Depth     '-----+----+-----'  result (rows, cols)
//
// The sums then go through shared memory once more, so that the terms' slices are added up and each
// thread has four neighbours of a row, which it changes and stores: see result.go.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
)

func main() {
	if len(os.Args) != 3 || packages[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts/ptxgen dense|convolve FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[2], packages[os.Args[1]]()); err != nil {
		fmt.Fprintf(os.Stderr, "ptxgen: %v\n", err)
		os.Exit(1)
	}
}

// packages has what returns the texts of each package, by the names of their files.
var packages = map[string]func() map[string]string{"dense": products, "convolve": gathered}

// write writes every text into the folder, and takes away the texts of kernels that are no more.
func write(folder string, all map[string]string) error {
	old, err := filepath.Glob(filepath.Join(folder, "*.ptx"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, ok := all[filepath.Base(path)]; !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func products() map[string]string {
	all := map[string]string{}
	for _, t := range dense.Tiles() {
		for kind := range dense.Update + 1 {
			if k := t.Kernel(kind); k != nil {
				all[k.Name+".ptx"] = newKernel(t, kind, k).write()
			}
		}
	}
	return all
}

func gathered() map[string]string {
	all := map[string]string{}
	for _, t := range convolve.Tiles() {
		for kind := range convolve.Weight + 1 {
			k := convolve.Kernel(t, kind)
			all[k.Name+".ptx"] = newConvolution(t, kind, k).write()
		}
	}
	return all
}
