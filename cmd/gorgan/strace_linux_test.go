package main

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tracedCalls are the system calls that change files or bring them to the disk, and those
// that open them. The ones that straceArgs has and operations does not know are errors when
// they are about a file of the run: a recorded sequence has no gaps.
const tracedCalls = "?open,openat,openat2,?creat,write,writev,pwrite64,pwritev,pwritev2,truncate,ftruncate,fallocate," +
	"fsync,fdatasync,sync,syncfs,sync_file_range,?rename,renameat,renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat," +
	"?rmdir,?mkdir,mkdirat,lseek,dup,?dup2,dup3,sendfile,copy_file_range,splice"

// straceArgs have strace write all threads' calls to a file: with the paths of descriptors,
// every string whole, and each byte of it as \xHH.
func straceArgs(file string) []string {
	return []string{"-f", "-y", "-xx", "-s", "16777216", "-e", "trace=" + tracedCalls, "-e", "signal=none", "-o", file}
}

// call is a system call that succeeded.
type call struct {
	name   string
	args   []string
	result string
}

var (
	callLine    = regexp.MustCompile(`^\d+ +(\w+)\((.*)\) += (.*)$`)
	begunLine   = regexp.MustCompile(`^(\d+) +(\w+\(.*?),? *<unfinished \.\.\.>$`)
	resumedLine = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>,? ?(.*)$`)
	otherLine   = regexp.MustCompile(`^\d+ +(\+\+\+|---) `)
)

// parseStrace reads what strace wrote. A call that was interrupted by that of another thread
// takes its place where it ended.
func parseStrace(r io.Reader) (calls []call, err error) {
	begun := map[string]string{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		line := lines.Text()
		if m := begunLine.FindStringSubmatch(line); m != nil {
			begun[m[1]] = m[2]
			continue
		}
		if m := resumedLine.FindStringSubmatch(line); m != nil {
			first, ok := begun[m[1]]
			if !ok {
				return nil, fmt.Errorf("a call ends that did not begin: %.200s", line)
			}
			delete(begun, m[1])
			if !strings.HasSuffix(first, "(") && !strings.HasPrefix(m[2], ")") {
				first += ", "
			}
			line = m[1] + " " + first + m[2]
		}
		m := callLine.FindStringSubmatch(line)
		if m == nil {
			if otherLine.MatchString(line) {
				continue
			}
			return nil, fmt.Errorf("not a line of strace: %.200s", line)
		}
		if strings.HasPrefix(m[3], "-1 ") || strings.HasPrefix(m[3], "?") {
			continue // it failed, or is begun again after a signal
		}
		var args []string
		if m[2] != "" {
			args = strings.Split(m[2], ", ") // no string has a comma, as bytes are \xHH
		}
		calls = append(calls, call{m[1], args, m[3]})
	}
	return calls, lines.Err()
}

// text is a string among the arguments.
func (c call) text(n int) (string, error) {
	text, err := strconv.Unquote(c.args[n])
	if err != nil {
		return "", fmt.Errorf("%s: %.200s is no whole string: %w", c.name, c.args[n], err)
	}
	return text, nil
}

// descriptor splits 5</path> into number and path, and AT_FDCWD</path>.
func descriptor(arg string) (number, path string, err error) {
	number, path, _ = strings.Cut(strings.TrimSuffix(arg, ">"), "<")
	path, err = strconv.Unquote(`"` + path + `"`)
	return number, path, err
}

// pathAt is the path that two arguments name: the folder's descriptor and a path in it.
func (c call) pathAt(n int) (string, error) {
	_, folder, err := descriptor(c.args[n])
	if err != nil {
		return "", err
	}
	path, err := c.text(n + 1)
	if err != nil || filepath.IsAbs(path) {
		return filepath.Clean(path), err
	}
	return filepath.Join(folder, path), nil
}

// escaped is a string as strace writes it.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return b.String()
}

// TestStrace: lines as strace 6.1 writes them, with calls of two threads at once, one that a
// signal interrupted and one that failed.
func TestStrace(t *testing.T) {
	const lines = `14147 openat(AT_FDCWD<\x2f\x72>, "\x61\x0a\x22", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 5<\x2f\x72\x2f\x61>
14150 openat(AT_FDCWD<\x2f\x72>, "\x62", O_RDONLY|O_CLOEXEC <unfinished ...>
14147 write(5<\x2f\x72\x2f\x61>, "\x00\xff\x2c\x20\x29", 5) = 5
14150 <... openat resumed>)             = 8<\x2f\x72\x2f\x62>
14147 fsync(5<\x2f\x72\x2f\x61> <unfinished ...>
14150 --- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=1, si_uid=0} ---
14147 <... fsync resumed>)              = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
14147 openat(AT_FDCWD<\x2f\x72>, "\x63", O_RDONLY) = -1 ENOENT (No such file or directory)
14147 write(5<\x2f\x72\x2f\x61>,  <unfinished ...>
14147 <... write resumed>"\x61", 1)     = 1
14150 sync( <unfinished ...>
14150 <... sync resumed>)               = 0
14147 +++ exited with 0 +++
`
	calls, err := parseStrace(strings.NewReader(lines))
	must(t, err)
	var got []string
	for _, c := range calls {
		got = append(got, fmt.Sprintf("%s/%d=%s", c.name, len(c.args), c.result))
	}
	want := []string{`openat/4=5<\x2f\x72\x2f\x61>`, `write/3=5`, `openat/3=8<\x2f\x72\x2f\x62>`, `write/3=1`, `sync/0=0`}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if path, err := calls[0].pathAt(0); path != "/r/a\n\"" || err != nil {
		t.Errorf("the path is %q, %v", path, err)
	}
	if text, err := calls[1].text(1); text != "\x00\xff, )" || err != nil {
		t.Errorf("what is written is %q, %v", text, err)
	}
	if number, path, err := descriptor(calls[2].result); number != "8" || path != "/r/b" || err != nil {
		t.Errorf("the descriptor is %q of %q, %v", number, path, err)
	}
	for _, bad := range []string{"14147 write(5", "14147 <... write resumed>) = 0", "strace: no such file"} {
		if _, err := parseStrace(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken for a line", bad)
		}
	}
	if _, err := (call{name: "write", args: []string{"", `"\x61"...`}}).text(1); err == nil {
		t.Error("a string that is cut short is taken for a whole one")
	}
}
