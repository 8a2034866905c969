package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("dist: ")
	root := flag.String("root", ".", "the checkout")
	out := flag.String("out", "dist", "the folder to write to")
	base := flag.String("base", "", "the image on which that with CUDA stands, as docker save writes it; without one there is no image with CUDA")
	flag.Parse()
	if err := release(*root, *out, *base, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

// release writes the archives and images of the targets of these names, of all for none, and their SHA256SUMS.
func release(root, out, baseFile string, names []string) error {
	chosen, err := targetsNamed(names)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "gorgan-dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	commit, err := commitOf(root)
	if err != nil {
		return err
	}
	texts, err := textsOf(root, work)
	if err != nil {
		return err
	}
	var sums strings.Builder
	written := func(name string, data []byte) error {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
		log.Printf("%s, %.1f MB", filepath.Join(out, name), float64(len(data))/1e6)
		return os.WriteFile(filepath.Join(out, name), data, 0o644)
	}
	for _, t := range chosen {
		program, err := t.build(root, work)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		p, err := t.pack(root, commit, program, texts)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		archive, err := p.archive(t.system == "windows")
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if err := written(p.name+ending(t.system == "windows"), archive); err != nil {
			return err
		}
		base, err := baseOf(t, baseFile)
		if err != nil {
			return fmt.Errorf("the base of the image of %s: %w", t.name, err)
		}
		if base != nil {
			image, err := p.image(t, base)
			if err != nil {
				return fmt.Errorf("the image of %s: %w", t.name, err)
			}
			if err := written(p.name+"-image.tar", image); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// targetsNamed returns the targets of these names, or all for none.
func targetsNamed(names []string) (chosen []target, err error) {
	if len(names) == 0 {
		return targets, nil
	}
	var known []string
	for _, t := range targets {
		known = append(known, t.name)
	}
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, fmt.Errorf("there is no target %q, want one of %s", name, strings.Join(known, ", "))
		}
		chosen = append(chosen, targets[i])
	}
	return chosen, nil
}
