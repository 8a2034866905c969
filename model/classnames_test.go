package model_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/model"
)

// withNames is a state of three classes with names.
func withNames(t testing.TB) *model.State {
	t.Helper()
	s := trained(t, func(c *model.Config) { c.Classes, c.Optimizer = 3, "sgd" })
	s.ClassNames = []string{"daisy", "rose, \"red\" <b>", "tülp 郁金香"}
	return s
}

// named gives the classes of a set names, as sources with names do.
func named(t testing.TB, set *dataset.Set, names ...string) *dataset.Set {
	t.Helper()
	set, err := set.Named(names)
	must(t, err)
	return set
}

// TestClassNames: names go from the set to the checkpoint and come back; a state without names takes
// those of the set, and a set without names those of the state.
func TestClassNames(t *testing.T) {
	c := small(func(c *model.Config) { c.Classes = 3 })
	trainer := newTrainer(t, device(t), c, named(t, noiseSet(t, 21, c), "a", "b", "c"))
	path := filepath.Join(t.TempDir(), "named")
	must(t, model.Save(path, stateOf(t, trainer)))
	s, err := model.Load(path)
	must(t, err)
	if fmt.Sprint(s.ClassNames) != "[a b c]" {
		t.Errorf("the checkpoint has names %q", s.ClassNames)
	}
	plain := newTrainer(t, device(t), c, noiseSet(t, 21, c))
	nameless := stateOf(t, plain)
	must(t, plain.Restore(s, 0))
	must(t, trainer.Restore(nameless, 0))
	for name, trainer := range map[string]*model.Trainer{"of the state": plain, "of the set": trainer} {
		if got := stateOf(t, trainer).ClassNames; fmt.Sprint(got) != "[a b c]" || fmt.Sprint(trainer.ClassNames()) != "[a b c]" || nameless.ClassNames != nil {
			t.Errorf("names %s: %q", name, got)
		}
	}
	contains(t, newTrainer(t, device(t), c, named(t, noiseSet(t, 21, c), "a", "x", "c")).Restore(s, 0),
		"model: class 1 is named x in the data, but was named b when the run began")
	for want, names := range map[string][]string{
		"noise: the names of 4 classes, want one for each of classes, 3": {"a", "b", "c", "d"},
		"noise: the names of 2 classes, want one for each of classes, 3": {"a", "b"},
		"noise: classes 0 and 2 are both named a, want different names":  {"a", "b", "a"},
	} {
		of := c
		of.Classes = min(c.Classes, len(names)) // each label has a name
		_, err := model.NewTrainer(device(t), c, named(t, noiseSet(t, 21, of), names...))
		contains(t, err, want)
	}
	c.Classes = 0
	if got := newTrainer(t, device(t), c, named(t, noiseSet(t, 21, c), "a", "b", "c")).ClassNames(); got != nil {
		t.Errorf("without classes, their names are %q", got)
	}
	equal(t, loaded(t, withNames(t)), withNames(t))
}

// loaded is s as it comes back from a file.
func loaded(t *testing.T, s *model.State) *model.State {
	t.Helper()
	path, _ := file(t, s)
	back, err := model.Load(path)
	must(t, err)
	return back
}

// TestHostileClassNames: names that Save does not write are refused with a short sentence.
func TestHostileClassNames(t *testing.T) {
	long(t)
	onCPU(t)
	s := withNames(t)
	_, good := file(t, s)
	many := make([]string, 65536)
	for i := range many {
		many[i] = fmt.Sprintf("%0200d", i)
	}
	long, err := json.Marshal(many)
	must(t, err)
	for text, want := range map[string]string{
		`["a","b"]`:                 "the names of 2 classes, want one for each of classes, 3",
		`["a","b","a"]`:             "classes 0 and 2 are both named a",
		`["a","","c"]`:              `class 1 is named "", want a printable name`,
		`["a","\u001b[31m","c"]`:    `class 1 is named "\x1b[31m", want a printable name`,
		`["a","\u202egpj.exe","c"]`: `class 1 is named "\u202egpj.exe", want`,
		`["a","\ud800","c"]`:        `class 1 is named`,
		`["` + strings.Repeat("a", 256) + `","b","c"]`: `want a printable name of 1 to 255 bytes`,
		`[1,2,3]`:       "want a JSON array of texts",
		`{"a":"b"}`:     "want a JSON array of texts",
		`["a","b","c"`:  "want a JSON array of texts",
		string(long):    "the names of 65536 classes",
		`["a","b","c"]`: "SHA-256 is", // nobody has signed it
		"":              "SHA-256 is",
	} {
		refusedShortly(t, replaceNames(t, good, text), text, want)
	}
	for want, names := range map[string][]string{
		"the names of 1 classes":                  {"a"},
		"want a printable name of 1 to 255 bytes": {"a", "b", "\n"},
	} {
		s.ClassNames = names
		contains(t, model.Save(filepath.Join(t.TempDir(), "bad"), s), want)
	}
}

// replaceNames returns a checkpoint with another text for its names of classes.
func replaceNames(t *testing.T, checkpoint []byte, text string) []byte {
	t.Helper()
	n := binary.LittleEndian.Uint64(checkpoint)
	var header map[string]any
	must(t, json.Unmarshal(checkpoint[8:8+n], &header))
	header["__metadata__"].(map[string]any)["classes"] = text
	changed, err := json.Marshal(header)
	must(t, err)
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(changed))), changed...), checkpoint[8+n:]...)
}

func refusedShortly(t *testing.T, b []byte, what, want string) {
	t.Helper()
	refused(t, b, fmt.Sprintf("%.40s", what), want)
	if _, err := model.ParseCheckpoint(b); err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "\n") {
		t.Errorf("%.40s: the error is not a sentence: %v", what, err)
	}
}
