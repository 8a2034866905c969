package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the direction of imports: what each package may use of this module.
var mayImport = map[string][]string{
	"gorgan/cmd/gorgan":            {"gorgan/kernels", "gorgan/kernels/device", "gorgan/kernels/plan", "gorgan/model", "gorgan/model/evaluate", "gorgan/model/export", "gorgan/model/film", "gorgan/model/picture", "gorgan/model/run", "gorgan/model/walk", "gorgan/dataset", "gorgan/dataset/raster", "gorgan/dataset/content", "gorgan/dataset/array", "gorgan/dataset/atomicfile", "gorgan/dataset/excerpt", "gorgan/model/explain", "gorgan/model/report", "gorgan/model/serve", "gorgan/model/project", "gorgan/model/compare", "gorgan/model/sweep", "gorgan/model/ranks"},
	"gorgan/model":                 {"gorgan/model/graph", "gorgan/model/layers", "gorgan/model/nn", "gorgan/model/optim", "gorgan/model/streams", "gorgan/kernels", "gorgan/kernels/tape", "gorgan/dataset", "gorgan/dataset/raster", "gorgan/dataset/content", "gorgan/dataset/atomicfile", "gorgan/dataset/excerpt"},
	"gorgan/model/run":             {"gorgan/kernels", "gorgan/kernels/device", "gorgan/kernels/plan", "gorgan/model", "gorgan/model/evaluate", "gorgan/model/events", "gorgan/model/picture", "gorgan/dataset", "gorgan/dataset/raster", "gorgan/dataset/content", "gorgan/dataset/atomicfile", "gorgan/model/curve"},
	"gorgan/model/export":          {"gorgan/model", "gorgan/model/onnx", "gorgan/model/run", "gorgan/dataset/array"},
	"gorgan/model/onnx":            nil,
	"gorgan/model/layers":          {"gorgan/model/nn", "gorgan/kernels"},
	"gorgan/model/nn":              {"gorgan/model/graph", "gorgan/model/streams", "gorgan/kernels"},
	"gorgan/model/streams":         {"gorgan/kernels"},
	"gorgan/model/events":          nil,
	"gorgan/model/picture":         {"gorgan/model", "gorgan/dataset", "gorgan/dataset/raster"},
	"gorgan/model/optim":           {"gorgan/model/nn", "gorgan/kernels"},
	"gorgan/model/graph":           {"gorgan/kernels"},
	"gorgan/cuda":                  {"gorgan/kernels"},
	"gorgan/kernels/cpu":           {"gorgan/kernels"},
	"gorgan/kernels/mpi":           {"gorgan/kernels"},
	"gorgan/kernels/tape":          {"gorgan/kernels"},
	"gorgan/kernels/beside":        {"gorgan/kernels", "gorgan/kernels/tape"},
	"gorgan/kernels/fuse":          {"gorgan/kernels", "gorgan/kernels/beside", "gorgan/kernels/dense", "gorgan/kernels/tape"},
	"gorgan/kernels/tape/tapetest": {"gorgan/kernels", "gorgan/kernels/tape"},
	"gorgan/kernels/device":        {"gorgan/cuda", "gorgan/kernels", "gorgan/kernels/convolve", "gorgan/kernels/cpu", "gorgan/kernels/dense", "gorgan/kernels/kerneltest", "gorgan/kernels/plan", "gorgan/kernels/tape", "gorgan/kernels/tune", "gorgan/kernels/fuse"},
	"gorgan/kernels":               nil,
	"gorgan/dataset":               {"gorgan/dataset/array", "gorgan/dataset/atomicfile", "gorgan/dataset/content", "gorgan/dataset/excerpt", "gorgan/dataset/imagefile", "gorgan/dataset/listfile", "gorgan/dataset/raster", "gorgan/dataset/tree"},
	"gorgan/dataset/atomicfile":    nil,
	"gorgan/dataset/content":       nil,
	"gorgan/dataset/excerpt":       nil,
	"gorgan/dataset/raster":        {"gorgan/dataset/content"},
	"gorgan/dataset/imagefile":     {"gorgan/dataset/content", "gorgan/dataset/raster"},
	"gorgan/dataset/listfile":      {"gorgan/dataset/content", "gorgan/dataset/excerpt"},
	"gorgan/dataset/packed":        {"gorgan/dataset/atomicfile", "gorgan/dataset/content"},
	"gorgan/dataset/tree":          {"gorgan/dataset/atomicfile", "gorgan/dataset/content", "gorgan/dataset/excerpt", "gorgan/dataset/packed"},
	"gorgan/dataset/array":         {"gorgan/dataset/atomicfile", "gorgan/dataset/content", "gorgan/dataset/excerpt", "gorgan/dataset/packed", "gorgan/dataset/raster"},
	"gorgan/kernels/dense":         {"gorgan/kernels"},
	"gorgan/kernels/convolve":      {"gorgan/kernels", "gorgan/kernels/dense"},
	"gorgan/kernels/kerneltest":    {"gorgan/kernels", "gorgan/kernels/convolve", "gorgan/kernels/dense", "gorgan/kernels/beside", "gorgan/kernels/tape"},
	"gorgan/model/explain":         {"gorgan/model", "gorgan/model/evaluate", "gorgan/model/run"},
	"gorgan/model/report":          {"gorgan/model", "gorgan/model/curve", "gorgan/model/evaluate", "gorgan/model/explain", "gorgan/model/run"},
	"gorgan/model/curve":           nil,
	"gorgan/model/sweep":           {"gorgan/kernels"},
	"gorgan/model/ranks":           {"gorgan/kernels"},
	"gorgan/model/compare":         {"gorgan/model/evaluate", "gorgan/model/run"},
	"gorgan/model/project":         {"gorgan/model", "gorgan/model/graph", "gorgan/model/nn", "gorgan/model/optim", "gorgan/model/picture", "gorgan/kernels"},
	"gorgan/model/serve":           {"gorgan/kernels/device", "gorgan/model", "gorgan/model/film", "gorgan/model/picture", "gorgan/model/run", "gorgan/model/walk", "gorgan/dataset", "gorgan/dataset/array"},
	// For the tests of packages that have a device to choose.
	"gorgan/cuda/cudatest": {"gorgan/cuda", "gorgan/kernels"},
	// What computes the products of a step on a GPU.
	"gorgan/kernels/plan": {"gorgan/kernels/tape", "gorgan/dataset/atomicfile"},
	"gorgan/kernels/tune": {"gorgan/kernels", "gorgan/kernels/plan", "gorgan/kernels/tape", "gorgan/kernels/beside"},
	// For the tests of steps in another order.
	// The evaluation, and what makes the classifier in it.
	"gorgan/model/evaluate":       {"gorgan/model/graph", "gorgan/model/nn", "gorgan/model/optim", "gorgan/model/streams", "gorgan/kernels", "gorgan/dataset", "gorgan/dataset/raster", "gorgan/dataset/content", "gorgan/dataset/atomicfile"},
	"gorgan/model/evaluate/train": {"gorgan/model/evaluate", "gorgan/kernels/cpu", "gorgan/dataset"},
	// Animations: the way through the noise, and the files.
	"gorgan/model/walk":          {"gorgan/model"},
	"gorgan/model/film":          nil,
	"gorgan/model/film/filmtest": nil,
	// For Gorgonia programs, and one of them.
	"gorgan/kernels/engine":         {"gorgan/kernels/cpu"},
	"gorgan/kernels/engine/example": {"gorgan/kernels/engine", "gorgan/dataset"},
	// Writes the PTX of products, and all PTX for the assembler.
	"gorgan/scripts/ptxgen": {"gorgan/kernels", "gorgan/kernels/convolve", "gorgan/kernels/dense"},
	"gorgan/scripts/ptx":    {"gorgan/cuda", "gorgan/kernels/kerneltest"},
	// For comparison, and independent of us.
	"gorgan/scripts/peers/gorgonia": nil,
}

// beside is what each package of the data has beside the standard library and this module.
var beside = map[string][]string{
	"gorgan/dataset/packed":    {"github.com/klauspost/compress/gzip"}, // faster
	"gorgan/dataset/tree":      {"github.com/klauspost/compress/flate"},
	"gorgan/dataset/imagefile": {"golang.org/x/image/bmp", "golang.org/x/image/tiff", "golang.org/x/image/webp"},
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here, nor the sources it would list")
	}
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestImports holds the one direction of imports.
func TestImports(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "gorgan/...") {
		fields := strings.Fields(line)
		allowed, known := mayImport[fields[0]]
		if !known {
			t.Errorf("%s: a package without a place in the order of imports", fields[0])
		}
		for _, path := range fields[1:] {
			first, _, _ := strings.Cut(path, "/")
			if first == "gorgan" && !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s, may import %v", fields[0], path, allowed)
			}
			data := strings.HasPrefix(fields[0]+"/", "gorgan/dataset/")
			if data && strings.Contains(first, ".") && !slices.Contains(beside[fields[0]], path) {
				t.Errorf("%s imports %s, may import beside the standard library %v", fields[0], path, beside[fields[0]])
			}
		}
	}
}

// TestPureGo: without the tag gpu the program holds neither Gorgonia's CUDA binding
// nor any cgo.
func TestPureGo(t *testing.T) {
	for _, tags := range []string{"", "cpu", "cpu,gpu"} {
		deps := goList(t, "-deps", "-tags", tags, "-f", `{{.ImportPath}}{{if .CgoFiles}} {{.Standard}}{{end}}`, "gorgan/cmd/gorgan")
		for _, d := range deps {
			path, standard, cgo := strings.Cut(d, " ")
			if strings.HasPrefix(path, "gorgonia.org/cu") || cgo && standard == "false" {
				t.Errorf("tags %q: the program holds %s", tags, path)
			}
		}
		if !slices.ContainsFunc(deps, func(d string) bool { return strings.HasPrefix(d, "gorgonia.org/tensor") }) {
			t.Errorf("tags %q: go list did not see the program", tags)
		}
	}
}

// TestTagCPU: the tag cpu compiles the files and the tests of a build without tags, beside the tag gpu too. So what
// is tested without tags is tested with it.
func TestTagCPU(t *testing.T) {
	files := func(tags string) []string {
		return goList(t, "-tags", tags, "-f", "{{.ImportPath}} {{.GoFiles}} {{.CgoFiles}} {{.SFiles}} {{.EmbedFiles}} {{.TestGoFiles}} {{.XTestGoFiles}}", "gorgan/...")
	}
	plain := files("")
	for _, tags := range []string{"cpu", "cpu,gpu"} {
		if got := files(tags); !slices.Equal(got, plain) {
			t.Errorf("tags %q compile other files than no tag", tags)
		}
	}
	if slices.Equal(files("gpu"), plain) {
		t.Error("the tag gpu compiles the files of no tag: go list does not see the tags")
	}
}

// TestArchitecture: docs/architecture.md lists the imports that TestImports allows.
func TestArchitecture(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	must(t, err)
	_, block, ok := strings.Cut(string(text), "```imports\n")
	block, _, closed := strings.Cut(block, "```")
	if !ok || !closed {
		t.Fatal("docs/architecture.md has no list of imports")
	}
	listed := map[string][]string{}
	for line := range strings.Lines(block) {
		fields := strings.Fields(line)
		listed["gorgan/"+fields[0]] = nil
		for _, path := range fields[1:] {
			if path != "-" {
				listed["gorgan/"+fields[0]] = append(listed["gorgan/"+fields[0]], "gorgan/"+path)
			}
		}
	}
	for path, want := range mayImport {
		got, ok := listed[path]
		if slices.Sort(got); !ok || !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("docs/architecture.md: %s imports %v, want %v", path, got, want)
		}
		delete(listed, path)
	}
	for path := range listed {
		t.Errorf("docs/architecture.md lists %s, which is no package of the order of imports", path)
	}
}
