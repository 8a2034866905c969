package export

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"text/template"
	"unicode"

	"gorgan/model"
	"gorgan/model/run"
)

var (
	//go:embed load.py
	loadPy string
	//go:embed noise.py
	noisePy string
	//go:embed card.md
	cardText string
)

// Hub is a folder for a model hub: a generator in two formats, how to load it, images, and a card.
type Hub struct {
	Net        *Net
	Name       string          // of the model
	Data       string          // name of the images that it was trained on
	Evaluation *run.Evaluation // newest one of the weights, or nil for none
	Seeds      string          // "seeds 0-35"
	Chosen     bool            // somebody chose the seeds
	Samples    image.Image     // the images of these seeds
}

// File is a file of a folder.
type File struct {
	Name  string
	Write func(io.Writer) error
}

// Files returns the files of the folder. The card is the last.
func (h Hub) Files() []File {
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s)
			return err
		}
	}
	return []File{
		{"model.onnx", h.Net.WriteONNX},
		{"model.safetensors", h.Net.WriteTorch},
		{"config.json", h.writeConfig},
		{"samples.png", func(w io.Writer) error { return png.Encode(w, h.Samples) }},
		{"load.py", text(loadPy)},
		{"noise.py", text(noisePy)},
		{"README.md", h.writeCard},
	}
}

func (h Hub) writeConfig(w io.Writer) error {
	about, _, err := h.Net.about(torchStep)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(about)
}

func (h Hub) writeCard(w io.Writer) error {
	t, err := template.New("card").Funcs(template.FuncMap{"yaml": quoted, "text": markdown, "number": jsonNumber}).Parse(cardText)
	if err != nil {
		return fmt.Errorf("export: card: %w", err)
	}
	net := (&model.State{Config: h.Net.About.Config}).Nets()[0]
	return t.Execute(w, struct {
		Hub
		About           About
		Layers, Classes string
		Parameters      int
	}{h, h.Net.About, strings.ReplaceAll(net.Flow(), "->", "→"), classList(h.Net.About.ClassNames), net.Parameters})
}

// classList writes the numbers and names of classes, in Markdown: of many the first.
func classList(names []string) string {
	const most = 100
	var all []string
	for i, name := range names[:min(len(names), most)] {
		all = append(all, fmt.Sprintf("%d %s", i, markdown(name)))
	}
	text := strings.Join(all, ", ")
	if len(names) > most {
		text += fmt.Sprintf(", and %d more, which `config.json` lists", len(names)-most)
	}
	return text
}

// quoted writes a string for YAML, which has the strings of JSON.
func quoted(s any) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}

// jsonNumber writes a number with all its digits.
func jsonNumber(v float64) (string, error) { return quoted(v) }

// markdown escapes the letters of text that have a meaning in Markdown, and leaves out those that cannot be printed.
func markdown(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>#|~", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}
