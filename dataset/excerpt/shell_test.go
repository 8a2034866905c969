package excerpt

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
		if got := ShellWord(word); got != want {
			t.Errorf("ShellWord(%q) is %s, want %s", word, got, want)
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
		got, err := exec.Command(sh, "-c", "printf %s "+ShellWord(word)).Output()
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
