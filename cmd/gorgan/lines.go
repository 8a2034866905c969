package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
)

// appendLine notes v, a line of JSON, at the end of w.
func appendLine(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// readLines reads what a run noted up to step, a line of JSON each; a file that is not
// there holds nothing. A line cut short by a crash is of a later step.
func readLines[T any](path string, step uint32, of func(T) uint32) (noted []T, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var v T
		if json.Unmarshal(lines.Bytes(), &v) != nil || of(v) > step {
			break
		}
		noted = append(noted, v)
	}
	return noted, lines.Err()
}

// writeLines replaces a file, if it is there, by what is noted.
func writeLines[T any](path string, noted []T) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var text bytes.Buffer
	for _, v := range noted {
		if err := appendLine(&text, v); err != nil {
			return err
		}
	}
	return write(path, text.Bytes())
}
