// Command ptxgen writes the PTX of the kernels of package dense, for each of its tiles. go generate
// ./kernels/dense calls it.
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

	"gorgan/kernels/dense"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts/ptxgen FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "ptxgen: %v\n", err)
		os.Exit(1)
	}
}

// write writes every text into the folder, and takes away the texts of kernels that are no more.
func write(folder string) error {
	old, err := filepath.Glob(filepath.Join(folder, "*.ptx"))
	if err != nil {
		return err
	}
	all := texts()
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

// texts returns every text by the name of its file.
func texts() map[string]string {
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
