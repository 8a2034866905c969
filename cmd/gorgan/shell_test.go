package main

import (
	"os/exec"
	"strings"
	"testing"
	"testing/quick"
)

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"runs/00000-mnist": "runs/00000-mnist",
		"":                 "''",
		"my run":           "'my run'",
		"it's":             `'it'\''s'`,
		"~/runs":           "'~/runs'",
		"$HOME;rm":         "'$HOME;rm'",
		"run[1]*":          "'run[1]*'",
		"größe":            "'größe'",
	} {
		if got := shellWord(word); got != want {
			t.Errorf("shellWord(%q) is %s, want %s", word, got, want)
		}
	}
}

// TestShellGivesWordBack: a shell gives back each word.
func TestShellGivesWordBack(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	same := func(word string) bool {
		word = strings.ReplaceAll(word, "\x00", "") // no argument holds one
		got, err := exec.Command(sh, "-c", "printf %s "+shellWord(word)).Output()
		if err != nil || string(got) != word {
			t.Logf("%q came back as %q, %v", word, got, err)
			return false
		}
		return true
	}
	for _, word := range []string{"", "-n", "a b", "'", "''", `\`, "\n", "$(id)", "`id`", "!x", "#", "a'b\"c", "*", "=x", "%s"} {
		if !same(word) {
			t.Error("a word is changed")
		}
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

func TestCalledAs(t *testing.T) {
	for path, want := range map[string]string{"gorgan": "gorgan", "./gorgan": "./gorgan", "/opt/b/gorgan": "/opt/b/gorgan", "g2": "gorgan"} {
		if got := calledAs(path); got != want {
			t.Errorf("calledAs(%q) is %q, want %q", path, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"1 image": count(1, "image"), "0 images": count(0, "image"), "2 classes": count(2, "class"),
		"3 batches": count(3, "batch"), "2 displays": count(2, "display"), "2 entries": count(2, "entry"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
