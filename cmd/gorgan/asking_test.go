package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// askPages runs a command that serves pages, as a program of its own, asks it for one, ends it with SIGINT and wants the
// exit code 0: ask FILE PATH COMMAND... The file gets the code of the answer, what the command said before, a line with the
// address of the pages, and the answer. $pages in PATH is what follows the address's host.
func askPages(ts *testscript.TestScript, _ bool, args []string) {
	if runtime.GOOS == "windows" {
		ts.Fatalf("there is no SIGINT to send here")
	}
	program := ""
	for dir := range strings.SplitSeq(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if path := filepath.Join(dir, args[2]); program == "" && exists(path) {
			program = path
		}
	}
	c := exec.Command(program, args[3:]...)
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", tokenVar} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	said, err := c.StdoutPipe()
	ts.Check(err)
	c.Stderr = c.Stdout
	ts.Check(c.Start())
	defer time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() }).Stop()
	lines := bufio.NewScanner(said)
	address, before := "", ""
	for lines.Scan() {
		if m := pagesLine.FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
			break
		}
		before += lines.Text() + "\n"
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	base := regexp.MustCompile(`^http://[^/]+`).FindString(address)
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	client := http.Client{Jar: jar, Timeout: time.Minute}
	answer, err := client.Get(base + strings.ReplaceAll(args[1], "$pages", strings.TrimPrefix(address, base)))
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(c.Process.Signal(os.Interrupt))
	if err := c.Wait(); err != nil {
		ts.Fatalf("%v ended with %v", args[2:], err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), fmt.Appendf(nil, "%d\n%s%s\n%s\n", answer.StatusCode, before, address, text), 0o666))
}
