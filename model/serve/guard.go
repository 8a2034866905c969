package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// guard decides which requests are answered. A page of another site can make a browser send
// requests here, and by DNS rebinding it can read the answers as if they were its own: its name then
// leads to this machine. Such requests still have the name in their Host header.
type guard struct {
	names    map[string]bool // hosts that a request may name beside addresses
	loopback bool            // the server is reached from this machine alone, so the host is one too
	token    string          // empty for none
	cookie   string          // the name of the cookie that has the token
}

// leastToken is the length of the shortest token, in bytes.
const leastToken = 16

// CheckToken returns an error unless the text can be a token: 16 letters or more, digits, and the
// signs that need no escape in a URL.
func CheckToken(text string) error {
	bad := strings.ContainsFunc(text, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-._~", r))
	})
	if bad || len(text) < leastToken {
		return fmt.Errorf("the token has %d letters, want %d or more of A-Z, a-z, 0-9 and -._~", len(text), leastToken)
	}
	return nil
}

// Loopback reports whether an address, HOST:PORT, is reached from this machine alone.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopback(host)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

func newGuard(address, token string) (*guard, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: want HOST:PORT", address)
	}
	g := &guard{names: map[string]bool{"localhost": true}, loopback: isLoopback(host), token: token, cookie: "gorgan_" + port}
	if !g.loopback {
		if token == "" {
			return nil, fmt.Errorf("address %s: other machines can reach it, so it wants a token", address)
		}
		g.names[strings.ToLower(host)] = true
		if name, err := os.Hostname(); err == nil {
			g.names[strings.ToLower(name)] = true
		}
	}
	return g, nil
}

// contentPolicy lets a page load files of this server alone, and run no code that stands in the page.
const contentPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

// protect passes on the requests that may be answered.
func (g *guard) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		switch {
		case !g.knows(r.Host):
			http.Error(w, "the Host header names another server; open the page by the address that gorgan printed", http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "nothing can be changed here", http.StatusMethodNotAllowed)
		case foreign(r):
			http.Error(w, "a page of another site asked for this", http.StatusForbidden)
		case g.token == "":
			next.ServeHTTP(w, r)
		case g.same(r.URL.Query().Get("token")):
			g.admit(w, r)
		case g.admitted(r):
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "the token is missing or wrong; open the address that gorgan printed, with its token", http.StatusUnauthorized)
		}
	})
}

// knows reports whether a Host header can be of a page of this server. An address without a name cannot
// be rebound.
func (g *guard) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if g.names[host] {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && (ip.IsLoopback() || !g.loopback)
}

// foreign reports whether a page of another site asks, other than by a link.
func foreign(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// same compares a token in constant time.
func (g *guard) same(token string) bool {
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(g.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// admitted reports whether a request has the token as a cookie, or as programs send it.
func (g *guard) admitted(r *http.Request) bool {
	if c, err := r.Cookie(g.cookie); err == nil && g.same(c.Value) {
		return true
	}
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && g.same(bearer)
}

// admit keeps the token as a cookie, and leads to the same page without the token in its address, where
// a history and a screenshot would show it.
func (g *guard) admit(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: g.cookie, Value: g.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	query := r.URL.Query()
	query.Del("token")
	to := *r.URL
	// Only the path and the query are kept. One slash at its beginning, or a browser takes what follows for a host.
	to.Scheme, to.Host, to.Path, to.RawPath, to.RawQuery = "", "", "/"+strings.TrimLeft(to.Path, `/\`), "", query.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// quiet is a log that goes nowhere: what net/http has to say of broken connections is of no use.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
