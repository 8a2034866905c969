package main

import (
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gorgan/dataset/atomicfile"
)

// limitSources returns the limits that Linux sets for a process and its group.
func limitSources() memorySources {
	return memorySources{
		{"limit of this process, ulimit -v", addressSpaceLeft},
		{"limit of this container or control group", func() (int64, bool) { return groupLeft("/") }},
	}
}

// addressSpaceLeft returns the bytes that RLIMIT_AS leaves.
func addressSpaceLeft() (int64, bool) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &limit); err != nil || limit.Cur > math.MaxInt64 {
		return 0, false
	}
	words := strings.Fields(systemText("/proc/self/statm")) // the first is the pages of all mappings
	if len(words) == 0 {
		return 0, false
	}
	pages, err := strconv.ParseInt(words[0], 10, 64)
	return int64(limit.Cur) - pages*int64(os.Getpagesize()), err == nil
}

// groupFiles has the names of a control group's files, by version.
type groupFiles struct {
	mount, limit, usage string
	cache               [2]string // of memory.stat: pages of files, which give way
}

var (
	unifiedGroup = groupFiles{"sys/fs/cgroup", "memory.max", "memory.current", [2]string{"inactive_file", "active_file"}}
	memoryGroup  = groupFiles{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
		[2]string{"total_inactive_file", "total_active_file"}}
)

// groupLeft returns the bytes that the control groups of this process leave. It takes the
// tightest of the process's group and those above it. A container may not see the folder of its
// own group; then it sees the group as the root. root is the folder that holds /proc and /sys.
func groupLeft(root string) (least int64, ok bool) {
	for line := range strings.Lines(systemText(filepath.Join(root, "proc/self/cgroup"))) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, found := strings.Cut(rest, ":")
		files := memoryGroup
		switch {
		case !found:
			continue
		case id == "0" && controllers == "":
			files = unifiedGroup
		case controllers != "memory" && !strings.Contains(","+controllers+",", ",memory,"):
			continue
		}
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			if left, limited := files.left(filepath.Join(root, files.mount, group)); limited && (!ok || left < least) {
				least, ok = left, true
			}
			if group == "/" {
				break
			}
		}
	}
	return least, ok
}

// left returns the bytes that the group in dir may still take. Cached pages of files do not
// count as used.
func (f groupFiles) left(dir string) (int64, bool) {
	limit, ok := number(systemText(filepath.Join(dir, f.limit)))
	used, known := number(systemText(filepath.Join(dir, f.usage)))
	if !ok || !known || limit >= math.MaxInt64>>1 { // version 1 writes "none" as a huge number
		return 0, false
	}
	for line := range strings.Lines(systemText(filepath.Join(dir, "memory.stat"))) {
		if name, value, _ := strings.Cut(line, " "); name == f.cache[0] || name == f.cache[1] {
			cached, _ := number(value)
			used -= cached
		}
	}
	return limit - max(used, 0), true
}

func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	return n, err == nil // "max" is no number
}

// systemText returns a small file of /proc or /sys, or "" if it cannot be read.
func systemText(path string) string {
	b, _ := atomicfile.Read(path, 1<<20)
	return string(b)
}
