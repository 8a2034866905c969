package ranks

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// TestStrangers: whoever is no rank, or does not know the token, is sent away, and the ranks meet.
func TestStrangers(t *testing.T) {
	address, o := freeAddress(t), brief()
	o.Token, o.Limit = secret, time.Second
	zero := make(chan error, 1)
	go func() { zero <- meet(address, 0, 2, o) }()
	dial := func() net.Conn {
		for {
			if c, err := net.Dial("tcp", address); err == nil {
				c.SetDeadline(time.Now().Add(5 * time.Second))
				return c
			}
			time.Sleep(time.Millisecond)
		}
	}
	old := greet(1, 2, "old")
	old.version = 0
	beyond := greet(1, 2, "beyond")
	beyond.rank = 7
	for name, message := range map[string][]byte{
		"another protocol":   []byte("GET / HTTP/1.1\r\nHost: rank\r\n\r\n"),
		"an old version":     old.encode(),
		"a rank beyond":      beyond.encode(),
		"rank 0 itself":      greet(0, 2, "zero").encode(),
		"a wrong proof":      append(greet(1, 2, "liar").encode(), make([]byte, 32)...),
		"half a greeting":    greet(1, 2, "half").encode()[:50],
		"only the beginning": []byte(magic),
	} {
		c := dial()
		if _, err := c.Write(message); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		answer := make([]byte, greetingSize)
		n, _ := c.Read(answer)
		if v, ok := decodePrefix(answer); name == "an old version" && (n == 0 || !ok || v != version) {
			t.Errorf("%s is answered with %q", name, answer[:n])
		}
		for { // until rank 0 closes it
			if _, err := c.Read(answer); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%s is not sent away", name)
				}
				break
			}
		}
		c.Close()
	}
	silent := dial() // says nothing, and stays
	defer silent.Close()
	if err := meet(address, 1, 2, o); err != nil {
		t.Error(err)
	}
	if err := <-zero; err != nil {
		t.Error(err)
	}
}

// TestToken: ranks without the token of rank 0 are told so at once, and rank 0 in the end.
func TestToken(t *testing.T) {
	for name, other := range map[string][]byte{"another": []byte("fedcba9876543210"), "none": nil} {
		address, o := freeAddress(t), brief()
		o.Wait = 700 * time.Millisecond
		errs := every(2, func(rank int) error {
			o := o
			if o.Token = secret; rank == 1 {
				o.Token, o.Wait = other, time.Minute
			}
			return meet(address, rank, 2, o)
		})
		saysAll(t, name+": rank 1", errs[1], "rank 0 at "+address, "has another token than rank 1; give all ranks the same")
		absentFor(t, name+": rank 0", errs[0], 1, 2, "somebody else came", "rank 1 on host "+hostname(), "no proof that it has the token")
	}
}

// TestMirror: a listener that sends back what it gets, and one of another version, are not rank 0.
func TestMirror(t *testing.T) {
	o := brief()
	o.Token, o.Wait = secret, 500*time.Millisecond
	newer := greet(0, 2, "new")
	newer.version++
	answers := map[string]func(greeting) []byte{
		"a mirror":        func(g greeting) []byte { return append(g.encode(), prove(nil, true, g, g)...) },
		"without a token": func(g greeting) []byte { z := greet(0, 2, "z"); return append(z.encode(), prove(nil, true, z, g)...) },
		"a newer version": func(greeting) []byte { return newer.encode() },
	}
	wants := map[string]string{"a mirror": "it does not answer as rank 0", "without a token": "has another token than rank 1", "a newer version": "speaks version 2 of the protocol, and rank 1 version 1"}
	for name, answer := range answers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				b := make([]byte, greetingSize)
				(&link{Conn: c, limit: time.Second}).receive(b)
				g, _ := decodeGreeting(b)
				c.Write(answer(g))
				c.Close()
			}
		}()
		saysAll(t, name, meet(l.Addr().String(), 1, 2, o), wants[name])
		l.Close()
		<-served
	}
}
