package listfile_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"gorgan/dataset/listfile"
)

// inUTF16 writes a text as UTF-16, the byte high of a unit first or last.
func inUTF16(text string, highFirst bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		low, high := byte(unit), byte(unit>>8)
		if highFirst {
			low, high = high, low
		}
		b.WriteByte(low)
		b.WriteByte(high)
	}
	return b.String()
}

func TestEncodings(t *testing.T) {
	const text = "path,label\r\nkatze/é 猫 😀.jpg,1\r\nb.jpg,2\r\n"
	const want = "2|katze/é 猫 😀.jpg|1\n3|b.jpg|2\n"
	for _, c := range []struct{ name, text, want, note string }{
		{"UTF-8", text, want, ""},
		{"UTF-8 with a mark", "\ufeff" + text, want, ""},
		{"UTF-16LE", inUTF16(text, false), want, "the text is read as UTF-16"},
		{"UTF-16BE", inUTF16(text, true), want, "the text is read as UTF-16"},
		{"Latin-1", "caf\xe9 \xff.jpg 3\n", "1|café ÿ.jpg|3\n", "the text is read as Latin-1, because it is not UTF-8"},
		{"JSON in UTF-16", inUTF16(`{"labels": [["é.png", 3]]}`, false), "1|é.png|3\n", "UTF-16"},
		{"JSON with a mark", "\ufeff" + `{"labels": [["é.png", 3]]}`, "1|é.png|3\n", ""},
		{"half a pair", "\xff\xfea\x00\x00\xd8", "1|a\ufffd\n", "UTF-16"},
	} {
		list, err := listfile.Parse(iotest.OneByteReader(strings.NewReader(c.text)), all)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := short(list.Entries); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		notes := strings.Join(list.Notes, "\n")
		if says(t, c.name, notes, c.note); c.note == "" && notes != "" {
			t.Errorf("%s: got the notes %q", c.name, notes)
		}
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("a broken disk")
	_, err := listfile.Parse(io.MultiReader(strings.NewReader("a.jpg 1\n"), iotest.ErrReader(broken)), all)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// hostile are texts that could take much more memory than they have bytes. Each is repeated.
var hostile = map[string]struct{ start, repeated, end string }{
	"short lines":      {"", "a\n", ""},
	"short rows":       {"path,label\n", "a,b\n", ""},
	"ragged rows":      {"path,label\n", "a,,b\n", ""},
	"quotes":           {"path,label\n", "\"\n'", ""},
	"escaped quotes":   {"path,label\n", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\"\",\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"\"\"\nc.jpg,d\n", ""},
	"open quotes":      {"path,label\n", "\"a\n", ""},
	"an open quote":    {"path,label\n\"", "a\n", ""},
	"commas":           {"", "a,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n", ""},
	"long rows":        {"", strings.Repeat("a,", 32<<10-1) + "\n", ""},
	"single quotes":    {"path,label\n", strings.Repeat("'a,", 20<<10) + "\n", ""},
	"spaced quotes":    {"", strings.Repeat("a.jpg ", 10<<10) + "\n", ""},
	"Latin-1":          {"", "\xff\n", ""},
	"UTF-16":           {"\xff\xfe", "\xff\xff\n\x00", ""},
	"blank lines":      {"", "\n", ""},
	"comments":         {"a.jpg 1\n", "#\n", ""},
	"open braces":      {"", "{\"\":", ""},
	"open brackets":    {"", "[", ""},
	"empty objects":    {"[", "{},", "{}]"},
	"empty lists":      {"[{\"path\":\"a\"},", "[],", "[]]"},
	"pairs":            {"{\"labels\":[", "[\"\\u0061aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"\\u0062bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"],", "[]]}"},
	"keys":             {"[{\"path\":1", ",\"\":1", "}]"},
	"a long key":       {"{\"", "a", "\":0}"},
	"a long key below": {"[{\"", "a", "\":0}]"},
	"a long element":   {"[[\"", "a", "\",0]]"},
	"lines of JSON":    {"{\"path\":\"a\"}\n", "{}\n", ""},
	"an object":        {"{\"a.jpg\":1", ",\"\\u0061.jpg\":[0]", "}"},
	"a long label":     {"[[\"a\",[0", ",0", "]]]"},
	"numbers":          {"", "1,2,3\n", ""},
}

// TestMemory holds that a list takes what Parse says, and that Parse stops at the limit.
func TestMemory(t *testing.T) {
	const size, slack = 512 << 10, 8 << 20
	for name, h := range hostile {
		text := h.start + strings.Repeat(h.repeated, size/len(h.repeated)) + h.end
		most, last := int64(0), int64(0)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		list, _ := listfile.Parse(strings.NewReader(text), func(bytes int64) bool {
			most, last = max(most, bytes), bytes
			return true
		})
		runtime.GC()
		runtime.ReadMemStats(&after)
		if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > last+64<<10 {
			t.Errorf("%s: the list takes %d bytes, and Parse asked for %d", name, used, last)
		}
		runtime.KeepAlive(list)

		// What is in use at a time is less than what was allocated.
		limit := most / 3
		runtime.ReadMemStats(&before)
		_, err := listfile.Parse(strings.NewReader(text), func(bytes int64) bool { return bytes <= limit })
		runtime.ReadMemStats(&after)
		if allocated := int64(after.TotalAlloc - before.TotalAlloc); !errors.Is(err, listfile.ErrMemory) || allocated > 4*limit+slack {
			t.Errorf("%s: with a limit of %d bytes, Parse allocated %d, error %v", name, limit, allocated, err)
		}
	}
}
