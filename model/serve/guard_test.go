package serve

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestGuard: who is answered, and with which code.
func TestGuard(t *testing.T) {
	const token = "0123456789abcdef"
	dir := t.TempDir()
	for _, c := range []struct {
		name, address, token string
		method, target, host string
		header               map[string]string
		code                 int
	}{
		{name: "by address", address: "127.0.0.1:7860", host: "127.0.0.1:7860", code: 200},
		{name: "by name", address: "127.0.0.1:7860", host: "localhost:9999", code: 200},
		{name: "by name in capitals and with a dot", address: "127.0.0.1:7860", host: "LOCALHOST.", code: 200},
		{name: "by the other address", address: "127.0.0.1:7860", host: "[::1]:7860", code: 200},
		{name: "another name", address: "127.0.0.1:7860", host: "evil.example:7860", code: 403},
		{name: "a name that begins so", address: "127.0.0.1:7860", host: "localhost.evil.example", code: 403},
		{name: "a name of digits", address: "127.0.0.1:7860", host: "127.0.0.1.evil.example", code: 403},
		{name: "another machine's address", address: "127.0.0.1:7860", host: "10.1.2.3:7860", code: 403},
		{name: "no host", address: "127.0.0.1:7860", host: "", code: 403},
		{name: "writing", address: "127.0.0.1:7860", host: "localhost", method: "POST", code: 405},
		{name: "deleting", address: "127.0.0.1:7860", host: "localhost", method: "DELETE", code: 405},
		{name: "a page of another site", address: "127.0.0.1:7860", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, code: 403},
		{name: "another port of this machine", address: "127.0.0.1:7860", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, code: 403},
		{name: "a link on another site", address: "127.0.0.1:7860", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, code: 200},
		{name: "an own page", address: "127.0.0.1:7860", host: "localhost", header: map[string]string{"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, code: 200},
		{name: "no token", address: "127.0.0.1:7860", token: token, host: "localhost", code: 401},
		{name: "no token, for a file", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", target: "/web/style.css", code: 401},
		{name: "wrong token", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", target: "/?token=0123456789abcdeg", code: 401},
		{name: "half a token", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", target: "/?token=01234567", code: 401},
		{name: "token in the address", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", target: "/?token=" + token, code: 303},
		{name: "token as a cookie", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", header: map[string]string{"Cookie": "gorgan_7860=" + token}, code: 200},
		{name: "wrong cookie", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", header: map[string]string{"Cookie": "gorgan_7860=" + token + "x"}, code: 401},
		{name: "token of a program", address: "0.0.0.0:7860", token: token, host: "10.1.2.3:7860", target: "/metrics", header: map[string]string{"Authorization": "Bearer " + token}, code: 200},
		{name: "token, but rebound", address: "0.0.0.0:7860", token: token, host: "evil.example", target: "/?token=" + token, code: 403},
		{name: "the address's name", address: "gpu.lab:7860", token: token, host: "GPU.lab:7860", header: map[string]string{"Cookie": "gorgan_7860=" + token}, code: 200},
	} {
		s, err := New(Options{Runs: dir, Address: c.address, Token: c.token})
		must(t, err)
		method, target := c.method, c.target
		if method == "" {
			method = "GET"
		}
		if target == "" {
			target = "/"
		}
		r := httptest.NewRequest(method, target, nil)
		r.Host = c.host
		for key, value := range c.header {
			r.Header.Set(key, value)
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != c.code {
			t.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, c.code)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", c.name, policy)
		}
		if c.code != 200 && c.code != 303 && strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%s: a page comes with the refusal", c.name)
		}
		must(t, s.Close())
	}
}

// TestAdmit: the token leaves the address, stays in a cookie that no script can read, and leads to this server alone.
func TestAdmit(t *testing.T) {
	const token = "0123456789abcdef"
	s, err := New(Options{Runs: t.TempDir(), Address: "127.0.0.1:1234", Token: token})
	must(t, err)
	defer s.Close()
	for target, want := range map[string]string{
		"/run?run=a%20b&token=" + token:        "/run?run=a+b",
		"//evil.example/x?token=" + token:      "/evil.example/x",
		`/\evil.example/x?token=` + token:      "/evil.example/x",
		"/?token=" + token + "&token=" + token: "/",
	} {
		r := &http.Request{Method: "GET", Host: "localhost", Header: http.Header{}}
		r.URL, err = r.URL.Parse("http://localhost/")
		must(t, err)
		path, query, _ := strings.Cut(target, "?")
		r.URL.Path, r.URL.RawQuery = path, query
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		got, cookie := w.Header().Get("Location"), w.Header().Get("Set-Cookie")
		if w.Code != 303 || strings.TrimSuffix(got, "?") != want {
			t.Errorf("%s leads to %d %q, want %q", target, w.Code, got, want)
		}
		if cookie != "gorgan_1234="+token+"; Path=/; HttpOnly; SameSite=Strict" {
			t.Errorf("cookie %q", cookie)
		}
	}
}

// TestAddresses: which addresses want a token, and what can be one.
func TestAddresses(t *testing.T) {
	for address, loopback := range map[string]bool{"127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true, "localhost:1": true, "LocalHost:1": true,
		"0.0.0.0:1": false, "[::]:1": false, "10.0.0.1:1": false, "host:1": false, "127.0.0.1": false, "": false} {
		if Loopback(address) != loopback {
			t.Errorf("%q is loopback: %v, want %v", address, !loopback, loopback)
		}
	}
	if s, err := New(Options{Runs: t.TempDir(), Address: "0.0.0.0:1"}); err == nil || !strings.Contains(err.Error(), "wants a token") {
		t.Errorf("without a token: %v, %v", s, err)
	}
	for token, ok := range map[string]bool{"0123456789abcde": false, "0123456789abcdef": true, "0123456789abc&ef": false, "0123456789 abcdef": false, "0123456789abcdü-": false, "AZaz09-._~AZaz09": true} {
		if err := CheckToken(token); (err == nil) != ok {
			t.Errorf("%q: %v", token, err)
		}
	}
}
