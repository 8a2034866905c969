package listfile_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	for _, c := range []struct{ name, text, entries, problems, notes, form string }{
		{"stylegan", `{"labels": [["00000/img00000000.png", 6], ["00000/img00000001.png", 9]]}`,
			"1|00000/img00000000.png|6\n2|00000/img00000001.png|9\n", "", "", "stylegan's dataset.json"},
		{"null labels", `{"labels": null}`, "", "", "the labels of dataset.json are null", ""},
		{"a null label", "{\n \"version\": 2,\n \"labels\": [\n  [\"a.png\", null],\n  [\"b.png\", 3.0]\n ]\n}\n", "1|a.png\n2|b.png|3.0\n", "", `key "version" is not used`, ""},
		{"labels by path", `{"labels": {"a.png": 3, "b.png": "cat"}}`, "1|a.png|3\n2|b.png|cat\n", "", "", ""},
		{"no labels", `{"labels": []}`, "", "", "", ""},
		{"one-hot", `{"labels": [["a.png", [0, 0, 1]], ["b.png", [1.0, 0.0, 0.0]]]}`, "1|a.png|2\n2|b.png|0\n", "", "2 labels are lists of zeros and a 1, read as one-hot", ""},
		{"several labels", `[["a.png", [3, 5]], ["b.png", ["cat", "pet"]], ["c.png", []]]`, "1|a.png|3\n2|b.png|cat\n3|c.png\n", "", "2 labels are lists of several: the first is used", ""},
		{"two of three", `[["a.png", [0, 1, 1]]]`, "1|a.png|0\n", "", "1 label is a list of several: the first is used", ""},
		{"bad elements", `{"labels": [["a.png", {}], ["b.png"], ["c.png", 1, 2], [7, 8], 9, ["", 1], ["d.png", [[1]]], ["e.png", nope], "f.png", ["g.png", true]]}`,
			"9|f.png\n10|g.png|true\n",
			"1|a.png|the label is an object, want a number or a name\n2||1 element, want a path and a label\n3||3 elements, want a path and a label\n" +
				"4||the path is 7, want a text\n5||the element is 9, want a path and a label\n6||the path is empty\n7|d.png|the label is a list of lists, want a number or a name\n8||no valid JSON\n", "", ""},
		{"objects", `[{"label": 1, "file_name": "a b.png", "w": 3, "v": 2}, {"file_name": "\u00e9\\b.png"}, {}, {"label": 3}]`,
			"1|a b.png|1\n2|é\\b.png\n", "3||no key \"file_name\", want it in each object\n4||no key \"file_name\", want it in each object\n", `keys "w", "v" are not used`, `paths in the key "file_name" and labels in "label"`},
		{"unlike elements", `[["a.png", 1], {}]`, "1|a.png|1\n", "2||no key names an image, want \"file_name\"\n", "", ""},
		{"an empty object", `[{}]`, "", "1||no key names an image, want \"file_name\"\n", "", ""},
		{"detection", `{"file_name": "a.png", "objects": {"bbox": [[1, 2]], "categories": [3]}}`, "1|a.png\n", "", `key "objects" is not used`, `JSON lines with paths in the key "file_name"`},
		{"captions", "{\"file_name\": \"a.png\", \"text\": \"a \\\"cat\\\"\\n} {\"}\n", "1|a.png\n", "", `key "text" is not used`, ""},
		{"a broken line", "{\"path\": \"a.png\", \"class\": \"x\"}\n{\"path\": \"b.png\", \"cla\n\n[\"c.png\", 3]\nnone\n", "1|a.png|x\n4|c.png|3\n", "2||no valid JSON\n5||no valid JSON\n", "", ""},
		{"an unknown key", "{\"path\": \"a.png\", \"breed\": \"x\"}\n", "1|a.png|x\n", "", "", `labels in "breed"`},
		{"keys by content", "{\"bild\": \"a.png\", \"klasse\": \"x\"}\n{\"bild\": \"b.png\"}", "1|a.png|x\n2|b.png\n", "", "", `JSON lines with paths in the key "bild"`},
	} {
		list := parse(t, c.text)
		problems := ""
		for _, p := range list.Problems {
			problems += fmt.Sprintf("%d|%s|%s\n", p.Line, p.Path, p.Detail)
		}
		if got := short(list.Entries); got != c.entries || problems != c.problems {
			t.Errorf("%s: got %q and the problems %q, want %q and %q", c.name, got, problems, c.entries, c.problems)
		}
		notes := strings.Join(list.Notes, "\n")
		says(t, c.name, notes, c.notes)
		says(t, c.name, list.Form, c.form)
		if c.notes == "" && notes != "" {
			t.Errorf("%s: got the notes %q", c.name, notes)
		}
	}
}
