package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cable joins two hosts, which are namespaces of the network. Each has a TUN device, and what one sends, the other gets after a
// delay, or never. The kernel's netem would do it too, but many kernels lack it. A device goes when its file is closed, and a
// namespace goes with its process, so that nothing is left to remove.
type cable struct {
	ends  [2]*os.File
	names [2]string    // of the devices
	lost  atomic.Int64 // packets
	cut   atomic.Bool  // all packets are lost from now on
}

const (
	cableDelay = 5 * time.Millisecond
	cableLoss  = 0.01 // of the packets
)

// hostAddress is the address of a host at the cable.
func hostAddress(host int) string { return fmt.Sprint("10.0.0.", host+1) }

// layCable returns a cable whose ends are on no host yet.
func layCable(t *testing.T) (*cable, error) {
	t.Helper()
	c := &cable{}
	for i := range c.ends {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("/dev/net/tun: %w", err)
		}
		request, err := unix.NewIfreq("gorgan%d") // the kernel numbers it
		must(t, err)
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
			must(t, unix.Close(fd))
			return nil, fmt.Errorf("a TUN device: %w", err)
		}
		c.ends[i], c.names[i] = os.NewFile(uintptr(fd), "tun"), request.Name()
		t.Cleanup(func() { _ = c.ends[i].Close() })
	}
	for from := range c.ends {
		go c.carry(from, rand.New(rand.NewPCG(1, uint64(from))))
	}
	return c, nil
}

// carry brings the packets of a host to the other, until its device is closed.
func (c *cable) carry(from int, random *rand.Rand) {
	type packet struct {
		bytes []byte
		due   time.Time
	}
	sent := make(chan packet, 1024)
	defer close(sent)
	go func() {
		for p := range sent {
			time.Sleep(time.Until(p.due))
			_, _ = c.ends[1-from].Write(p.bytes) // a host that is not up gets nothing
		}
	}()
	for buffer := make([]byte, 1<<16); ; {
		n, err := c.ends[from].Read(buffer)
		switch {
		case err != nil:
			return
		case c.cut.Load() || random.Float64() < cableLoss:
			c.lost.Add(1)
		default:
			sent <- packet{append([]byte(nil), buffer[:n]...), time.Now().Add(cableDelay)}
		}
	}
}

// start starts a command on a host of the cable.
func (c *cable) start(t *testing.T, host int, env []string, command ...string) (*process, error) {
	t.Helper()
	const script = `read -r goes && echo "$1" >/proc/sys/kernel/hostname && ip address add "$2/30" dev "$3" && ip link set "$3" up && ip link set lo up && shift 3 && exec "$@"`
	p := &process{Cmd: exec.Command("sh", append([]string{"-c", script, "sh", string(rune('a' + host)), hostAddress(host), c.names[host]}, command...)...)}
	p.Stdout, p.Stderr, p.Env = &p.said, &p.said, append(os.Environ(), env...)
	p.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS}
	stdin, err := p.StdinPipe()
	must(t, err)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("a namespace: %w", err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	if said, err := exec.Command("ip", "link", "set", c.names[host], "netns", fmt.Sprint(p.Process.Pid)).CombinedOutput(); err != nil {
		_ = p.Process.Kill()
		_ = p.Wait()
		return nil, fmt.Errorf("ip link set: %w: %s", err, strings.TrimSpace(string(said)))
	}
	_, err = fmt.Fprintln(stdin, "go")
	must(t, err)
	return p, nil
}
