package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// remains is what a crash leaves of the changes to a file's data that are not synced.
type remains int

const (
	allRemains  remains = iota
	noneRemains         // as if nothing had been written
	halfRemains         // the file ends in the middle of what was written
	zerosRemain         // the file is as long as it was, and what was written is zeros
	holeRemains         // the first write is zeros, and those after it are there
	everyRemains
)

func (r remains) String() string {
	return [...]string{"there", "missing", "cut in half", "zeros", "zeros, and then there"}[r]
}

// crashStates gives what a disk that held start can hold after a crash at any moment of a
// sequence of operations: after so many of them, and how it came to be.
//
// The first state after each operation is that of a process that is killed. The others are
// those of a power failure, by the weakest rules of Pillai et al., "All File Systems Are Not
// Created Equal" (OSDI 2014), table 1:
//
//   - Until a file is synced, its data can be missing, shorter, or zeros.
//   - Until a folder is synced, each name in it can be old or new on its own. So a rename can
//     leave both names, or none.
//   - Syncing a file does not sync its name.
//
// ext4 (data=ordered) can leave fewer states: it keeps the order in which names change, and
// syncs earlier changes with any file. Its states are among those here.
//
// The combinations are bounded. All files lose the same, or all but one do. If more than 4
// names changed, the first few are new, or all but one, or one alone.
func crashStates(start *disk, done []operation, found func(after int, how string, d *disk)) {
	safe := start.clone() // what is on the disk in any case
	var data []dataChange
	var names []nameChange
	for i, o := range done {
		data = synced(append(data, o.data...), func(c dataChange) bool { return c.file == o.file }, safe.changeData)
		names = synced(append(names, o.names...), func(c nameChange) bool { return filepath.Dir(c.path) == o.folder }, safe.changeName)
		for _, kept := range subsets(len(names)) {
			for _, left := range remainsOf(data) {
				d := safe.clone()
				for n, c := range names {
					if kept[n] {
						d.changeName(c)
					}
				}
				for file, r := range left {
					d.changeAs(r, slices.DeleteFunc(slices.Clone(data), func(c dataChange) bool { return c.file != file }))
				}
				found(i+1, d.described(names, kept, left), d)
			}
		}
	}
}

// synced carries out the changes that are on the disk now, and returns the others.
func synced[T any](changes []T, now func(T) bool, change func(T)) (rest []T) {
	for _, c := range changes {
		if now(c) {
			change(c)
		} else {
			rest = append(rest, c)
		}
	}
	return rest
}

// changeAs makes what a crash leaves of changes to one file.
func (d *disk) changeAs(r remains, changes []dataChange) {
	length := 0
	for _, c := range changes {
		length += len(c.text)
	}
	left := length / 2
	first := slices.IndexFunc(changes, func(c dataChange) bool { return c.text != "" })
	for i, c := range changes {
		switch {
		case r == noneRemains, r == halfRemains && left == 0:
			continue
		case r == halfRemains:
			c.text = c.text[:min(left, len(c.text))]
			left -= len(c.text)
		case r == zerosRemain, r == holeRemains && i == first:
			c.text = zeros(len(c.text))
		}
		d.changeData(c)
	}
}

// subsets are which of n things are there, all of them first.
func subsets(n int) (all [][]bool) {
	if n <= 4 {
		for bits := range 1 << n {
			kept := make([]bool, n)
			for i := range kept {
				kept[i] = bits>>i&1 == 0
			}
			all = append(all, kept)
		}
		return all
	}
	with := func(is func(i int) bool) {
		kept := make([]bool, n)
		for i := range kept {
			kept[i] = is(i)
		}
		all = append(all, kept)
	}
	for end := n; end >= 0; end-- {
		with(func(i int) bool { return i < end })
	}
	for one := range n {
		with(func(i int) bool { return i != one })
		with(func(i int) bool { return i == one })
	}
	return all
}

// remainsOf are what can be left of the changed files together, first all of it.
func remainsOf(changes []dataChange) (all []map[fileNumber]remains) {
	files := map[fileNumber]remains{}
	for _, c := range changes {
		files[c.file] = allRemains
	}
	with := func(set func(map[fileNumber]remains)) {
		left := maps.Clone(files)
		set(left)
		if !slices.ContainsFunc(all, func(m map[fileNumber]remains) bool { return maps.Equal(m, left) }) {
			all = append(all, left)
		}
	}
	for r := range everyRemains {
		with(func(m map[fileNumber]remains) {
			for file := range m {
				m[file] = r
			}
		})
	}
	for _, one := range slices.Sorted(maps.Keys(files)) {
		for r := range everyRemains {
			with(func(m map[fileNumber]remains) { m[one] = r })
		}
		with(func(m map[fileNumber]remains) {
			for file := range m {
				m[file] = noneRemains
			}
			m[one] = allRemains
		})
	}
	return all
}

// described says how a state came to be.
func (d *disk) described(names []nameChange, kept []bool, left map[fileNumber]remains) string {
	var parts []string
	for i, c := range names {
		if !kept[i] {
			parts = append(parts, "the change of the name "+c.path+" is missing")
		}
	}
	for _, file := range slices.Sorted(maps.Keys(left)) {
		if left[file] != allRemains {
			parts = append(parts, fmt.Sprintf("what was written to %s is %v", d.named(file), left[file]))
		}
	}
	if parts == nil {
		return "all is there"
	}
	return strings.Join(parts, "; ")
}

// TestCrashStates: what can be there of a file that is replaced, with the syncs that are
// needed and without.
func TestCrashStates(t *testing.T) {
	start := newDisk()
	old := start.newFile()
	start.changeData(dataChange{file: old, text: "old!"})
	start.changeName(nameChange{"f", old})
	const file = 2
	write := operation{data: []dataChange{{file: file, text: "new!"}}, names: []nameChange{{"tmp", file}}}
	rename := operation{names: []nameChange{{"f", file}, {"tmp", noFile}}}
	syncFile, syncFolder := operation{file: file}, operation{folder: "."}
	for _, c := range []struct {
		name string
		done []operation
		ends []string // what f can hold after all
	}{
		{"without a sync", []operation{write, rename}, []string{"", "\x00\x00\x00\x00", "ne", "new!", "old!"}},
		{"with the file's", []operation{write, syncFile, rename}, []string{"new!", "old!"}},
		{"with the folder's", []operation{write, rename, syncFolder}, []string{"", "\x00\x00\x00\x00", "ne", "new!"}},
		{"with both", []operation{write, syncFile, rename, syncFolder}, []string{"new!"}},
		{"with the file's too late", []operation{write, rename, syncFolder, syncFile}, []string{"new!"}},
	} {
		ends, before := map[string]bool{}, map[string]bool{}
		crashStates(start, c.done, func(after int, how string, d *disk) {
			if before[d.text("f")] = true; after == len(c.done) {
				ends[d.text("f")] = true
			}
		})
		if got := slices.Sorted(maps.Keys(ends)); !slices.Equal(got, c.ends) {
			t.Errorf("%s: f is in the end one of %q, want %q", c.name, got, c.ends)
		}
		if torn := before[""] || before["ne"]; torn != (c.name != "with the file's" && c.name != "with both") {
			t.Errorf("%s: f is at times one of %q", c.name, slices.Sorted(maps.Keys(before)))
		}
	}
}

// TestCutAndHole: an end that is cut can lie between writes, and zeros can be before what is
// there.
func TestCutAndHole(t *testing.T) {
	changes := []dataChange{{file: 1, cuts: true}, {file: 1, text: "abc"}, {file: 1, at: 3, text: "d"}, {file: 1, at: 4, text: "efgh"}, {file: 1, at: 8, text: "i"}}
	for r, want := range map[remains]string{allRemains: "abcdefghi", noneRemains: "before", halfRemains: "abcd", zerosRemain: zeros(9), holeRemains: "\x00\x00\x00defghi"} {
		d := newDisk()
		d.changeData(dataChange{file: 1, text: "before"})
		if d.changeAs(r, changes); d.data[1] != want {
			t.Errorf("%v is %q, want %q", r, d.data[1], want)
		}
	}
}
