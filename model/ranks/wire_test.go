package ranks

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

// TestWire: what is written is read, in the sizes that the protocol says.
func TestWire(t *testing.T) {
	g := greet(3, 4, "node-3")
	if other := greet(3, 4, "node-3"); other.nonce == g.nonce {
		t.Error("two greetings have the same nonce")
	}
	b := g.encode()
	if got, err := decodeGreeting(b); len(b) != greetingSize || err != nil || got != g {
		t.Errorf("%d bytes give %+v, %v, want %d bytes and %+v", len(b), got, err, greetingSize, g)
	}
	f := frame{allGather, 1 << 20, 1 << 40}
	if b := f.encode(); len(b) != frameSize || decodeFrame(b) != f {
		t.Errorf("%d bytes give %+v, want %d bytes and %+v", len(b), decodeFrame(b), frameSize, f)
	}
	for _, f := range []failure{{2, "node-2", "has gone"}, {-1, "", "all of us differ"}} {
		if b := f.encode(); len(b) != failureSize || decodeFailure(b) != f {
			t.Errorf("%d bytes give %+v, want %d bytes and %+v", len(b), decodeFailure(b), failureSize, f)
		}
	}
	if got := decodeText([]byte("a\x1b[31mb\nc\x00d")); got != "a?[31mb?c" {
		t.Errorf("a text with commands for a terminal is read as %q", got)
	}
}

// TestProve: a proof is for one token, one side, and one pair of greetings.
func TestProve(t *testing.T) {
	a, b := greet(0, 2, "a"), greet(1, 2, "b")
	proofs := [][]byte{
		prove([]byte("token"), true, a, b), prove([]byte("token"), false, a, b), prove([]byte("token"), false, b, a),
		prove([]byte("other"), true, a, b), prove(nil, true, a, b), prove([]byte("token"), true, greet(0, 2, "a"), b),
		prove([]byte("token"), true, a, greet(1, 2, "b")), prove([]byte("token"), true, a, greeting{version, 1, 2, b.nonce, "c"}),
	}
	for i := range proofs {
		for j := range i {
			if bytes.Equal(proofs[i], proofs[j]) {
				t.Errorf("proofs %d and %d are the same", i, j)
			}
		}
	}
}

// FuzzWire: bytes of a stranger give values in range, and texts that can be printed.
func FuzzWire(f *testing.F) {
	f.Add(greet(1, 2, "host").encode())
	f.Add(failure{1, "host", "text\x1b"}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, make([]byte, failureSize)...)
		if g, err := decodeGreeting(b[:greetingSize]); err == nil && (g.ranks < 1 || g.ranks > Most || g.rank < 0 || g.rank >= g.ranks || !printable(g.host)) {
			t.Errorf("a greeting gives %+v", g)
		}
		got := decodeFailure(b[:failureSize])
		if !printable(got.host) || !printable(got.text) || got.err(4) == nil {
			t.Errorf("a failure gives %+v", got)
		}
		if facts, err := decodeFacts(b); err == nil {
			var list []Fact
			for name, value := range facts {
				list = append(list, Fact{name, value})
			}
			if again, err := decodeFacts(encodeFacts(list)); err != nil || len(again) != len(facts) {
				t.Errorf("the facts %q become %q, %v", facts, again, err)
			}
		}
	})
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}
