// Package report writes one HTML file about a run, for people who have no gorgan. The file holds all
// it shows: it has no script, and a browser makes no request for it.
package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"gorgan/model/run"
)

var (
	//go:embed page.html
	pageText string
	//go:embed style.css
	styleText string
)

// Report is what the file shows. An empty field leaves its part out, or says that it is missing.
type Report struct {
	Name    string // of the run
	Data    string // a short name of the images
	Version string // of the program that writes the report
	History run.History
	Summary *run.Summary // nil if the run has not ended

	Fakes Picture // the newest ones of the fixed seeds
	Reals Picture
	Strip Strip

	Neighbours *Neighbours
	Lacking    []string // a sentence for each part that is missing

	Settings Settings
	Repeat   []Command
	// Command returns a line that runs gorgan with words.
	Command func(words ...string) string
}

// Picture is a PNG file. An empty one is left out.
type Picture struct {
	PNG []byte
	Of  string // what it shows
}

// URL holds the whole picture.
func (p Picture) URL() template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(p.PNG))
}

// Strip is the images of the same seeds over the steps.
type Strip struct {
	Frames []Frame
	Note   string // what the columns are
}

// Frame is the images of a strip at one step, side by side.
type Frame struct {
	Step uint32
	Picture
}

// Neighbours are fake images, each beside the training image nearest to it.
type Neighbours struct {
	Pairs   []Pair
	Typical float64 // the median distance of held-out images from their nearest training image
	Note    string  // which images these are
}

// Pair is a fake image and the nearest training image.
type Pair struct {
	Fake, Real Picture
	Distance   float64 // Euclidean distance, of pixels in [0,1]
}

// Settings are the settings of the run beside those of Base.
type Settings struct {
	Base string // "the preset fast"
	All  []Setting
}

// Setting is a setting as its flag takes it.
type Setting struct{ Name, Value, Base string }

// Differs reports whether the setting is not that of the base.
func (s Setting) Differs() bool { return s.Value != s.Base }

// Differing returns the settings that are not those of the base.
func (s Settings) Differing() []Setting { return s.some(Setting.Differs) }

// Same returns the settings that are those of the base.
func (s Settings) Same() []Setting { return s.some(func(s Setting) bool { return !s.Differs() }) }

func (s Settings) some(is func(Setting) bool) (some []Setting) {
	for _, one := range s.All {
		if is(one) {
			some = append(some, one)
		}
	}
	return some
}

// Table are rows of settings, with the name of the base.
type Table struct {
	Base string
	Rows []Setting
}

// Table returns rows as a table.
func (s Settings) Table(rows []Setting) Table { return Table{s.Base, rows} }

// Command is a command line and what it does.
type Command struct{ Does, Line string }

// Fact is a line of a table with a name and a value.
type Fact struct{ Name, Value string }

// WriteTo writes the file. It returns the number of bytes and the error of w.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"number": func(v float64) string { return fmt.Sprintf("%.4g", v) },
		"title":  title,
	}).Parse(pageText)
	if err != nil {
		return 0, fmt.Errorf("report: %w", err)
	}
	counted := &counter{to: w}
	err = t.Execute(counted, page{r, template.CSS(styleText)})
	return counted.n, err
}

// counter counts the bytes that it passes on.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// title begins a sentence with a capital letter, unless it begins with the name of a figure.
func title(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if text == "" || strings.Contains(first, "_") {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
