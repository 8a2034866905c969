package report

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// small is a picture of one colour.
func small(t *testing.T, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 2, 2))
	img.SetGray(0, 0, color.Gray{Y: shade})
	var text bytes.Buffer
	if err := png.Encode(&text, img); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// full is a report with all its parts.
func full(t *testing.T) *Report {
	t.Helper()
	h := run.History{Dir: "r", Settings: run.Settings{Data: "/secret/folder/digits", Steps: 400, DisplayEvery: 100, EvaluateMetric: run.ByFrechet, Model: model.Default()}}
	for step := uint32(1); step <= 400; step++ {
		h.Metrics = append(h.Metrics, model.Metrics{Step: step, GLoss: 1 + math.Sin(float64(step)), DLoss: 1.2, DReal: 0.6, DFake: 0.4, Value: -1, JSD: 0.2, Seconds: float64(step)})
	}
	for _, step := range []uint32{200, 400} {
		h.Evaluations = append(h.Evaluations, run.Evaluation{Step: step, Report: evaluate.Report{Count: 1000, Figures: []evaluate.Figure{
			{Name: "frechet_distance", Better: evaluate.Lower, Value: 1000 / float64(step), Floor: 1.25}}}})
	}
	h.Best = &h.Evaluations[1]
	return &Report{
		Name: "run & <script>alert(1)</script>", Data: "digits", Version: "v1", History: h,
		Summary: &run.Summary{Ended: run.Finished, Step: 400, Device: "cpu", Weights: "abc"},
		Fakes:   Picture{small(t, 1), "fake images"}, Reals: Picture{small(t, 2), "real images"},
		Strip:      Strip{[]Frame{{0, Picture{small(t, 3), "step 0"}}, {400, Picture{small(t, 4), "step 400"}}}, "seeds 0 to 3"},
		Neighbours: &Neighbours{[]Pair{{Picture{small(t, 5), "seed 0"}, Picture{small(t, 6), "training image 7"}, 3.25}}, 4.5, "above fakes"},
		Lacking:    []string{"the moon: it is <gone>"},
		Settings:   Settings{"the preset fast", []Setting{{"steps", "400", "8200"}, {"seed", "1", "1"}}},
		Repeat:     []Command{{"the command", "gorgan train --data 'a&b'"}},
		Command:    func(words ...string) string { return "gorgan " + strings.Join(words, " ") },
	}
}

func written(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if n, err := r.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Fatalf("%d bytes of %d, %v", n, b.Len(), err)
	}
	return b.String()
}

// element is an element of the page, with its text.
type element struct {
	xml.StartElement
	text string
}

func (e element) attr(name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// elements parses the page as XML, which is stricter than HTML: each element is closed, in order.
func elements(t *testing.T, page string) (all []*element) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	var open []*element
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%v, in\n%s", err, page)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{StartElement: token.Copy()}
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.text += string(token)
			}
		}
	}
}

// TestPage: the page is well-formed, asks for nothing outside of itself, and shows what the report has.
func TestPage(t *testing.T) {
	page := written(t, full(t))
	if page != written(t, full(t)) {
		t.Error("the same report has other bytes")
	}
	var pictures []string
	for _, e := range elements(t, page) {
		name := e.Name.Local
		if slices.Contains([]string{"script", "iframe", "object", "embed", "form", "base"}, name) {
			t.Errorf("there is a %s", name)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" {
				t.Errorf("%s has %s", name, a.Name.Local)
			}
			if slices.Contains([]string{"src", "href", "srcset", "data", "poster", "action"}, a.Name.Local) && !strings.HasPrefix(a.Value, "data:") {
				t.Errorf("%s asks for %q", name, a.Value)
			}
		}
		if name == "img" {
			text, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(e.attr("src"), "data:image/png;base64,"))
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			pictures = append(pictures, fmt.Sprint(img.At(0, 0).(color.Gray).Y)+" "+e.attr("alt"))
		}
	}
	if got, want := strings.Join(pictures, ", "), "1 fake images, 2 real images, 3 step 0, 4 step 400, 5 seed 0, 6 training image 7"; got != want {
		t.Errorf("pictures %s, want %s", got, want)
	}
	for _, outside := range []string{"url(", "@import", "https:"} {
		if strings.Contains(page, outside) {
			t.Errorf("there is %s", outside)
		}
	}
	if links := strings.Count(page, "http:"); links != strings.Count(page, `xmlns="http://www.w3.org/2000/svg"`) {
		t.Error("there is another address than the name of SVG")
	}
	shown := elements(t, page)[0].text
	for _, want := range []string{"run & <script>alert(1)</script>", "The moon: it is <gone>.", "400 of 400", "8200", "1.25", "2.5", "3.25", "4.5",
		"gorgan train --data 'a&b'", "Seeds 0 to 3.", "1 settings as in the preset fast", "abc", "finished, at step 400", "0.2 nats of at most", "6m40s"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not there", want)
		}
	}
	if strings.Count(page, `class="raw `) != 5 || !strings.Contains(shown, "Thick lines are means") { // three losses, two outputs
		t.Error("there are no values beside the means")
	}
	if strings.Contains(page, "secret") {
		t.Error("the folder of the data is there")
	}
}

// TestPartsLeftOut: a run that has just begun has a page too.
func TestPartsLeftOut(t *testing.T) {
	r := &Report{Name: "r", History: run.History{Settings: run.Settings{Steps: 10, Device: "auto", Model: model.Default()}}, Command: full(t).Command}
	page := written(t, r)
	shown := elements(t, page)[0].text
	for _, want := range []string{"0 of 10", "was not evaluated", "the run trains, or was killed"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, lack := range []string{"<svg", "<img", "NaN", "Nearest", "<h2>Warnings"} {
		if strings.Contains(page, lack) {
			t.Errorf("%q is there", lack)
		}
	}
}

// TestWarnings: a warning of the run stands at the top.
func TestWarnings(t *testing.T) {
	r := full(t)
	for i := range r.History.Metrics {
		m := &r.History.Metrics[i]
		m.Step, m.DLoss, m.GLoss = m.Step*100, 0.001, 9
	}
	page := written(t, r)
	at, images := strings.Index(page, "<h2>Warnings</h2>"), strings.Index(page, "<h2>The images</h2>")
	if at < 0 || at > images || !strings.Contains(page, "the discriminator has won: since step 100") {
		t.Errorf("a warning at %d, images at %d", at, images)
	}
}

// TestFails: an error of the writer is returned.
func TestFails(t *testing.T) {
	if _, err := full(t).WriteTo(failing{}); err == nil {
		t.Error("no error")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// box is where a label stands.
type box struct{ left, right, top, bottom float64 }

// boxes returns the places of the labels of a chart. A letter is taken to be 0.6 em wide, and an em
// high, which is more than usual fonts have for digits.
func boxes(t *testing.T, svg string) (all []box) {
	t.Helper()
	for _, e := range elements(t, svg) {
		if e.Name.Local != "text" {
			continue
		}
		x, err := strconv.ParseFloat(e.attr("x"), 64)
		if err != nil {
			t.Fatal(err)
		}
		y, err := strconv.ParseFloat(e.attr("y"), 64)
		if err != nil {
			t.Fatal(err)
		}
		width := 0.6 * 13 * float64(len(e.text))
		b := box{x - width/2, x + width/2, y - 0.75*13, y + 0.25*13}
		if e.attr("text-anchor") == "end" {
			b.left, b.right = x-width, x
		}
		all = append(all, b)
	}
	return all
}

var place = regexp.MustCompile(`[ML](-?[0-9.]+) (-?[0-9.]+)`)

// TestLabelsApart: whatever the values, no label of a chart overlaps another, each axis has two or more,
// and nothing stands outside of the chart.
func TestLabelsApart(t *testing.T) {
	const touch = 1e-9 // labels may touch, and places are rounded
	rapid.Check(t, func(rt *rapid.T) {
		scale := math.Pow(10, float64(rapid.IntRange(-9, 9).Draw(rt, "exponent")))
		offset := rapid.Float64Range(-10, 10).Draw(rt, "offset") * scale
		end := rapid.IntRange(1, 2_000_000_000).Draw(rt, "steps")
		n := rapid.IntRange(1, 600).Draw(rt, "points")
		var points []struct{ X, Y float64 }
		c := chart{steps: float64(end)}
		s := series{name: "s"}
		for i := range n {
			v := offset + scale*rapid.Float64Range(-5, 5).Draw(rt, "value")
			if rapid.IntRange(0, 40).Draw(rt, "odd") == 0 {
				v = rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 0, 1e12 * scale}).Draw(rt, "odd value")
			}
			points = append(points, struct{ X, Y float64 }{float64(end) * float64(i+1) / float64(n), v})
		}
		for _, p := range points {
			s.points = append(s.points, p)
		}
		c.add(s)
		if len(c.series) == 0 {
			return
		}
		svg := c.svg()
		all := boxes(t, svg)
		for i, b := range all {
			if b.left < 0 || b.right > chartWidth || b.top < 0 || b.bottom > chartHeight {
				rt.Fatalf("a label at %v, in\n%s", b, svg)
			}
			for _, other := range all[:i] {
				if b.left < other.right-touch && other.left < b.right-touch && b.top < other.bottom-touch && other.top < b.bottom-touch {
					rt.Fatalf("labels at %v and %v, in\n%s", b, other, svg)
				}
			}
		}
		if a := c.axes(); len(a.xTicks) < 2 || len(a.yTicks) < 2 {
			rt.Fatalf("%d and %d labels, in\n%s", len(a.xTicks), len(a.yTicks), svg)
		}
		for _, m := range place.FindAllStringSubmatch(svg, -1) {
			x, _ := strconv.ParseFloat(m[1], 64)
			y, _ := strconv.ParseFloat(m[2], 64)
			if !(x >= 0 && x <= chartWidth && y >= 0 && y <= chartHeight) {
				rt.Fatalf("a point at %v, %v, in\n%s", x, y, svg)
			}
		}
	})
}

// TestPlaces: points of a chart lie where its labels say, on linear and on logarithmic axes.
func TestPlaces(t *testing.T) {
	for name, values := range map[string][]float64{"linear": {0, 1, 2, 4}, "negative": {-3, 5}, "logarithmic": {1, 10, 1000}, "the same": {3, 3}, "zero": {0, 0}} {
		c := chart{steps: 100}
		s := series{name: "s"}
		for i, v := range values {
			s.points = append(s.points, struct{ X, Y float64 }{float64(100 * i / (len(values) - 1)), v})
		}
		c.add(s)
		a := c.axes()
		if a.log != (name == "logarithmic") {
			t.Errorf("%s: a logarithmic axis: %v", name, a.log)
		}
		for i, tick := range a.yTicks {
			if i > 0 && a.y(tick.Value) >= a.y(a.yTicks[i-1].Value) {
				t.Errorf("%s: %s is not above %s", name, tick.Label, a.yTicks[i-1].Label)
			}
			if v, err := strconv.ParseFloat(tick.Label, 64); err == nil && math.Abs(v-tick.Value) > 1e-9 {
				t.Errorf("%s: %v is labelled %s", name, tick.Value, tick.Label)
			}
		}
		if a.log { // equal factors are equal ways
			if up, again := a.y(10)-a.y(1), a.y(1000)-a.y(100); math.Abs(up-again) > 1e-9 {
				t.Errorf("a factor of ten is %v and %v high", up, again)
			}
		} else if up, again := a.y(1)-a.y(0), a.y(2)-a.y(1); math.Abs(up-again) > 1e-9 {
			t.Errorf("%s: 1 is %v and %v high", name, up, again)
		}
	}
}

// TestCharts: each curve of loss.png has one here, a critic has no 1/2, and a figure stands beside its
// floor.
func TestCharts(t *testing.T) {
	h := full(t).History
	of := map[string][]string{}
	for _, c := range charts(h) {
		for _, s := range c.series {
			of[c.title] = append(of[c.title], s.name)
		}
	}
	var curves []string
	for _, c := range run.Curves(h.Metrics) {
		curves = append(curves, c.Name)
	}
	if len(curves) != 5 || !slices.Equal(of["Losses"], curves) {
		t.Errorf("curves %v, want %v", of["Losses"], curves)
	}
	if got := len(of["The discriminator's output"]); got != 3 {
		t.Errorf("%d curves of D's outputs, want 3", got)
	}
	if got := of["frechet_distance"]; !slices.Equal(got, []string{"fake images", "real images, the floor"}) {
		t.Errorf("curves of a figure %v", got)
	}
	h.Settings.Model.Loss = "wgan-gp"
	if c := outputs(h); len(c.series) != 2 || c.shares {
		t.Errorf("a critic's outputs: %d curves on an axis of shares: %v", len(c.series), c.shares)
	}
}
