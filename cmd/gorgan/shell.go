package main

import (
	"os"
	"strings"

	"gorgan/dataset/excerpt"
)

// command returns a line that runs gorgan with these words when it is pasted into a shell. It
// names the program as it was called, and quotes words where that is necessary.
func (u *ui) command(words ...string) string { return shellLine(calledAs(os.Args[0]), words...) }

// shellLine returns a line that runs a program with these words when it is pasted into a shell.
func shellLine(program string, words ...string) string {
	line := excerpt.ShellWord(program)
	for _, w := range words {
		line += " " + excerpt.ShellWord(w)
	}
	return line
}

// elsewhere is ui.command for a reader on another machine, where gorgan lies in another place.
func elsewhere(words ...string) string { return shellLine("gorgan", words...) }

// calledAs returns how to call the program again: with the same path, or with its name if it
// was found along $PATH.
func calledAs(path string) string {
	if strings.ContainsRune(path, '/') || strings.ContainsRune(path, os.PathSeparator) {
		return path
	}
	return "gorgan"
}
