package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserVar names a browser, and requireVar makes a test fail that finds none.
const (
	browserVar = "GORGAN_BROWSER"
	requireVar = "GORGAN_REQUIRE_BROWSER"
)

// browserPath returns the program of a browser, or skips the test.
func browserPath(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is too slow for the race detector")
	}
	for _, name := range []string{os.Getenv(browserVar), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	if os.Getenv(requireVar) != "" {
		t.Fatalf("there is no browser: Debian's package chromium, or a path in %s", browserVar)
	}
	t.Skipf("SKIPPED: there is no browser to open the pages in: Debian's package chromium, or a path in %s", browserVar)
	return ""
}

// page is a page in a browser. It fails the test if the page writes an error to the console, or asks another server
// than its own.
type page struct {
	*testing.T
	ctx    context.Context
	server *url.URL

	mu     sync.Mutex
	faults []string
	asked  int // requests
}

// openBrowser starts a browser that opens pages of the server at an address.
func openBrowser(t *testing.T, address string) *page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 860))
	p := &page{T: t}
	var err error
	p.server, err = url.Parse(address)
	must(t, err)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	var cancel context.CancelFunc
	p.ctx, cancel = chromedp.NewContext(allocator, chromedp.WithListener(p.hear))
	t.Cleanup(cancel)
	must(t, chromedp.Do(p.ctx)) // starts it
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.asked == 0 {
			t.Error("no request was seen: nothing is known of other servers")
		}
		for _, f := range p.faults {
			t.Error(f)
		}
	})
	return p
}

// hear takes the events of the browser.
func (p *page) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fault := func(format string, args ...any) { p.faults = append(p.faults, fmt.Sprintf(format, args...)) }
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.asked++
		at, err := url.Parse(ev.Request.URL)
		if err != nil || at.Host != p.server.Host && at.Scheme != "data" && at.Scheme != "about" {
			fault("the page asks for %s, want %s alone", ev.Request.URL, p.server.Host)
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" || ev.Type == "warning" {
			fault("the console has a %s: %v", ev.Type, ev.Args)
		}
	case *runtime.EventExceptionThrown:
		fault("the page fails: %s %v", ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception)
	case *log.EventEntryAdded:
		if ev.Entry.Level == "error" || ev.Entry.Level == "warning" {
			fault("the console has a %s: %s %s", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL)
		}
	}
}

// pageTime is how long a page may take for one thing. The race detector and busy machines are slow.
const pageTime = 60 * time.Second

// do does things on the page.
func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, pageTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.Fatalf("%s: %v; faults: %q", what, err, p.faults)
	}
}

// open goes to a page of the server.
func (p *page) open(path string) {
	p.Helper()
	at, err := p.server.Parse(path)
	must(p.T, err)
	p.do("open "+path, chromedp.Navigate(at.String()))
}

// until waits until an expression is true.
func (p *page) until(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, pageTime)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")"))
	for err != nil && (strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "Inspected target navigated")) {
		_, err = chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")")) // on the page that has come
	}
	if err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		p.mu.Lock()
		defer p.mu.Unlock()
		p.Fatalf("%s does not become true: %v; faults: %q; the page has\n%s", expression, err, p.faults, text)
	}
}

// value returns the value of an expression.
func value[T any](p *page, expression string, options ...chromedp.EvaluateOption) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return v
}

// look sets the width of the page in pixels, and its colours: light or dark.
func (p *page) look(width int64, scheme string) {
	p.Helper()
	p.do("look", chromedp.EmulateViewport(width, 860), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	})
}

// picture writes a PNG file of the page.
func (p *page) picture(path string, whole bool) {
	p.Helper()
	shoot := chromedp.CaptureScreenshot()
	if whole {
		shoot = chromedp.FullScreenshot(100)
	}
	text, err := chromedp.Run(p.ctx, shoot)
	must(p.T, err)
	must(p.T, os.MkdirAll(filepath.Dir(path), 0o777))
	must(p.T, os.WriteFile(path, text, 0o666))
}
