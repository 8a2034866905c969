package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/export"
	"gorgan/model/run"
)

// filesOf returns the files of a hub's folder.
func filesOf(t *testing.T, h export.Hub) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range h.Files() {
		var b bytes.Buffer
		must(t, f.Write(&b))
		all[f.Name] = b.String()
	}
	return all
}

// TestCard: the card says what the generator is and how good, with the floors. Names from outside do not become Markdown or
// YAML.
func TestCard(t *testing.T) {
	_, s := trained(t, func(c *model.Config) { c.Classes, c.EMA, c.NoiseScale = 3, 0.9, 0.5 })
	s.ClassNames = []string{"a|b", "<script>", "c\n# d"}
	n, err := export.New(s, export.Generator, false, "v1")
	must(t, err)
	h := export.Hub{Net: n, Name: "a_b: \"c\"", Data: "flowers", Seeds: "seeds 0-35", Samples: image.NewGray(image.Rect(0, 0, 2, 2))}
	card := filesOf(t, h)["README.md"]
	for _, want := range []string{
		"\n# a\\_b: \"c\"\n", "3x4 pixels, grey, of 3 classes", "their average over the steps", "| 5, of 8 images |", "±0.5",
		"8 → 8 relu → 6 relu → 12 sigmoid", "| 210 |", `0 a\|b, 1 \<script\>, 2 c\# d |`, s.WeightHash(), "no figures", "Nobody chose", `feed["class"]`,
	} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	if strings.Contains(card, "model-index") {
		t.Error("the card has figures, want none")
	}

	n.About.ClassNames = make([]string, 103)
	if card, want := filesOf(t, h)["README.md"], ", 99 , and 3 more, which `config.json` lists |\n"; !strings.Contains(card, want) {
		t.Errorf("the card of many classes lacks %q", want)
	}

	h.Chosen = true
	h.Evaluation = &run.Evaluation{Step: 4, Report: evaluate.Report{Count: 640, LeftOut: []string{"recall, why not"},
		Figures: []evaluate.Figure{{Name: "frechet_distance", Better: evaluate.Lower, Value: 12.3456789, Floor: 3.25}}}}
	card = filesOf(t, h)["README.md"]
	for _, want := range []string{
		"- name: \"a_b: \\\"c\\\"\"\n", "      value: 12.3456789\n", "of real images 3.25", "640 images after step 4; these weights are those after step 5",
		`| frechet\_distance | lower | 12.35 | 3.25 |`, "Left out: recall, why not",
	} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	if strings.Contains(card, "Nobody chose") || strings.Contains(card, "no figures") {
		t.Errorf("the card has chosen images and figures:\n%s", card)
	}
}

// TestHubFolder: the config of the folder describes the safetensors file beside it.
func TestHubFolder(t *testing.T) {
	_, s := trained(t, func(c *model.Config) { c.Channels = 3 })
	n, err := export.New(s, export.Generator, false, "v1")
	must(t, err)
	files := filesOf(t, export.Hub{Net: n, Samples: image.NewGray(image.Rect(0, 0, 2, 2))})
	var about export.About
	must(t, json.Unmarshal([]byte(files["config.json"]), &about))
	for _, l := range about.Layers {
		if want := fmt.Sprintf(`"%s.weight":`, l.Name); !strings.Contains(files["model.safetensors"], want) {
			t.Errorf("the file of weights lacks %s", want)
		}
	}
	if len(about.Layers) != 3 || about.Config.Channels != 3 || about.Weights != "last" {
		t.Errorf("config.json is %+v", about)
	}
	if !bytes.Equal([]byte(files["model.onnx"]), exported(t, s, export.Generator, false, (*export.Net).WriteONNX)) {
		t.Error("model.onnx differs from the export as ONNX")
	}
}

// TestSharingDocument: the programs in docs/sharing.md are those that a hub's folder has.
func TestSharingDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/sharing.md")
	must(t, err)
	for _, name := range []string{"load.py", "noise.py"} {
		program, err := os.ReadFile(name)
		must(t, err)
		if !strings.Contains(string(text), "```python\n"+string(program)+"```\n") {
			t.Errorf("docs/sharing.md does not have %s as it is", name)
		}
	}
}
