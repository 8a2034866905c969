package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// said is what a command has written so far.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

var pagesLine = regexp.MustCompile(`(?m)^pages: (http://\S+)$`)

// serving runs a command that serves pages until end is called. It returns their address. end returns the exit code.
func serving(t *testing.T, line string) (address string, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all said
	code := make(chan int, 1)
	go func() { code <- execute(ctx, strings.Fields("gorgan "+line), &all, &all) }()
	end = sync.OnceValue(func() int { cancel(); return <-code })
	t.Cleanup(func() { end() })
	for range 600 {
		if m := pagesLine.FindStringSubmatch(all.String()); m != nil {
			return m[1], end
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s serves no pages; it said\n%s", line, all.String())
	return "", nil
}

// trained makes the runs one and two in a folder, with another seed and loss. two has classes.
func trainedPair(t *testing.T) (dir string) {
	t.Helper()
	list, dir := tinyList(t), t.TempDir()
	for _, line := range []string{"--out " + filepath.Join(dir, "one"), "--loss hinge --seed 2 --classes 10 --out " + filepath.Join(dir, "two")} {
		var all said
		if code := execute(t.Context(), strings.Fields("gorgan train --steps 60 --display-every 10 --save-every 20 --data "+list+" "+small+" "+line), io.Discard, &all); code != 0 {
			t.Fatalf("train %s ended with %d: %s", line, code, all.String())
		}
	}
	return dir
}

// painted is true if the first chart of the page has pixels.
const painted = `[...document.querySelectorAll("#curves canvas")].some(c => c.width > 0 && c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some(v => v > 0))`

// newestStep is the step of the newest row of the page's numbers.
const newestStep = `Number((document.querySelector("#numbers tbody td")?.textContent ?? "0").replaceAll(",", ""))`

// TestPageOfLiveRun: the points of a run that trains arrive on its page, and the page tells when the run is gone.
func TestPageOfLiveRun(t *testing.T) {
	browserPath(t)
	dir := t.TempDir()
	address, end := serving(t, "train --serve --address 127.0.0.1:0 --steps 4000000 --display-every 2000 --data "+tinyList(t)+" "+small+" --out "+filepath.Join(dir, "live"))
	p := openBrowser(t, address)
	p.open("/")
	p.until(`document.querySelector("a[href='/run?run=live']")`)
	p.do("choose the run", chromedp.Click(chromedp.CSS("a[href='/run?run=live']")))
	p.until(newestStep + " > 0")
	p.until(painted)
	p.until(`document.querySelector(".badge.training")`)
	first := value[float64](p, newestStep)
	p.until(fmt.Sprintf("%s > %v", newestStep, first))
	second := value[float64](p, newestStep)
	p.until(fmt.Sprintf("%s > %v", newestStep, second))
	p.until(`document.querySelector("#curves .u-value").textContent === document.querySelector("#numbers tbody td").textContent`) // the legend has the newest step
	p.until(`document.querySelector(".film img").naturalWidth > 0 && document.querySelectorAll(".film img")[1].naturalWidth > 0`)
	p.until(`document.getElementById("log").textContent.includes("step:2000----")`)
	if value[bool](p, `document.getElementById("log").textContent.includes("pages:")`) {
		t.Error("the log has the address of the pages, which can have the token")
	}
	p.do("end", chromedp.Func(func(context.Context, *chromedp.Target) error {
		if code := end(); code != exitInterrupted {
			return fmt.Errorf("train ended with %d", code)
		}
		return nil
	}))
	p.until(`document.getElementById("fault").textContent.includes("The server has ended")`)
	p.until(`document.querySelector(".badge.interrupted")`) // how the run ended came before
}

// TestRunPage: zoom by mouse and keys, smoothing, the film strip, evaluations beside floors, settings and log.
func TestRunPage(t *testing.T) {
	browserPath(t)
	dir := trainedPair(t)
	must(t, os.WriteFile(filepath.Join(dir, "one", "evaluations.jsonl"), []byte(`{"step":20,"count":100,"figures":[{"name":"frechet_distance","better":"lower","value":7.5,"floor":1.5},{"name":"parzen","value":3,"floor":4}]}
{"step":40,"count":100,"figures":[{"name":"frechet_distance","better":"lower","value":6.25,"floor":1.5},{"name":"parzen","value":3.5,"floor":4}]}
`), 0o666))
	address, _ := serving(t, "serve "+dir+" --address 127.0.0.1:0")
	p := openBrowser(t, address)
	p.open("/run?run=one")
	p.until(newestStep + " === 60")
	p.until(painted)

	all := `document.querySelector("#tools button").disabled`
	box := value[map[string]float64](p, `(() => { const b = document.querySelector("#curves .u-over").getBoundingClientRect(); return {x: b.x, y: b.y, w: b.width, h: b.height}; })()`)
	y := box["y"] + box["h"]/2
	p.do("drag over a chart", chromedp.MouseEvent("mousePressed", box["x"]+box["w"]*.2, y, chromedp.ClickCount(1), chromedp.Button("left")),
		chromedp.MouseEvent("mouseMoved", box["x"]+box["w"]*.4, y, chromedp.Button("left")), chromedp.MouseEvent("mouseMoved", box["x"]+box["w"]*.6, y, chromedp.Button("left")),
		chromedp.MouseEvent("mouseReleased", box["x"]+box["w"]*.6, y, chromedp.ClickCount(1), chromedp.Button("left")))
	p.until("!" + all)
	p.do("show all", chromedp.Click(chromedp.CSS("#tools button")))
	p.until(all)
	p.do("zoom by key", chromedp.Focus(chromedp.CSS("#curves .plot")), chromedp.KeyEvent("+"))
	p.until("!" + all)
	p.do("and back", chromedp.KeyEvent("0"))
	p.until(all)

	p.until(`document.querySelector(".film img").naturalWidth > 0`)
	p.do("the strip's first picture", chromedp.Focus(chromedp.CSS(".film input")), chromedp.KeyEvent(kb.Home))
	p.until(`document.querySelector(".film figcaption").textContent === "Fake images, before training"`)
	p.do("play", chromedp.Click(chromedp.CSS(".film button")))
	p.until(`document.querySelector(".film figcaption").textContent === "Fake images, step 60"`)

	row := value[string](p, `document.querySelector("#evaluations tbody tr").innerText.replace(/\s+/g, " ")`)
	if !strings.HasPrefix(row, "Fréchet distance 6.25 1.5 6.25 ↓ lower") {
		t.Errorf("the first figure is %q", row)
	}
	settings := value[string](p, `document.getElementById("settings").innerText`)
	for _, want := range []string{"noise_dim\t8\t100", "steps\t60\t15000"} {
		if !strings.Contains(settings, want) {
			t.Errorf("the settings lack %q:\n%s", want, settings)
		}
	}
	p.until(`document.getElementById("log").textContent.includes("optimization finished")`)
}

// TestComparePage: two runs of the list are laid over each other.
func TestComparePage(t *testing.T) {
	browserPath(t)
	address, _ := serving(t, "serve "+trainedPair(t)+" --address 127.0.0.1:0")
	p := openBrowser(t, address)
	p.open("/")
	p.until(`document.querySelectorAll("#runs input").length === 2`)
	if !value[bool](p, `document.getElementById("go").disabled`) {
		t.Error("one can compare no runs")
	}
	for _, name := range []string{"one", "two"} {
		p.do("choose "+name, chromedp.Click(chromedp.CSS("input[value="+name+"]")))
	}
	p.do("compare", chromedp.Click(chromedp.CSS("#go")))
	p.until(painted)
	names := value[[]string](p, `[...document.querySelectorAll("#legend li a:first-of-type")].map(a => a.textContent)`)
	labels := value[[]string](p, `[...document.querySelector("#curves .u-legend").querySelectorAll(".u-series:not(.raw) .u-label")].map(e => e.textContent)`)
	if strings.Join(names, " ") != "two one" || strings.Join(labels, " ") != "Step two one" {
		t.Errorf("runs %q, lines %q", names, labels)
	}
	// Each run has its own last loss.
	told := value[string](p, `document.querySelector("#curves figcaption .quiet").textContent`)
	if !regexp.MustCompile(`^\. two: \S+ at step 60, .*; one: \S+ at step 60, `).MatchString(told) {
		t.Errorf("the chart tells %q", told)
	}
	differences := value[string](p, `document.getElementById("differences").innerText`)
	for _, want := range []string{"loss\thinge\tnon-saturating", "seed\t2\t1", "classes\t10\t0"} {
		if !strings.Contains(differences, want) {
			t.Errorf("the differences lack %q:\n%s", want, differences)
		}
	}
	if strings.Contains(differences, "batch_size") {
		t.Error("the differences have what is the same")
	}
}

// TestExplorerPage: one drags over a triangle, plays a path, and the address always names what is shown.
func TestExplorerPage(t *testing.T) {
	browserPath(t)
	address, _ := serving(t, "serve "+trainedPair(t)+" --address 127.0.0.1:0")
	p := openBrowser(t, address)
	shown := `document.getElementById("fake").complete && document.getElementById("fake").naturalWidth === 7`
	query := func() url.Values {
		at, err := url.Parse(value[string](p, "location.href"))
		must(t, err)
		return at.Query()
	}
	source := func() string { return value[string](p, `document.getElementById("fake").getAttribute("src")`) }
	p.open("/explore?run=two")
	p.until(shown)
	p.until(`document.getElementById("real").naturalWidth === 7 && /^Nearest of 40 training images: number \d+, class \d, at distance [\d.]+$/.test(document.getElementById("real-caption").textContent)`)
	p.until(`document.querySelectorAll("#gallery img").length === 24 && [...document.querySelectorAll("#gallery img")].every(i => i.naturalWidth === 7)`)
	if got := query().Get("step"); got != "60" {
		t.Errorf("the address has step %q, want that of the newest checkpoint", got)
	}

	p.do("triangle", chromedp.Click(chromedp.CSS("input[value=triangle]")))
	p.until(shown + ` && document.querySelector(".pad")`)
	before := source()
	corner := func(i int) (x, y float64) {
		at := value[[]float64](p, fmt.Sprintf(`(() => { const s = document.querySelector(".pad"), c = [[22, 112], [138, 112], [80, 24]][%d]; const a = new DOMPoint(c[0], c[1]).matrixTransform(s.getScreenCTM()); return [a.x, a.y]; })()`, i))
		return at[0], at[1]
	}
	ax, ay := corner(0)
	cx, cy := corner(2)
	p.do("drag over the triangle", chromedp.MouseEvent("mousePressed", ax+40, ay-4, chromedp.Button("left"), chromedp.ClickCount(1)),
		chromedp.MouseEvent("mouseMoved", ax+50, ay-20, chromedp.Button("left")), chromedp.MouseEvent("mouseMoved", cx, cy+40, chromedp.Button("left")),
		chromedp.MouseEvent("mouseMoved", cx, cy-300, chromedp.Button("left")), // outside: the nearest point in it
		chromedp.MouseEvent("mouseReleased", cx, cy-300, chromedp.Button("left"), chromedp.ClickCount(1)))
	p.until(`new URLSearchParams(location.search).get("y") === "1.0000"`)
	p.until(fmt.Sprintf(`document.getElementById("fake").getAttribute("src") !== %q`, before))
	p.until(shown)
	third, err := url.Parse(source())
	must(t, err)
	if third.Query().Get("y") != "1.0000" {
		t.Errorf("the image shown is %s", third)
	}
	p.do("move by key", chromedp.Focus(chromedp.CSS(".pad")), chromedp.KeyEvent(kb.ArrowDown))
	p.until(`Number(new URLSearchParams(location.search).get("y")) < 1`)
	p.until(shown)

	// The address names what is shown: a page opened there shows the same.
	p.until(`document.getElementById("fake").getAttribute("src").split("?")[1] === location.search.slice(1)`)
	was := source()
	p.open("/explore?" + strings.SplitN(value[string](p, "location.href"), "?", 2)[1])
	p.until(shown)
	if got := source(); got != was {
		t.Errorf("opened again it shows %s, was %s", got, was)
	}

	p.do("path", chromedp.Click(chromedp.CSS("input[value=path]")))
	p.until(shown)
	p.do("play", chromedp.Click(chromedp.CSS("#play")))
	p.until(`Number(new URLSearchParams(location.search).get("frame")) > 5`)
	p.do("pause", chromedp.Click(chromedp.CSS("#play")))
	p.until(shown)
	frame := query().Get("frame")
	time.Sleep(200 * time.Millisecond)
	if got := query().Get("frame"); got != frame {
		t.Errorf("paused, it goes from frame %s to %s", frame, got)
	}
	sizes := value[[]float64](p, `Promise.all([...document.querySelectorAll(".downloads a")].map(async a => { const r = await fetch(a.href); return r.ok ? (await r.blob()).size : 0; }))`, chromedp.EvalAwaitPromise)
	if len(sizes) != 3 || math.Min(sizes[0], math.Min(sizes[1], sizes[2])) < 60 {
		t.Errorf("the downloads have %v bytes", sizes)
	}
}

// TestPagesForAll: on wide and narrow screens, light and dark, nothing is cut off, everything has a name, and text can
// be read.
func TestPagesForAll(t *testing.T) {
	browserPath(t)
	address, _ := serving(t, "serve "+trainedPair(t)+" --address 127.0.0.1:0")
	p := openBrowser(t, address)
	for path, ready := range map[string]string{"/": `document.querySelector("#runs input")`, "/run?run=two": newestStep + " === 60", "/compare?run=one&run=two": painted,
		"/explore?run=two": `document.querySelector("#controls select")`, "/explore?run=one&show=triangle": `document.querySelector(".pad")`, "/explore?run=two&show=path": `document.querySelector("#controls select")`} {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 400} {
				p.look(width, scheme)
				p.open(path)
				p.until(ready)
				where := fmt.Sprintf("%s, %s, %d pixels wide", path, scheme, width)
				if got := value[float64](p, `document.documentElement.scrollWidth`); got > float64(width) {
					t.Errorf("%s: the page is %v pixels wide", where, got)
				}
				if got := value[[]string](p, nameless); len(got) > 0 {
					t.Errorf("%s: without a name: %q", where, got)
				}
				if got := value[[]string](p, illegible); len(got) > 0 {
					t.Errorf("%s: text that can hardly be read: %q", where, got)
				}
			}
		}
	}
}

// nameless is the elements one can use or look at that have no name for a screen reader.
const nameless = `[...document.querySelectorAll("a, button, input, select, img:not([alt='']), [tabindex='0'], [role]")].filter(e =>
	e.checkVisibility() && !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.alt || e.labels?.length > 0 || e.textContent.trim())).map(e => e.outerHTML.slice(0, 120))`

// illegible is the text whose contrast with what is below it is less than 4.5, as WCAG 2.2 asks for in 1.4.3.
const illegible = `(() => {
	const channels = text => {
		const m = text.match(/[\d.]+/g).map(Number);
		return text.startsWith("color(srgb") ? m.map((v, i) => i < 3 ? v * 255 : v) : m;
	};
	const luminance = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const below = e => {
		let colours = [];
		for (; e; e = e.parentElement) {
			const c = channels(getComputedStyle(e).backgroundColor);
			if ((c[3] ?? 1) > 0) colours.push(c);
			if ((c[3] ?? 1) === 1) break;
		}
		return colours.reverse().reduce((under, c) => under ? under.map((v, i) => i < 3 ? v * (1 - (c[3] ?? 1)) + c[i] * (c[3] ?? 1) : 1) : c, null) ?? [255, 255, 255];
	};
	return [...document.querySelectorAll("main *, header *")].filter(e => e.checkVisibility() && !e.disabled && !e.closest("svg, .quiet, :disabled") && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).filter(e => {
		const [a, b] = [luminance(channels(getComputedStyle(e).color)), luminance(below(e))].sort((x, y) => y - x);
		return (a + .05) / (b + .05) < 4.5;
	}).map(e => e.outerHTML.slice(0, 120));
})()`

// pictureVar is the folder that TestPictures writes the pictures of the documents to.
const pictureVar = "GORGAN_PICTURES"

// TestPictures makes the pictures of the documents, from a run of a minute.
func TestPictures(t *testing.T) {
	to := os.Getenv(pictureVar)
	if to == "" {
		t.Skipf("%s names no folder for pictures of the pages", pictureVar)
	}
	browserPath(t)
	dir := t.TempDir()
	var all said
	line := "gorgan train --preset fast --steps 2000 --display-every 100 --save-every 500 --evaluate-every 500 --evaluate-count 2000 --out " + filepath.Join(dir, "digits")
	if code := execute(t.Context(), strings.Fields(line), io.Discard, &all); code != 0 {
		t.Fatalf("%s ended with %d: %s", line, code, all.String())
	}
	address, _ := serving(t, "serve "+dir+" --address 127.0.0.1:0")
	p := openBrowser(t, address)
	p.look(1280, "light")
	p.open("/run?run=digits")
	p.until(newestStep + " === 2000")
	p.until(`[...document.querySelectorAll(".film img")].every(i => i.naturalWidth > 0)`)
	p.picture(filepath.Join(to, "serve.png"), false)
	p.open("/explore?run=digits&show=triangle&seeds=13,28,7&classes=3&x=0.3&y=0.25")
	p.until(`document.getElementById("real").naturalWidth > 0 && document.getElementById("fake").naturalWidth > 0`)
	p.picture(filepath.Join(to, "explorer.png"), false)
}
