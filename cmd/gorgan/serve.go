package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/model/run"
	"gorgan/model/serve"
)

const (
	// serveAddress is where pages are if nobody says it.
	serveAddress = "127.0.0.1:7860"
	// tokenVar is the environment variable with the token. A flag would show it to all who list processes.
	tokenVar = "GORGAN_TOKEN"
)

func newServe(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "show runs in a browser",
		ArgsUsage: "[RUNS]",
		Description: "RUNS is a folder of runs, or a run's folder; without it, the folder runs. The pages show the runs' curves,\n" +
			"pictures, evaluations, warnings, settings and logs, also while a run trains, and compare runs. The explorer draws\n" +
			"images of any checkpoint. Pages read, and change nothing. They need no network, and ask no other server.\n\n" +
			"Only this machine reaches the pages, unless --address says otherwise. Then each request must have the token that is\n" +
			"printed, or that of the environment variable " + tokenVar + ". A run on a machine far away is seen by\n" +
			"ssh -L 7860:127.0.0.1:7860 HOST. The page /metrics is in Prometheus's text format.\n\n" +
			"Examples:\n\n   gorgan serve\n   gorgan serve runs/00000-mnist-non-saturating --address 127.0.0.1:8080\n" +
			"   gorgan train --preset fast --serve",
		Flags:  []cli.Flag{addressFlag()},
		Action: action(ui, readServeOptions, runServe),
	}
}

func addressFlag() *cli.StringFlag {
	return &cli.StringFlag{Name: "address", Usage: "serve the pages at `HOST:PORT`; port 0 takes one that is free", Value: serveAddress}
}

type serveOptions struct {
	runs    string
	address addressOptions
}

// addressOptions say where pages are, and who may see them.
type addressOptions struct {
	address string
	given   bool
	token   string // empty for none
}

func readServeOptions(_ *ui, c *cli.Context) (o serveOptions, err error) {
	o.runs = "runs"
	if c.NArg() > 0 {
		args, err := positional(c, "RUNS")
		if err != nil {
			return o, err
		}
		o.runs = args[0]
	}
	o.address, err = readAddressOptions(c)
	return o, err
}

// readAddressOptions reads addressFlag and the token.
func readAddressOptions(c *cli.Context) (o addressOptions, err error) {
	o = addressOptions{c.String("address"), c.IsSet("address"), os.Getenv(tokenVar)}
	host, port, err := net.SplitHostPort(o.address)
	if err != nil || host == "" {
		return o, usageError{fmt.Errorf("--address is %q, want HOST:PORT, as in %s or 0.0.0.0:7860", o.address, serveAddress)}
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return o, usageError{fmt.Errorf("--address is %q, want a port of 0 to 65535; 0 takes one that is free", o.address)}
	}
	if o.token == "" {
		if !serve.Loopback(o.address) {
			o.token = rand.Text()
		}
		return o, nil
	}
	if err := serve.CheckToken(o.token); err != nil {
		return o, usageError{fmt.Errorf("%s: %w", tokenVar, err)}
	}
	return o, nil
}

// listen takes the address. If nobody chose it and it is in use, listen takes a free port. It says what others can see.
func (o *addressOptions) listen(ui *ui) (net.Listener, error) {
	host, _, _ := net.SplitHostPort(o.address)
	free := net.JoinHostPort(host, "0")
	l, err := net.Listen("tcp", o.address)
	if errors.Is(err, syscall.EADDRINUSE) {
		if o.given {
			return nil, fmt.Errorf("--address %s: another program has this port; --address %s takes one that is free", o.address, free)
		}
		ui.note("%s is in use: the pages are at another port", o.address)
		l, err = net.Listen("tcp", free)
	}
	if err != nil {
		if e, ok := errors.AsType[*net.OpError](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("--address %s: %w", o.address, err)
	}
	if !serve.Loopback(o.address) {
		ui.note("the connection is not encrypted: who can listen on the network sees the pages and the token")
	}
	return l, nil
}

// url returns the address of the pages that l has.
func (o addressOptions) url(l net.Listener) string {
	host, _, _ := net.SplitHostPort(o.address)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	url := "http://" + net.JoinHostPort(host, port) + "/"
	if o.token != "" {
		url += "?token=" + o.token
	}
	return url
}

func runServe(ctx context.Context, ui *ui, o serveOptions) (err error) {
	if info, err := os.Stat(o.runs); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no such folder; gorgan train makes runs in the folder runs", o.runs)
	} else if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file, want a folder of runs, or a run's folder", o.runs)
	}
	s, err := serve.New(serve.Options{Runs: o.runs, Address: o.address.address, Token: o.address.token, Baseline: baseline,
		OpenData: trainingImages, Report: reporting(ui)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	names, err := s.Names()
	if err != nil {
		return err
	}
	l, err := o.address.listen(ui)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		ui.note("%s has no runs yet: the pages show them as they come; gorgan train --out %s makes one", o.runs, filepath.Join(o.runs, "NAME"))
	}
	ui.say("pages: %s", o.address.url(l))
	if lost := ui.failed(); lost != nil {
		return errors.Join(lost, l.Close())
	}
	return s.Serve(ctx, l)
}

// reporting returns what writes a fault of the pages as a line of the standard error. Handlers call it, so it goes by the
// bar, which belongs to the goroutine of the command.
func reporting(ui *ui) func(error) {
	return func(err error) { fmt.Fprintln(ui.err, printable(fmt.Sprintf("gorgan: pages: %v", err))) }
}

// trainingImages opens the images that a run was trained on. It prints nothing, since a page shows the error.
func trainingImages(ctx context.Context, s run.Settings) (*dataset.Set, error) {
	o := sourceOptions{Reading: s.Reading, readers: 1, cache: serveCache}
	d, err := openData(ctx, newUI(io.Discard, io.Discard), &s, o, true, false)
	return d.train, err
}

// serveCache is how many bytes of decoded images are kept in memory.
const serveCache = 1 << 30
