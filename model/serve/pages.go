package serve

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// web has the pages, and what is of others: see web/vendor/LICENSE.
//
//go:embed web
var web embed.FS

// pages handles the files of web. A page is asked for by its name without an ending.
func (s *Server) pages(mux *http.ServeMux) {
	serve := func(name string) http.HandlerFunc {
		text, err := fs.ReadFile(web, "web/"+name)
		sum := sha256.Sum256(text)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		return func(w http.ResponseWriter, r *http.Request) {
			if err != nil {
				http.NotFound(w, r)
				return
			}
			h := w.Header()
			h.Set("Content-Type", contentType(name))
			h.Set("Cache-Control", "no-cache") // a newer program may have a newer file
			h.Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write(text)
		}
	}
	for _, page := range []string{"index", "run", "compare", "explore"} {
		mux.HandleFunc("GET /"+page, serve(page+".html"))
	}
	mux.HandleFunc("GET /{$}", serve("index.html"))
	_ = fs.WalkDir(web, "web", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.HasSuffix(name, ".html") {
			name = strings.TrimPrefix(name, "web/")
			mux.HandleFunc("GET /web/"+name, serve(name))
		}
		return err
	})
	mux.HandleFunc("GET /favicon.ico", serve("icon.svg"))
}

// contentType is not asked of the system, whose table of types differs from machine to machine.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "text/plain; charset=utf-8"
}
