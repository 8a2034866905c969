package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"gorgan/dataset/atomicfile"
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

// longestLine is more than a line of metrics.jsonl or evaluations.jsonl has.
const longestLine = 1 << 20

// lines are what a file of a run holds, a JSON object each.
type lines[T any] struct {
	noted   []T
	torn    bool // the last line is cut short, as by a crash
	damaged int  // lines before the last that cannot be read
}

// readLines reads the lines up to step; a file that is not there holds none. A line that
// cannot be read is left out and counted.
func readLines[T any](path string, step uint32, of func(T) uint32) (l lines[T], err error) {
	f, _, err := atomicfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		line, whole, err := readLine(r)
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return l, fmt.Errorf("%s: %w", path, err)
		}
		var v T
		if l.torn {
			l.torn, l.damaged = false, l.damaged+1 // it was not the last
		}
		if !whole || json.Unmarshal(line, &v) != nil {
			l.torn = true
			continue
		}
		if of(v) <= step {
			l.noted = append(l.noted, v)
		}
	}
}

// readLine reads a line, without more of it in memory than longestLine. whole tells whether
// all of it was read, and its end was there. The error io.EOF means that there is no line.
func readLine(r *bufio.Reader) (line []byte, whole bool, err error) {
	whole = true
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) <= longestLine {
			line = append(line, part...)
		} else {
			whole = false
		}
		switch {
		case err == nil:
			return line, whole, nil
		case err == io.EOF && len(line) > 0:
			return line, false, nil
		case err != bufio.ErrBufferFull:
			return nil, false, err
		}
	}
}

// writeLines replaces a file, if it is there, by the lines that could be read, and keeps
// the old one beside it where others could not. It returns a sentence about those for a
// person to read, or none.
func writeLines[T any](path string, l lines[T]) (note string, err error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if l.damaged > 0 {
		kept := path + ".damaged"
		for n := 2; exists(kept); n++ {
			kept = fmt.Sprintf("%s.damaged.%d", path, n)
		}
		if err := copyFile(kept, path); err != nil {
			return "", err
		}
		note = fmt.Sprintf("%s: lines that cannot be read are left out, %d; the old file is kept as %s", path, l.damaged, kept)
	} else if l.torn {
		note = fmt.Sprintf("%s: its last line is cut short and left out", path)
	}
	var text bytes.Buffer
	for _, v := range l.noted {
		if err := appendLine(&text, v); err != nil {
			return "", err
		}
	}
	return note, write(path, text.Bytes())
}

// copyFile writes what is in the file at from to another. A rename would leave a moment, and
// a crash a folder, with no file at from.
func copyFile(to, from string) error {
	f, _, err := atomicfile.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return atomicfile.Write(to, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}
