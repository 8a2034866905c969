package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"gorgan/model/run"
)

const (
	// mostStreams is the number of streams at a time. Each costs a connection and a goroutine.
	mostStreams = 256
	// aliveTime is how long a stream may say nothing. A browser that went away without a word is noticed
	// when it is written to.
	aliveTime = 15 * time.Second
	// writeTime is how long a browser may take for what is sent at once.
	writeTime = 10 * time.Second
	// mostLog is how many bytes of the log are sent at once, and at first.
	mostLog = 1 << 16
)

type streamCount struct{ n atomic.Int32 }

// stream follows a run by server-sent events, each with JSON:
//
//   - reset: forget what you have. It is also the first event.
//   - metrics, evaluations: the lines that are new, oldest first
//   - log: text at the end of the log
//   - overview: what a list of runs says of it
//   - end: the server ends. Before that comes what has happened last, such as how the run ended.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	defer s.streams.n.Add(-1)
	if s.streams.n.Add(1) > mostStreams {
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("%d pages follow runs already", mostStreams), http.StatusServiceUnavailable)
		return
	}
	name := r.FormValue("run")
	topic, leave, err := s.topics.follow(name)
	if err != nil {
		refuse(w, err)
		return
	}
	defer leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	c := http.NewResponseController(w)
	var sent follower
	for {
		snap, changed := topic.newest()
		if sent.ending {
			if snap, err = s.runs.snapshot(name); err != nil {
				return
			}
		}
		text, err := sent.events(s.runs, snap)
		if err != nil {
			return
		}
		if sent.ending {
			text = append(text, "event: end\ndata: null\n\n"...)
		}
		// A browser that does not read is dropped. A connection without deadlines is a test's.
		if err := c.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if _, err := w.Write(text); err != nil {
			return
		}
		if err := c.Flush(); err != nil || sent.ending {
			return
		}
		alive := time.NewTimer(aliveTime)
		select {
		case <-r.Context().Done():
			alive.Stop()
			if sent.ending = context.Cause(r.Context()) == errEnding; !sent.ending {
				return // the browser has gone
			}
		case <-changed:
			alive.Stop()
		case <-alive.C:
		}
	}
}

// follower knows what a stream has sent.
type follower struct {
	generation  int64
	metrics     int // lines
	evaluations int
	log         int64 // bytes
	begun       bool
	ending      bool // the server ends, and answers no other request
	pictures    []run.FakesPicture
}

// events returns what is new since the last call, as server-sent events.
func (f *follower) events(runs *runs, s *snapshot) ([]byte, error) {
	var text bytes.Buffer
	event := func(name string, v any) error {
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(&text, "event: %s\ndata: %s\n\n", name, data)
		return err
	}
	var err error
	if !f.begun || f.generation != s.generation {
		*f = follower{generation: s.generation, begun: true, ending: f.ending, pictures: f.pictures, log: max(0, s.logged-mostLog)}
		err = event("reset", nil)
	}
	if err == nil && f.metrics < len(s.measured) {
		err = event("metrics", s.measured[f.metrics:])
		f.metrics = len(s.measured)
	}
	if err == nil && f.evaluations < len(s.evaluated) {
		err = event("evaluations", s.evaluated[f.evaluations:])
		f.evaluations = len(s.evaluated)
	}
	for err == nil && f.log < s.logged {
		lines, end, failed := logPart(runs, s, f.log)
		if err = failed; err != nil || end == f.log {
			break
		}
		f.log = end
		err = event("log", lines)
	}
	if err == nil {
		o := s.overview(time.Now())
		if f.ending {
			o.Pictures = f.pictures // a page can ask for no others
		}
		f.pictures = o.Pictures
		err = event("overview", o)
	}
	return text.Bytes(), err
}

// logPart returns the text of a run's log from a byte on, and the byte behind it. It begins and ends with a whole
// letter. A letter that is half written at the log's end is left for later.
func logPart(runs *runs, s *snapshot, from int64) (text string, end int64, err error) {
	if err := runs.file(s.rel, run.LogFile); err != nil {
		return "", from, err
	}
	f, err := runs.root.Open(path.Join(s.rel, run.LogFile))
	if err != nil {
		return "", from, err
	}
	defer f.Close()
	part := make([]byte, min(s.logged-from, mostLog))
	n, err := f.ReadAt(part, from)
	if err != nil && err != io.EOF {
		return "", from, err
	}
	if part = part[:n]; n == 0 {
		return "", s.logged, nil // it was cut since
	}
	whole := wholeLetters(part)
	end = from + int64(len(whole))
	for from > 0 && len(whole) > 0 && !utf8.RuneStart(whole[0]) {
		whole = whole[1:]
	}
	return string(whole), end, nil
}

// wholeLetters returns text without the beginning of a letter at its end. Bytes that begin no letter stay.
func wholeLetters(text []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return text[:len(text)-n]
			}
			break
		}
	}
	return text
}
