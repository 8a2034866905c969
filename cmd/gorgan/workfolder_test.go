package main

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/array"
)

// workFolder makes a folder with a file of each kind that a command reads: list.txt, a list
// of images; run, a run of two steps on them; config.toml, settings; noise.npy, noise for the
// run's model; and before.json, of bench. It returns the folder and what its files hold.
func workFolder(t testing.TB) (dir string, files map[string][]byte) {
	t.Helper()
	dir = t.TempDir()
	list := drawnList(t, dir)
	for _, line := range []string{
		"train --steps 2 --data " + list + " --out " + filepath.Join(dir, "run") + " " + small,
		"generate --count 4 --model " + filepath.Join(dir, "run") + " --out " + filepath.Join(dir, "images.npy"),
	} {
		var said bytes.Buffer
		if code := execute(t.Context(), strings.Fields("gorgan "+line), io.Discard, &said); code != 0 {
			t.Fatalf("%s ended with %d:\n%s", line, code, said.String())
		}
	}
	var noise, before bytes.Buffer
	must(t, array.WriteNpyHeader(&noise, 2, 8))
	must(t, array.WriteNpyValues(&noise, make([]float32, 2*8)))
	must(t, os.WriteFile(filepath.Join(dir, "noise.npy"), noise.Bytes(), 0o666))
	if code := execute(t.Context(), strings.Fields("gorgan bench --step --json --time 1ms --device cpu --gen-hidden 8 --dis-hidden 8 --batch-size 8"), &before, io.Discard); code != 0 {
		t.Fatalf("bench ended with %d", code)
	}
	must(t, os.WriteFile(filepath.Join(dir, "before.json"), before.Bytes(), 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "config.toml"), []byte("loss = \"hinge\"\nsteps = 2\ngen_hidden = [8]\n"), 0o666))
	return dir, readFiles(t, dir)
}

// layOut writes such files to a folder, and returns it.
func layOut(t testing.TB, dir string, files map[string][]byte) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, text, 0o666))
	}
	return dir
}

// drawnList draws 40 images of 7x7 pixels, and lists them.
func drawnList(t testing.TB, dir string) string {
	t.Helper()
	var list strings.Builder
	for n := range 40 {
		img := image.NewGray(image.Rect(0, 0, 7, 7))
		for i := range img.Pix {
			img.Pix[i] = uint8(i * (n + 1))
		}
		name := fmt.Sprintf("%02d.png", n)
		must(t, dataset.WritePNG(filepath.Join(dir, name), img))
		fmt.Fprintf(&list, "%s %d\n", name, n%10)
	}
	path := filepath.Join(dir, "list.txt")
	must(t, os.WriteFile(path, []byte(list.String()), 0o666))
	return path
}

// readFiles are the regular files below a folder, by their path from there.
func readFiles(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	// Not by os.DirFS, which takes no name that is not UTF-8.
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			files[name], err = os.ReadFile(path)
		}
		return err
	}))
	return files
}
