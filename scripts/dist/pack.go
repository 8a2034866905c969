package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// pack is the files of an archive, in a folder of its name.
type pack struct {
	name  string // "gorgan-v1.2.0-linux-amd64"
	files []file // by their paths
	time  time.Time
	made  string // the version
	hash  string // of the commit
}

// pack returns what the archive of t holds, for a program that was built.
func (t target) pack(root string, c commit, program string, texts []file) (*pack, error) {
	info, err := builtOf(program)
	if err != nil {
		return nil, err
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	licences, err := licencesOf(root, info)
	if err != nil {
		return nil, err
	}
	bill, err := billOf(info, c)
	if err != nil {
		return nil, err
	}
	name := "gorgan"
	if t.system == "windows" {
		name += ".exe"
	}
	p := &pack{name: "gorgan-" + info.Main.Version + "-" + t.name, time: c.time, made: info.Main.Version, hash: c.hash}
	p.files = append(append([]file{{name, binary, true}, {path: "sbom.cdx.json", text: bill}}, licences...), texts...)
	slices.SortFunc(p.files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return p, nil
}

func ending(zipped bool) string {
	if zipped {
		return ".zip"
	}
	return ".tar.gz"
}

// archive returns a tar in gzip, or a zip.
func (p *pack) archive(zipped bool) ([]byte, error) {
	var data bytes.Buffer
	if zipped {
		z := zip.NewWriter(&data)
		for _, f := range p.files {
			h := &zip.FileHeader{Name: path.Join(p.name, f.path), Method: zip.Deflate, Modified: p.time}
			h.SetMode(f.mode())
			w, err := z.CreateHeader(h)
			if err != nil {
				return nil, err
			}
			if _, err := w.Write(f.text); err != nil {
				return nil, err
			}
		}
		err := z.Close()
		return data.Bytes(), err
	}
	g := gzip.NewWriter(&data)
	err := errors.Join(p.tar(g, p.name), g.Close())
	return data.Bytes(), err
}

// tar writes the files as a tar, below a folder, and before them empty folders that all may write to.
func (p *pack) tar(w io.Writer, below string, empty ...string) error {
	t := tar.NewWriter(w)
	for _, folder := range empty {
		if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: folder + "/", Mode: 0o1777, ModTime: p.time, Format: tar.FormatUSTAR}); err != nil {
			return err
		}
	}
	for _, f := range p.files {
		h := &tar.Header{Name: path.Join(below, f.path), Mode: int64(f.mode()), Size: int64(len(f.text)), ModTime: p.time, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(f.text); err != nil {
			return err
		}
	}
	return t.Close()
}

func (f file) mode() os.FileMode {
	if f.program {
		return 0o755
	}
	return 0o644
}
