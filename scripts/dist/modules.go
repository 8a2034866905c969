package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense)([.-].*)?$`)

// licencesOf returns the licences of the modules that a program is linked of, and of Go's library.
func licencesOf(root string, info *debug.BuildInfo) (files []file, err error) {
	goRoot, err := runIn(root, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	folders := map[string]string{"go": goRoot}
	for _, m := range info.Deps {
		said, err := runIn(root, nil, "go", "list", "-m", "-json", m.Path)
		if err != nil {
			return nil, err
		}
		var module struct{ Dir string }
		if err := json.Unmarshal([]byte(said), &module); err != nil {
			return nil, err
		}
		folders[m.Path] = module.Dir
	}
	for module, dir := range folders {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		found := false
		for _, e := range entries {
			if e.IsDir() || !licence.MatchString(e.Name()) {
				continue
			}
			found = true
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			files = append(files, file{path: path.Join("licences", module, e.Name()), text: text})
		}
		if !found {
			return nil, fmt.Errorf("module %s has no file of a licence in %s", module, dir)
		}
	}
	return files, nil
}

// billOf returns the bill of materials of a program: CycloneDX 1.6 in JSON.
func billOf(info *debug.BuildInfo, c commit) ([]byte, error) {
	of := func(kind cyclonedx.ComponentType, name, version, sum string) cyclonedx.Component {
		component := cyclonedx.Component{Type: kind, Name: name, Version: version, BOMRef: name + "@" + version}
		if kind == cyclonedx.ComponentTypeLibrary {
			component.PackageURL = "pkg:golang/" + name + "@" + version
		}
		if sum != "" {
			component.Properties = &[]cyclonedx.Property{{Name: "go:sum", Value: sum}}
		}
		return component
	}
	bill := cyclonedx.NewBOM()
	program := of(cyclonedx.ComponentTypeApplication, info.Main.Path, info.Main.Version, "")
	bill.Metadata = &cyclonedx.Metadata{Timestamp: c.time.Format("2006-01-02T15:04:05Z"), Component: &program}
	components := []cyclonedx.Component{of(cyclonedx.ComponentTypeLibrary, "std", info.GoVersion, "")}
	uses := []string{components[0].BOMRef}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		component := of(cyclonedx.ComponentTypeLibrary, m.Path, m.Version, m.Sum)
		components, uses = append(components, component), append(uses, component.BOMRef)
	}
	bill.Components = &components
	bill.Dependencies = &[]cyclonedx.Dependency{{Ref: program.BOMRef, Dependencies: &uses}}
	var text bytes.Buffer
	err := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bill, cyclonedx.SpecVersion1_6)
	return text.Bytes(), err
}

// builtOf returns what a program was built of.
func builtOf(program string) (*debug.BuildInfo, error) { return buildinfo.ReadFile(program) }
