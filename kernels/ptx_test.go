package kernels

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var entry = regexp.MustCompile(`(?s)\.visible \.entry (\w+)\((.*?)\)`)

// TestPTX holds each kernel's text to its description in Go, and the folder to All.
func TestPTX(t *testing.T) {
	named := map[string]bool{} // the files of kernels and of their frames
	for _, k := range All() {
		named[k.Name+".ptx"] = true
		t.Run(k.Name, func(t *testing.T) {
			text, err := join(sources, k.Name+".ptx")
			if err != nil {
				t.Fatal(err)
			}
			entries := entry.FindAllStringSubmatch(text, -1)
			if len(entries) != 1 || entries[0][1] != k.Name {
				t.Fatalf("entries %q, want one of the kernel's name", entries)
			}
			var want []string
			for _, p := range k.Params {
				want = append(want, ".param .u64 "+p.Name)
			}
			for _, s := range k.Scalars {
				want = append(want, ".param .f32 "+s)
			}
			for _, s := range k.Sizes {
				want = append(want, ".param .u32 "+s)
			}
			var got []string
			for p := range strings.SplitSeq(entries[0][2], ",") {
				got = append(got, strings.Join(strings.Fields(p), " "))
			}
			if !slices.Equal(got, want) {
				t.Errorf("parameters %q, want %q", got, want)
			}
			if k.PTX() != text {
				t.Error("PTX returns another text")
			}
			if k.Grid == nil {
				t.Error("no grid")
			}
		})
	}
	files, err := filepath.Glob("*.ptx")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		_, fills, err := split(sources, file)
		if err != nil {
			t.Fatal(err)
		}
		named[fills["frame"]+".frame.ptx"] = true
	}
	for _, file := range files {
		if !named[file] {
			t.Errorf("%s belongs to no kernel", file)
		}
	}
}

// TestGrid: every kernel's grid fits a device, however large its tensors are.
func TestGrid(t *testing.T) {
	for _, k := range All() {
		for _, n := range []int{1, 255, 256, 257, 1024, 1025, 70001} {
			size := make([]int, len(k.Sizes))
			for i := range size {
				size[i] = n
			}
			if g := k.Grid(size); g.Blocks < 1 || g.Threads < 1 || g.Threads > 1024 {
				t.Errorf("%s: a grid of %+v for sizes %v", k.Name, g, size)
			}
		}
	}
}
