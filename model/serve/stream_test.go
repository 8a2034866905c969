package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"gorgan/model"
	"gorgan/model/run"
)

// listener reads the events of a stream.
type listener struct {
	testing.TB
	lines *bufio.Scanner
	end   context.CancelFunc
}

// listen opens a stream of a run.
func listen(t testing.TB, at, name string) *listener {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, "GET", at+"/api/stream?run="+name, nil)
	must(t, err)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("a stream: %d %s", answer.StatusCode, kind)
	}
	t.Cleanup(func() { end(); answer.Body.Close() })
	l := &listener{t, bufio.NewScanner(answer.Body), end}
	l.lines.Buffer(nil, 1<<22)
	return l
}

// next returns the next event.
func (l *listener) next() (name, data string) {
	l.Helper()
	for l.lines.Scan() {
		switch line := l.lines.Text(); {
		case line == "":
			return name, data
		case strings.HasPrefix(line, "event: "):
			name = line[7:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		default:
			l.Fatalf("line %q", line)
		}
	}
	l.Fatalf("the stream ends: %v", l.lines.Err())
	return
}

// batch returns the events up to an overview.
func (l *listener) batch() map[string]string {
	l.Helper()
	all := map[string]string{}
	for {
		name, data := l.next()
		if all[name] = data; name == "overview" {
			return all
		}
	}
}

func steps(t testing.TB, data string) (all []uint32) {
	t.Helper()
	var lines []model.Metrics
	must(t, json.Unmarshal([]byte(data), &lines))
	for _, m := range lines {
		all = append(all, m.Step)
	}
	return all
}

func add(t testing.TB, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = io.WriteString(f, text)
	must(t, err)
	must(t, f.Close())
}

// goOnTo makes a run one that goes on to a step.
func goOnTo(t testing.TB, dir string, step int) {
	t.Helper()
	path := filepath.Join(dir, run.SettingsFile)
	text, err := os.ReadFile(path)
	must(t, err)
	longer := regexp.MustCompile(`"steps": \d+`).ReplaceAll(text, fmt.Appendf(nil, `"steps": %d`, step))
	must(t, os.WriteFile(path, longer, 0o666))
}

// TestStream: a stream begins with all there is, goes on with what is new, and begins again when lines are gone.
func TestStream(t *testing.T) {
	dir := testRuns(t)
	goOnTo(t, filepath.Join(dir, "a"), 20)
	_, at := newServer(t, dir, nil)
	l := listen(t, at, "a")
	first := l.batch()
	if got := steps(t, first["metrics"]); !slices.Equal(got, []uint32{1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("at first steps %v", got)
	}
	var log string
	must(t, json.Unmarshal([]byte(first["log"]), &log))
	if _, reset := first["reset"]; !reset || log != "one line\nand another, with ü\n" {
		t.Errorf("at first %v", first)
	}
	path := func(name string) string { return filepath.Join(dir, "a", name) }
	// Half a line is none.
	add(t, path(run.MetricsFile), `{"step":10,"g_loss":`)
	add(t, path(run.LogFile), "new\n")
	next := l.batch()
	if _, reset := next["reset"]; reset || next["metrics"] != "" || next["log"] != `"new\n"` {
		t.Errorf("then %v", next)
	}
	add(t, path(run.MetricsFile), `5}`+"\n")
	if next = l.batch(); !slices.Equal(steps(t, next["metrics"]), []uint32{10}) || next["log"] != "" {
		t.Errorf("then %v", next)
	}
	// A resume from step 4 drops the lines behind it.
	text, err := os.ReadFile(path(run.MetricsFile))
	must(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	must(t, os.WriteFile(path(run.MetricsFile)+".new", []byte(strings.Join(lines[:4], "")), 0o666))
	must(t, os.Rename(path(run.MetricsFile)+".new", path(run.MetricsFile)))
	next = l.batch()
	if _, reset := next["reset"]; !reset || !slices.Equal(steps(t, next["metrics"]), []uint32{1, 2, 3, 4}) {
		t.Errorf("after a resume %v", next)
	}
}

// TestSlowReader: who does not read holds up nobody, and is dropped.
func TestSlowReader(t *testing.T) {
	dir := testRuns(t)
	goOnTo(t, filepath.Join(dir, "a"), 20)
	s, at := newServer(t, dir, nil)
	for range 5 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(at, "http://"))
		must(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "GET /api/stream?run=a HTTP/1.1\r\nHost: localhost\r\n\r\n")
		must(t, err)
	}
	l := listen(t, at, "a")
	l.batch()
	for step := 10; step < 13; step++ {
		// More than the buffers of a connection, so that those who do not read block.
		add(t, filepath.Join(dir, "a", run.LogFile), strings.Repeat(strings.Repeat("x", 99)+"\n", 40_000))
		add(t, filepath.Join(dir, "a", run.MetricsFile), fmt.Sprintf(`{"step":%d}`+"\n", step))
		for want := uint32(step); ; {
			if got := steps(t, orEmpty(l.batch()["metrics"])); len(got) > 0 && got[len(got)-1] == want {
				break
			}
		}
	}
	// The others go when their time is over, or with the server.
	if n := s.streams.n.Load(); n > 6 {
		t.Errorf("%d streams, want 6 at most", n)
	}
}

func orEmpty(data string) string {
	if data == "" {
		return "[]"
	}
	return data
}

// TestShutdown: the end of the context ends streams and server, and nothing is left.
func TestShutdown(t *testing.T) {
	dir := testRuns(t)
	http.DefaultClient.CloseIdleConnections()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, err := New(Options{Runs: dir, Address: "127.0.0.1:0"})
	must(t, err)
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, socket) }()
	at := "http://" + socket.Addr().String()
	var all []*listener
	for range 3 {
		l := listen(t, at, "a")
		l.batch()
		all = append(all, l)
	}
	asked(t, at+"/api/image?run=a&step=9&seeds=1")
	began := time.Now()
	add(t, filepath.Join(dir, "a", run.LogFile), "the last line\n")
	end()
	if err := <-ended; err != nil || time.Since(began) > shutdownTime {
		t.Errorf("Serve ends with %v after %v", err, time.Since(began))
	}
	for _, l := range all {
		// What came last is told: the poll may not have seen it.
		if last := l.batch(); !strings.Contains(last["log"], "the last line") {
			t.Errorf("at the end: %v", last)
		}
		if name, _ := l.next(); name != "end" {
			t.Errorf("the last event is %s", name)
		}
		for l.lines.Scan() {
		}
		l.end()
	}
	must(t, s.Close())
	if n := s.streams.n.Load(); n != 0 {
		t.Errorf("%d streams are left", n)
	}
	if _, err := net.Dial("tcp", socket.Addr().String()); err == nil {
		t.Error("the socket is open")
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestManyStreams: there is a limit.
func TestManyStreams(t *testing.T) {
	s, at := newServer(t, testRuns(t), nil)
	s.streams.n.Store(mostStreams)
	if code, header, _ := ask(t, at+"/api/stream?run=a"); code != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d", code)
	}
	s.streams.n.Store(0)
	listen(t, at, "a").batch()
}

// TestLogLetters: the parts of a log are whole letters, and together the log. Half a letter at its end is left for later.
func TestLogLetters(t *testing.T) {
	dir := testRuns(t)
	s, _ := newServer(t, dir, nil)
	for shift := range 4 {
		text := strings.Repeat("x", shift) + strings.Repeat("€", mostLog) // three bytes each
		for _, half := range []string{"", "\xe2", "\xe2\x82"} {
			must(t, os.WriteFile(filepath.Join(dir, "a", run.LogFile), []byte(text+half), 0o666))
			snap, err := s.runs.snapshot("a")
			must(t, err)
			var all strings.Builder
			from := int64(0)
			for from < int64(len(text)) {
				part, end, err := logPart(s.runs, snap, from)
				must(t, err)
				if !utf8.ValidString(part) || end != from+int64(len(part)) {
					t.Fatalf("shift %d: bytes %d to %d are %d bytes %.9q...%q", shift, from, end, len(part), part, part[max(0, len(part)-9):])
				}
				all.WriteString(part)
				from = end
			}
			if all.String() != text || from != int64(len(text)) {
				t.Errorf("shift %d: %d bytes are sent, want %d", shift, from, len(text))
			}
			sent := follower{}
			if _, err := sent.events(s.runs, snap); err != nil || sent.log != from {
				t.Errorf("shift %d: a page has %d bytes, want %d: %v", shift, sent.log, from, err)
			}
		}
	}
}
