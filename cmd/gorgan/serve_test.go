package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// TestServeAddress: an address that cannot be taken is told with a way out, and its exit code.
func TestServeAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	for address, want := range map[string]string{
		taken.Addr().String(): fmt.Sprintf("1 gorgan: --address %s: another program has this port; --address 127.0.0.1:0 takes one that is free\n", taken.Addr()),
		"127.0.0.1:65536":     "2 gorgan: --address is \"127.0.0.1:65536\", want a port of 0 to 65535; 0 takes one that is free\n",
		"127.0.0.1:":          "2 gorgan: --address is \"127.0.0.1:\", want a port of 0 to 65535; 0 takes one that is free\n",
	} {
		var all said
		code := execute(t.Context(), []string{"gorgan", "serve", "--address", address, "testdata"}, io.Discard, &all)
		if got := fmt.Sprintf("%d %s", code, all.String()); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %swant %s", address, got, want)
		}
	}
}
