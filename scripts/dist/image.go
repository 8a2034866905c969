package main

import (
	"archive/tar"
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

// image returns a container image as a tar of an OCI layout. It has the files of the archive in /gorgan and nothing else: no
// shell and no C library, which the program for the CPU does not need. The program with CUDA needs a base with the C library,
// which dist does not choose: its image is a layer to put on one.
func (p *pack) image(t target) ([]byte, error) {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		var files bytes.Buffer
		err := p.tar(&files, "gorgan")
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
		Entrypoint: []string{"/gorgan/gorgan"}, WorkingDir: "/work", User: "65532:65532", Env: []string{"PATH=/gorgan", "HOME=/work"},
		Labels: map[string]string{"org.opencontainers.image.title": "gorgan", "org.opencontainers.image.version": p.made, "org.opencontainers.image.revision": p.hash},
	}
	if t.gpu { // NVIDIA's container runtime mounts the driver where these say so
		config.Config.Env = append(config.Config.Env, "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=compute,utility")
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
	t := tar.NewWriter(&data)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, name := range filesBelow(dir) {
		text, err := root.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), ModTime: p.time, Format: tar.FormatUSTAR}); err != nil {
			return nil, err
		}
		if _, err := t.Write(text); err != nil {
			return nil, err
		}
	}
	return data.Bytes(), t.Close()
}

// filesBelow returns the paths of the files in a folder, in their order.
func filesBelow(dir string) (paths []string) {
	fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	return paths
}
