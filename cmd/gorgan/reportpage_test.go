package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// overlaps is an expression: the labels of a chart that overlap another by more than a quarter of a pixel, as the
// browser's letters are, and those that stand outside of their chart.
const overlaps = `[...document.querySelectorAll("svg")].flatMap(svg => {
	const labels = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()])
	const edge = svg.getBoundingClientRect(), inside = 0.25
	return labels.flatMap(([a, r], i) => [
		...labels.slice(0, i).filter(([, s]) => r.left + inside < s.right && s.left + inside < r.right && r.top + inside < s.bottom && s.top + inside < r.bottom)
			.map(([b]) => a + " over " + b),
		...(r.left < edge.left - inside || r.right > edge.right + inside || r.bottom > edge.bottom + inside || r.top < edge.top - inside ? [a + " outside"] : []),
	])
}).join(", ")`

// widest is an expression: the element that reaches farthest to the right, and what is in it.
const widest = `[...document.body.querySelectorAll("*")].filter(e => !e.parentElement.closest(".wide")).map(e => [e.getBoundingClientRect().right, e.outerHTML.slice(0, 80)]).sort((a, b) => b[0] - a[0])[0].join(" ")`

// TestReportInBrowser: a browser shows the report with all its pictures and no request but for the file. Nothing is wider
// than the page, no label stands over another, and all text is legible, at any width and in both colours.
func TestReportInBrowser(t *testing.T) {
	browserPath(t)
	list, dir := tinyList(t), t.TempDir()
	trained, file := filepath.Join(dir, "run"), filepath.Join(dir, "report.html")
	for _, line := range []string{
		"gorgan train --data " + list + " --out " + trained + " --steps 150 --display-every 10 --evaluate-every 50 --evaluate-count 100 " + strings.ReplaceAll(small, "--held-out 0 ", "--held-out 0.2 "),
		"gorgan report " + trained + " --out " + file,
	} {
		var said strings.Builder
		if code := execute(t.Context(), strings.Fields(line), io.Discard, &said); code != 0 {
			t.Fatalf("%s: code %d, %s", line, code, said.String())
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) }))
	defer server.Close()
	p := openBrowser(t, server.URL)
	p.open("/report.html")
	if got := value[string](p, `performance.getEntriesByType("resource").map(r => r.name).filter(n => !n.startsWith("data:")).join(", ")`); got != "" {
		t.Errorf("the page asks for %s", got)
	}
	if got := value[string](p, `[...document.images].filter(i => !i.naturalWidth).map(i => i.alt).join(", ")`); got != "" {
		t.Errorf("pictures that are not shown: %s", got)
	}
	if n := value[int](p, "document.images.length"); n < 2+12+24 {
		t.Errorf("%d pictures, want two grids, a strip and pairs", n)
	}
	if n := value[int](p, `document.querySelectorAll("svg").length`); n < 4 {
		t.Errorf("%d charts, want those of losses, outputs and figures", n)
	}
	background := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 400, 768, 1280} {
			p.look(width, scheme)
			if wide := value[int](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
				t.Errorf("the page is %d pixels wider than %d, by %s", wide, width, value[string](p, widest))
			}
			if over := value[string](p, overlaps); over != "" {
				t.Errorf("%d wide: %s", width, over)
			}
			if size := value[float64](p, `Math.min(...[...document.querySelectorAll("svg text")].map(t => t.getBoundingClientRect().height))`); size < 9 {
				t.Errorf("%d wide: letters of a chart are %.1f pixels high", width, size)
			}
		}
		for what, expression := range map[string]string{"without a name": nameless, "hard to read": illegible} {
			if got := value[[]string](p, expression); len(got) > 0 {
				t.Errorf("%s: %s: %q", scheme, what, got)
			}
		}
		background[scheme] = value[string](p, "getComputedStyle(document.body).backgroundColor")
	}
	if background["light"] == background["dark"] {
		t.Errorf("the background is %v", background)
	}
}
