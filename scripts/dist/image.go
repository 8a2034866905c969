package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// image returns a container image as a tar of an OCI layout. It has the files of the archive in /gorgan, the folders /work and
// /tmp, and nothing else: the program for the CPU needs no C library.
func (p *pack) image(t target) ([]byte, error) {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		var files bytes.Buffer
		err := p.tar(&files, "gorgan", "tmp", "work")
		return io.NopCloser(&files), err
	})
	if err != nil {
		return nil, err
	}
	image, err := mutate.Append(empty.Image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: p.time}, CreatedBy: "make dist"}})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = t.system, t.processor, v1.Time{Time: p.time}
	config.Config = v1.Config{
		Entrypoint: []string{"/gorgan/gorgan"}, WorkingDir: "/work", Env: []string{"PATH=/gorgan", "HOME=/work"},
		Labels: map[string]string{"org.opencontainers.image.title": "gorgan", "org.opencontainers.image.version": p.made, "org.opencontainers.image.revision": p.hash},
	}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "gorgan-image-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	l, err := layout.Write(dir, empty.Index)
	if err != nil {
		return nil, err
	}
	if err := l.AppendImage(image, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": p.made})); err != nil {
		return nil, err
	}
	return tarOf(dir, p)
}

// tarOf returns a tar of the files of a folder, with the time of p.
func tarOf(dir string, p *pack) ([]byte, error) {
	var data bytes.Buffer
	layout := &pack{time: p.time}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(os.DirFS(dir), path)
		layout.files = append(layout.files, file{path: path, text: text})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = layout.tar(&data, "")
	return data.Bytes(), err
}
