package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// image returns a container image as a tar of an OCI layout. It has the files of the archive in /gorgan and the folders /work
// and /tmp, on what base has. The program for the CPU needs no base. The program with CUDA needs a C library and cuBLAS there;
// the driver is what NVIDIA's container runtime mounts where NVIDIA_VISIBLE_DEVICES says so.
func (p *pack) image(t target, base v1.Image) ([]byte, error) {
	kind, err := base.MediaType()
	if err != nil {
		return nil, err
	}
	layerKind := types.DockerLayer // all layers of an image are of one kind
	if kind == types.OCIManifestSchema1 {
		layerKind = types.OCILayer
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		var files bytes.Buffer
		err := p.tar(&files, "gorgan", "tmp", "work")
		return io.NopCloser(&files), err
	}, tarball.WithMediaType(layerKind))
	if err != nil {
		return nil, err
	}
	image, err := mutate.Append(base, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: p.time}, CreatedBy: "make dist"}})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	if config.OS != "" && (config.OS != t.system || config.Architecture != t.processor) {
		return nil, fmt.Errorf("the base is for %s/%s, want %s/%s", config.OS, config.Architecture, t.system, t.processor)
	}
	config.OS, config.Architecture, config.Created = t.system, t.processor, v1.Time{Time: p.time}
	set := map[string]string{}
	for _, variable := range config.Config.Env {
		name, value, _ := strings.Cut(variable, "=")
		set[name] = value
	}
	set["PATH"] = strings.TrimSuffix("/gorgan:"+set["PATH"], ":")
	set["HOME"] = "/work"
	if t.gpu {
		set["NVIDIA_VISIBLE_DEVICES"], set["NVIDIA_DRIVER_CAPABILITIES"] = "all", "compute,utility"
	}
	environment := []string{}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		environment = append(environment, name+"="+set[name])
	}
	config.Config.Entrypoint, config.Config.Cmd, config.Config.WorkingDir, config.Config.Env = []string{"/gorgan/gorgan"}, nil, "/work", environment
	config.Config.Labels = map[string]string{"org.opencontainers.image.title": "gorgan", "org.opencontainers.image.version": p.made, "org.opencontainers.image.revision": p.hash}
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

// scratch is the base that has nothing.
func scratch() v1.Image {
	return mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
}

// baseOf returns the image on which that of a target stands. For the CPU that has nothing. With CUDA it is the one in a file, as
// docker save and crane pull write it. The result is nil if the target has no image.
func baseOf(t target, file string) (v1.Image, error) {
	switch {
	case !t.image:
		return nil, nil
	case !t.gpu:
		return scratch(), nil
	case file == "":
		return nil, nil
	}
	return tarball.ImageFromPath(file, nil)
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
