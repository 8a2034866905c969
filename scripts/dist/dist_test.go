package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func sample() *pack {
	return &pack{name: "gorgan-v1-linux-amd64", time: time.Unix(1e9, 0).UTC(), made: "v1", hash: "abc",
		files: []file{{"README.md", []byte("text"), false}, {"gorgan", []byte("program"), true}}}
}

type entry struct {
	text string
	mode os.FileMode
	time time.Time
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readTar(t *testing.T, r io.Reader) map[string]entry {
	t.Helper()
	all := map[string]entry{}
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if err == io.EOF {
			_, err := io.Copy(io.Discard, r) // the end of what is around the tar
			must(t, err)
			return all
		}
		must(t, err)
		text, err := io.ReadAll(archive)
		must(t, err)
		all[h.Name] = entry{string(text), h.FileInfo().Mode().Perm(), h.ModTime.UTC()}
	}
}

func check(t *testing.T, got map[string]entry, below string) {
	t.Helper()
	for name, mode := range map[string]os.FileMode{"README.md": 0o644, "gorgan": 0o755} {
		want := entry{map[string]string{"README.md": "text", "gorgan": "program"}[name], mode, sample().time}
		if e := got[below+"/"+name]; e != want {
			t.Errorf("%s is %+v, want %+v", name, e, want)
		}
	}
}

// TestArchive: an archive can be read to its end, has all files with their modes, and has the same bytes each time.
func TestArchive(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		data, err := sample().archive(zipped)
		must(t, err)
		again, err := sample().archive(zipped)
		must(t, err)
		if !bytes.Equal(data, again) {
			t.Errorf("two archives differ, zipped %v", zipped)
		}
		got := map[string]entry{}
		if zipped {
			z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			must(t, err)
			for _, f := range z.File {
				r, err := f.Open()
				must(t, err)
				text, err := io.ReadAll(r)
				must(t, err)
				got[f.Name] = entry{string(text), f.Mode().Perm(), f.Modified.UTC()}
			}
		} else {
			g, err := gzip.NewReader(bytes.NewReader(data))
			must(t, err)
			got = readTar(t, g)
		}
		check(t, got, sample().name)
		if len(got) != 2 {
			t.Errorf("%d files, want 2", len(got))
		}
	}
}

// TestImage: the image is a valid OCI layout whose files are those of the archive, and those of the base.
func TestImage(t *testing.T) {
	base, err := random.Image(100, 2)
	must(t, err)
	config, err := base.ConfigFile()
	must(t, err)
	config.OS, config.Architecture, config.Config.Env = "linux", "amd64", []string{"PATH=/bin", "CUDA=12"}
	base, err = mutate.ConfigFile(base, config)
	must(t, err)
	saved := filepath.Join(t.TempDir(), "base.tar")
	must(t, tarball.WriteToFile(saved, name.MustParseReference("base:1"), base))
	for _, c := range []struct {
		gpu   bool
		files int
		env   []string
	}{
		{false, 4, []string{"HOME=/work", "PATH=/gorgan"}},
		{true, 6, []string{"CUDA=12", "HOME=/work", "NVIDIA_DRIVER_CAPABILITIES=compute,utility", "NVIDIA_VISIBLE_DEVICES=all", "PATH=/gorgan:/bin"}},
	} {
		to := target{system: "linux", processor: "amd64", gpu: c.gpu, image: true}
		base, err := baseOf(to, saved)
		must(t, err)
		checkImage(t, to, base, c.files, c.env)
		to.processor = "arm64"
		if _, err := sample().image(to, base); c.gpu && err == nil {
			t.Error("the base may be for another processor")
		}
	}
}

func checkImage(t *testing.T, to target, base v1.Image, files int, env []string) {
	t.Helper()
	data, err := sample().image(to, base)
	must(t, err)
	dir := t.TempDir()
	for name, e := range readTar(t, bytes.NewReader(data)) {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(e.text), 0o644))
	}
	index, err := layout.ImageIndexFromPath(dir)
	must(t, err)
	must(t, validate.Index(index))
	manifest, err := index.IndexManifest()
	must(t, err)
	image, err := index.Image(manifest.Manifests[0].Digest)
	must(t, err)
	extracted := mutate.Extract(image)
	defer extracted.Close()
	got := readTar(t, extracted)
	check(t, got, "gorgan")
	if _, ok := got["tmp"]; !ok || len(got) != files {
		t.Errorf("the image has %v", got)
	}
	config, err := image.ConfigFile()
	must(t, err)
	if !slices.Equal(config.Config.Env, env) {
		t.Errorf("the environment is %q, want %q", config.Config.Env, env)
	}
	if config.Config.Entrypoint[0] != "/gorgan/gorgan" || config.Architecture != "amd64" || config.OS != "linux" {
		t.Errorf("the image's config is %+v", config)
	}
}

// TestBill: the bill of materials can be read and names each module.
func TestBill(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Path: "gorgan", Version: "v1"},
		Deps: []*debug.Module{{Path: "example.org/a", Version: "v2.0.0", Sum: "h1:x"}}}
	text, err := billOf(info, commit{"abc", sample().time})
	must(t, err)
	var bill cyclonedx.BOM
	must(t, cyclonedx.NewBOMDecoder(bytes.NewReader(text), cyclonedx.BOMFileFormatJSON).Decode(&bill))
	if bill.SpecVersion != cyclonedx.SpecVersion1_6 || bill.Metadata.Component.Name != "gorgan" || len(*bill.Components) != 2 {
		t.Errorf("the bill is %s", text)
	}
	if c := (*bill.Components)[1]; c.PackageURL != "pkg:golang/example.org/a@v2.0.0" || (*c.Properties)[0].Value != "h1:x" {
		t.Errorf("the module is %+v", c)
	}
}

func TestTargetsNamed(t *testing.T) {
	if all, err := targetsNamed(nil); err != nil || len(all) != len(targets) {
		t.Errorf("no name gives %v, %v", all, err)
	}
	if _, err := targetsNamed([]string{"plan9"}); err == nil {
		t.Error("plan9 is a target")
	}
}
