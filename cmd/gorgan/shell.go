package main

import (
	"os"
	"strings"
)

// command returns a line that runs gorgan with these words when it is pasted into a shell. It
// names the program as it was called, and quotes words where that is necessary.
func (u *ui) command(words ...string) string {
	line := shellWord(calledAs(os.Args[0]))
	for _, w := range words {
		line += " " + shellWord(w)
	}
	return line
}

// calledAs returns how to call the program again: with the same path, or with its name if it
// was found along $PATH.
func calledAs(path string) string {
	if strings.ContainsRune(path, '/') || strings.ContainsRune(path, os.PathSeparator) {
		return path
	}
	return "gorgan"
}

// shellWord writes a word for a POSIX shell. It puts a word in single quotes if the word begins
// with ~ or has a special character.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-+=./:,@%", r)
	}
	if word != "" && strings.TrimLeftFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
