package run

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

// appendLine writes v to the end of w, as a line of JSON.
func appendLine(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// longestLine is more than the bytes of a line of metrics.jsonl or evaluations.jsonl.
const longestLine = 1 << 20

// Lines are the lines of a run's file, one JSON object each.
type Lines[T any] struct {
	Noted   []T  // the objects that could be read
	torn    bool // the last line is cut short, as by a crash
	damaged int  // lines before the last that cannot be read
}

// unread says which lines are left out because they cannot be read, or is empty.
func (l Lines[T]) unread() string {
	switch {
	case l.damaged > 0:
		return fmt.Sprintf("lines that cannot be read are left out, %d", l.damaged)
	case l.torn:
		return "its last line is cut short and left out"
	}
	return ""
}

// readLines reads the lines up to step. A file that does not exist has none. A line that cannot
// be read is left out and counted.
func readLines[T any](path string, step uint32, of func(T) uint32) (l Lines[T], err error) {
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
			l.Noted = append(l.Noted, v)
		}
	}
}

// readLine reads a line and keeps at most longestLine bytes of it in memory. whole reports
// whether all of it was read, with its end. The error io.EOF means that there is no line.
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

// writeLines replaces an existing file with the lines that could be read. If other lines could
// not be read, it keeps the old file beside the new one, and returns a sentence about them.
func writeLines[T any](path string, l Lines[T]) (note string, err error) {
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
		note = fmt.Sprintf("%s: %s; the old file is kept as %s", path, l.unread(), kept)
	} else if l.torn {
		note = fmt.Sprintf("%s: %s", path, l.unread())
	}
	var text bytes.Buffer
	for _, v := range l.Noted {
		if err := appendLine(&text, v); err != nil {
			return "", err
		}
	}
	return note, atomicfile.WriteText(path, text.Bytes())
}

// copyFile copies the file at from to another. With a rename there would be no file at from for
// a moment, and a crash could leave the folder so.
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

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
