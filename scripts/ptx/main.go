// Command ptx writes the PTX of every kernel, joined with its frames, into a folder: as it is,
// and for programmatic dependent launch.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"gorgan/cuda"
	"gorgan/kernels/kerneltest"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts/ptx FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "ptx: %v\n", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, k := range kerneltest.Kernels() {
		text := k.PTX()
		if text == "" {
			return fmt.Errorf("kernel %s has no PTX; go test ./kernels -run PTX says why", k.Name)
		}
		early, err := cuda.EarlyText(text)
		if err != nil {
			return fmt.Errorf("kernel %s: %w", k.Name, err)
		}
		for name, text := range map[string]string{k.Name + ".ptx": text, k.Name + ".early.ptx": early} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}
