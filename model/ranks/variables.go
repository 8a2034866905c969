package ranks

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// search is where a place is looked for. A variable that is empty counts as not set.
type search struct {
	Settings
	lookup func(string) (string, bool)
}

// valid returns an error unless the settings are complete and in range.
func (in search) valid() error {
	if in.Ranks != nil && (*in.Ranks < 1 || *in.Ranks > Most) {
		return fmt.Errorf("ranks: --ranks is %d, want a number from 1 to %d", *in.Ranks, Most)
	}
	if in.Rank != nil {
		if in.Ranks == nil {
			return fmt.Errorf("ranks: --rank is %d, and --ranks is not given; give both", *in.Rank)
		}
		if *in.Rank < 0 || *in.Rank >= *in.Ranks {
			return fmt.Errorf("ranks: --rank is %d, want a number from 0 to %d, as there are %d ranks", *in.Rank, *in.Ranks-1, *in.Ranks)
		}
	}
	if in.Rendezvous == "" {
		return nil
	}
	if _, _, err := splitAddress(in.Rendezvous); err != nil {
		return fmt.Errorf("ranks: --rendezvous is %q, %w", in.Rendezvous, err)
	}
	return nil
}

// splitAddress returns the host and the port of HOST:PORT. The error follows what the address is.
func splitAddress(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil || host == "" || strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return "", "", fmt.Errorf("want HOST:PORT, as in 10.0.0.5:29500 or [fe80::1]:29500")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", "", fmt.Errorf("want a port from 1 to 65535 after the host")
	}
	return host, port, nil
}

// text returns the value of a variable, or "" if it is not set or name is "".
func (in search) text(name string) string {
	if name == "" {
		return ""
	}
	value, _ := in.lookup(name)
	return value
}

// quote returns the value of a variable for a message. Nobody knows what is in it.
func (in search) quote(name string) string {
	value := in.text(name)
	if len(value) > 60 {
		value = value[:60] + "..."
	}
	if _, err := strconv.Atoi(value); err == nil {
		return value
	}
	return strconv.Quote(value)
}

// number returns the value of a variable that must be a number from least to most, for a reason.
func (in search) number(name string, least, most int, reason string) (int, error) {
	n, err := strconv.Atoi(in.text(name))
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("ranks: %s is %s, want a number from %d to %d%s", name, in.quote(name), least, most, reason)
	}
	return n, nil
}

// halfSet is the error of a variable that is set without the one that belongs to it.
func (in search) halfSet(set, missing string) error {
	return fmt.Errorf("ranks: %s is %s and %s is not set; set both or neither, or give --rank and --ranks", set, in.quote(set), missing)
}
