package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// operation is a system call that changes files below a root, or brings to the disk what
// was changed before.
type operation struct {
	what   string
	data   []dataChange
	names  []nameChange
	file   fileNumber // whose data are on the disk afterwards
	folder string     // whose names are, empty for none
}

// recording follows the calls of a process, and keeps what they do below root.
type recording struct {
	root string
	now  *disk // as the process sees it
	open map[string]*description
	done []operation
}

// description is what a descriptor stands for.
type description struct {
	path    string
	file    fileNumber
	at      int
	appends bool
}

// operations are what calls did to the files below root, which held start before.
func operations(root string, start *disk, calls []call) ([]operation, error) {
	r := &recording{root: root, now: start.clone(), open: map[string]*description{}}
	for _, c := range calls {
		if err := r.follow(c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return r.done, nil
}

func (r *recording) do(o operation) {
	for _, c := range o.data {
		r.now.changeData(c)
	}
	for _, c := range o.names {
		r.now.changeName(c)
	}
	r.done = append(r.done, o)
}

func (r *recording) follow(c call) error {
	switch c.name {
	case "openat":
		return r.opens(c)
	case "write":
		return r.writes(c)
	case "ftruncate":
		return r.cuts(c)
	case "copy_file_range":
		return r.copies(c)
	case "fsync", "fdatasync":
		return r.syncs(c)
	case "mkdirat":
		return r.changesName(c, "make folder ", isFolder)
	case "unlinkat":
		return r.changesName(c, "remove ", noFile)
	case "renameat", "renameat2":
		return r.renames(c)
	}
	for _, arg := range c.args {
		if strings.Contains(arg, escaped(r.root)) {
			return fmt.Errorf("what it does to a file below %s is not known", r.root)
		}
	}
	return nil
}

// below is a path from the root, if it is one below it.
func (r *recording) below(path string, err error) (string, bool, error) {
	if err != nil {
		return "", false, err
	}
	name, err := filepath.Rel(r.root, path)
	return name, err == nil && name != ".." && !strings.HasPrefix(name, "../"), nil
}

func (r *recording) opens(c call) error {
	number, path, err := descriptor(c.result)
	name, below, err := r.below(path, err)
	delete(r.open, number)
	if err != nil || !below {
		return err
	}
	flags := strings.Split(c.args[2], "|")
	file, there := r.now.names[name]
	switch {
	case !there && !slices.Contains(flags, "O_CREAT"):
		return fmt.Errorf("%s was made by no call that is known", name)
	case !there:
		file = r.now.newFile()
		r.do(operation{what: "create " + name, names: []nameChange{{name, file}}})
	case slices.Contains(flags, "O_TRUNC") && r.now.text(name) != "":
		r.do(operation{what: "empty " + name, data: []dataChange{{file: file, cuts: true}}})
	}
	r.open[number] = &description{path: name, file: file, appends: slices.Contains(flags, "O_APPEND")}
	return nil
}

// described is what a descriptor among a call's arguments stands for, nil for what is not
// below the root.
func (r *recording) described(arg string) (*description, error) {
	number, path, err := descriptor(arg)
	name, below, err := r.below(path, err)
	if err != nil || !below {
		return nil, err
	}
	if d := r.open[number]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("%s was opened by no call that is known", name)
}

func (r *recording) writes(c call) error {
	d, err := r.described(c.args[0])
	if d == nil || err != nil {
		return err
	}
	text, err := c.text(1)
	if err != nil {
		return err
	}
	return r.write(d, text, c.result)
}

// write writes the first n bytes of text.
func (r *recording) write(d *description, text, n string) error {
	length, err := strconv.Atoi(n)
	if err != nil || length > len(text) {
		return fmt.Errorf("%q of %d bytes are written: %v", n, len(text), err)
	}
	if d.appends {
		d.at = len(r.now.data[d.file])
	}
	if length > 0 {
		r.do(operation{what: fmt.Sprintf("write %d bytes to %s", length, d.path), data: []dataChange{{file: d.file, at: d.at, text: text[:length]}}})
	}
	d.at += length
	return nil
}

// cuts follows a cut of a file, which does not make it longer.
func (r *recording) cuts(c call) error {
	d, err := r.described(c.args[0])
	if d == nil || err != nil {
		return err
	}
	size, err := strconv.Atoi(c.args[1])
	if held := len(r.now.data[d.file]); err != nil || size > held {
		return fmt.Errorf("%s of %d bytes is cut at %q", d.path, held, c.args[1])
	}
	r.do(operation{what: fmt.Sprintf("cut %s at %d", d.path, size), data: []dataChange{{file: d.file, at: size, cuts: true}}})
	return nil
}

// copies follows a copy from where the one descriptor is to where the other is. The one must
// not have been read before, as reads are not followed.
func (r *recording) copies(c call) error {
	from, err := r.described(c.args[0])
	if err != nil {
		return err
	}
	to, err := r.described(c.args[2])
	if err != nil || from == nil && to == nil {
		return err
	}
	if from == nil || to == nil || c.args[1] != "NULL" || c.args[3] != "NULL" {
		return fmt.Errorf("of %q, want two files below %s", c.args, r.root)
	}
	text, before := r.now.data[from.file], to.at
	err = r.write(to, text[min(from.at, len(text)):], c.result)
	from.at += to.at - before
	return err
}

func (r *recording) syncs(c call) error {
	d, err := r.described(c.args[0])
	if d == nil || err != nil {
		return err
	}
	if d.file == isFolder {
		r.do(operation{what: "sync folder " + d.path, folder: d.path})
	} else {
		r.do(operation{what: "sync " + d.path, file: d.file})
	}
	return nil
}

func (r *recording) changesName(c call, what string, file fileNumber) error {
	name, below, err := r.below(c.pathAt(0))
	if err != nil || !below {
		return err
	}
	r.do(operation{what: what + name, names: []nameChange{{name, file}}})
	return nil
}

func (r *recording) renames(c call) error {
	from, below, err := r.below(c.pathAt(0))
	if err != nil {
		return err
	}
	to, too, err := r.below(c.pathAt(2))
	if err != nil || !below && !too {
		return err
	}
	file := r.now.names[from]
	if !below || !too || file <= noFile {
		return fmt.Errorf("from %s to %s, want two names of files below %s", from, to, r.root)
	}
	r.do(operation{what: "rename " + from + " to " + to, names: []nameChange{{to, file}, {from, noFile}}})
	return nil
}

// TestOperations: the calls that write a file whole, beside one that is added to.
func TestOperations(t *testing.T) {
	at := func(path string) string { return `AT_FDCWD<` + escaped("/") + `>, "` + escaped(path) + `"` }
	fd := func(n int, path string) string { return fmt.Sprintf("%d<%s>", n, escaped(path)) }
	lines := []string{
		"mkdirat(" + at("/r/d") + ", 0777) = 0",
		"openat(" + at("/r/log") + ", O_WRONLY|O_CREAT|O_APPEND, 0666) = " + fd(4, "/r/log"),
		"write(" + fd(4, "/r/log") + `, "` + escaped("two") + `", 3) = 2`,
		"openat(" + at("/r/d/f.tmp") + ", O_WRONLY|O_CREAT|O_EXCL, 0666) = " + fd(5, "/r/d/f.tmp"),
		"write(" + fd(5, "/r/d/f.tmp") + `, "` + escaped("ab") + `", 2) = 2`,
		"write(" + fd(5, "/r/d/f.tmp") + `, "` + escaped("c") + `", 1) = 1`,
		"fsync(" + fd(5, "/r/d/f.tmp") + ") = 0",
		"renameat(" + at("/r/d/f.tmp") + ", " + at("/r/d/f") + ") = 0",
		"openat(" + at("/r/d") + ", O_RDONLY) = " + fd(5, "/r/d"),
		"fsync(" + fd(5, "/r/d") + ") = 0",
		"openat(" + at("/r/copy") + ", O_WRONLY|O_CREAT, 0666) = " + fd(6, "/r/copy"),
		"openat(" + at("/r/d/f") + ", O_RDONLY) = " + fd(7, "/r/d/f"),
		"copy_file_range(" + fd(7, "/r/d/f") + ", NULL, " + fd(6, "/r/copy") + ", NULL, 9, 0) = 2",
		"copy_file_range(" + fd(7, "/r/d/f") + ", NULL, " + fd(6, "/r/copy") + ", NULL, 9, 0) = 1",
		"copy_file_range(" + fd(7, "/r/d/f") + ", NULL, " + fd(6, "/r/copy") + ", NULL, 9, 0) = 0",
		"openat(" + at("/elsewhere") + ", O_WRONLY) = " + fd(6, "/elsewhere"),
		"write(" + fd(6, "/elsewhere") + `, "` + escaped("x") + `", 1) = 1`,
		"openat(" + at("/r/log") + ", O_WRONLY|O_TRUNC) = " + fd(6, "/r/log"),
		"unlinkat(" + at("/r/d/f") + ", 0) = 0",
	}
	trace := func(lines ...string) string { return "1 " + strings.Join(lines, "\n1 ") + "\n" }
	recorded := func(lines ...string) ([]operation, error) {
		calls, err := parseStrace(strings.NewReader(trace(lines...)))
		must(t, err)
		return operations("/r", newDisk(), calls)
	}
	done, err := recorded(lines...)
	must(t, err)
	var got []string
	d := newDisk()
	for _, o := range done {
		got = append(got, o.what)
		for _, c := range o.data {
			d.changeData(c)
		}
		for _, c := range o.names {
			d.changeName(c)
		}
		if o.folder == "d" && (d.text("d/f") != "abc" || d.text("log") != "tw" || d.names["d/f.tmp"] != noFile) {
			t.Errorf("after the rename there is %v", d)
		}
	}
	want := []string{"make folder d", "create log", "write 2 bytes to log", "create d/f.tmp", "write 2 bytes to d/f.tmp", "write 1 bytes to d/f.tmp",
		"sync d/f.tmp", "rename d/f.tmp to d/f", "sync folder d", "create copy", "write 2 bytes to copy", "write 1 bytes to copy", "empty log", "remove d/f"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if paths := d.reached(); !slices.Equal(paths, []string{"copy", "d", "log"}) || d.text("log") != "" || d.text("copy") != "abc" {
		t.Errorf("at the end there is %v", d)
	}
	for _, unknown := range []string{"truncate(\"" + escaped("/r/log") + "\", 1) = 0", "lseek(" + fd(3, "/r/log") + ", 0, SEEK_SET) = 0",
		"write(" + fd(3, "/r/log") + `, "` + escaped("x") + `", 1) = 1`, "renameat(" + at("/r/none") + ", " + at("/r/f") + ") = 0"} {
		if _, err := recorded(unknown); err == nil {
			t.Errorf("%s is taken for nothing", unknown)
		}
	}
}
