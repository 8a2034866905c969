package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/model"
)

// TestClassFlag: names, numbers, ranges, and what is neither.
func TestClassFlag(t *testing.T) {
	flowers := []string{"daisy", "3", "rose, red", "tulip", "t-shirt", "7"}
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("n%08d", i)
	}
	for _, c := range []struct {
		text  string
		names []string // nil for six numbers
		want  string   // classes, or an error
		note  string
	}{
		{"4,0-2", nil, "[4 0 1 2]", ""},
		{"tulip", flowers, "[3]", ""},
		{"tulip, daisy,0", flowers, "[3 0 0]", ""},
		{"rose, red", flowers, "[2]", ""},
		{"t-shirt", flowers, "[4]", ""},
		{"7", flowers, "[5]", ""}, // there is no number 7
		{"3", flowers, "[3]", "--class 3 is the class of that number, tulip; the class of that name has number 1"},
		{"6", flowers, "--class: 6, want 0 to 5, the model's classes", ""},
		{"2-6", nil, "--class: 6, want 0 to 5, the model's classes", ""},
		{"tulip", nil, `--class is "tulip", but the model's classes have no names, want 0 to 5`, ""},
		{"2-", nil, `--class: "2-" is neither a whole number nor a range of them`, ""},
		{"tulp", flowers, `--class: the model has no class "tulp"; did you mean tulip? Its classes are daisy, 3, rose, red, tulip, t-shirt, 7`, ""},
		{"tulip,", flowers, `--class: the model has no class ""; its classes are daisy`, ""},
		{"\x1b[31m" + strings.Repeat("x", 1000), flowers, `--class: the model has no class "\x1b[31mxxx`, ""},
		{"n00000999", many, "[999]", ""},
		{"none", many, "n00000006 and 993 more, which gorgan inspect lists", ""},
	} {
		classes := 6
		if c.names != nil {
			classes = len(c.names)
		}
		var notes bytes.Buffer
		got, err := classFlag{true, c.text}.of(newUI(io.Discard, &notes), classes, c.names)
		text := fmt.Sprint(got)
		if err != nil {
			text = err.Error()
		}
		if !strings.HasPrefix(text, c.want) && !strings.HasSuffix(text, c.want) || len(text) > 300 || err == nil && text != c.want {
			t.Errorf("--class %q: %s, want %s", c.text, text, c.want)
		}
		if strings.TrimSpace(notes.String()) != c.note {
			t.Errorf("--class %q: note %q, want %q", c.text, notes.String(), c.note)
		}
	}
}

// TestClassNames: a checkpoint's names are listed, and name classes and files.
func TestClassNames(t *testing.T) {
	list, dir := tinyList(t), t.TempDir()
	gorgan := func(want int, command string, args ...string) string {
		t.Helper()
		var out, notes bytes.Buffer
		all := append(append([]string{"gorgan"}, strings.Fields(command)...), args...)
		if code := execute(context.Background(), all, &out, &notes); code != want {
			t.Fatalf("%v ended with %d, want %d: %s", all, code, want, notes.String())
		}
		return out.String() + notes.String()
	}
	trained, named := filepath.Join(dir, "run"), filepath.Join(dir, "named.safetensors")
	gorgan(0, "train --classes 10 --steps 2 "+small+" --data", list, "--out", trained)
	if out := gorgan(0, "inspect", trained); !strings.Contains(out, "\nclasses     10\n") {
		t.Errorf("inspect prints %s", out)
	}
	_, state, err := loadModel(trained)
	if err != nil {
		t.Fatal(err)
	}
	state.ClassNames = strings.Split("zero one two three four five six seven eight nine/neun", " ")
	if err := model.Save(named, state); err != nil {
		t.Fatal(err)
	}
	if out := gorgan(0, "inspect", named); !strings.Contains(out, "\nclasses     10: zero, one, two, three, four, five, six, seven, eight, nine/neun\n") {
		t.Errorf("inspect prints %s", out)
	}
	if out := gorgan(0, "inspect --json", named); !strings.Contains(out, `"nine/neun"`) {
		t.Errorf("inspect prints %s", out)
	}
	each := filepath.Join(dir, "each")
	gorgan(0, "generate --device cpu --class nine/neun,two --seeds 4,7 --model", named, "--out", each)
	byNumber := filepath.Join(dir, "numbers")
	gorgan(0, "generate --device cpu --class 9,2 --seeds 4,7 --model", trained, "--out", byNumber)
	for name, number := range map[string]string{"seed0004_classnine_neun_9.png": "seed0004_class9.png", "seed0007_classtwo.png": "seed0007_class2.png"} {
		a, err := os.ReadFile(filepath.Join(each, name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(byNumber, number)); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s and %s differ, %v", name, number, err)
		}
	}
	if out := gorgan(2, "generate --class sevn --model", named, "--out", each); !strings.Contains(out, "did you mean seven?") {
		t.Errorf("generate prints %s", out)
	}
}
