package main

import (
	"os"
	"strings"
)

// command is a line that runs gorgan with these words when it is pasted into a shell: the
// program as it was called, each word quoted where it has to be.
func (u *ui) command(words ...string) string {
	line := shellWord(calledAs(os.Args[0]))
	for _, w := range words {
		line += " " + shellWord(w)
	}
	return line
}

// calledAs is how the program that was called by this path is called again: by the same
// path, or by name where it was found along $PATH.
func calledAs(path string) string {
	if strings.ContainsRune(path, '/') || strings.ContainsRune(path, os.PathSeparator) {
		return path
	}
	return "gorgan"
}

// shellWord is a word as a POSIX shell reads it. A name that begins with ~ or has a character
// of another meaning stands in single quotes.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-+=./:,@%", r)
	}
	if word != "" && strings.TrimLeftFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
