package main

import (
	"context"
	"errors"
	"io"
	"net"

	"gorgan/dataset"
	"gorgan/model/run"
	"gorgan/model/serve"
)

// pages show the run of a train command, from its folder. Training never waits for them.
type pages struct {
	of     addressOptions
	listen net.Listener
	end    context.CancelFunc
	ended  chan error // nil before begin
}

// openPages takes the address, before anything is read or made.
func openPages(ui *ui, o addressOptions) (*pages, error) {
	l, err := o.listen(ui)
	return &pages{of: o, listen: l}, err
}

// begin serves the run in a folder, which was trained on set, and prints where.
func (p *pages) begin(ui *ui, folder string, set *dataset.Set) error {
	s, err := serve.New(serve.Options{Runs: folder, Address: p.of.address, Token: p.of.token, Baseline: baseline,
		OpenData: func(context.Context, run.Settings) (*dataset.Set, error) { return set, nil }, Report: reporting(ui)})
	if err != nil {
		return err
	}
	// Pages stay until the run's last files are written, also when it is interrupted.
	ctx, end := context.WithCancel(context.Background())
	p.end, p.ended = end, make(chan error, 1)
	go func() { p.ended <- errors.Join(s.Serve(ctx, p.listen), s.Close()) }()
	log := ui.log
	ui.log = io.Discard // the log is for others too, who must not find the token there
	ui.note("pages: %s", p.of.url(p.listen))
	ui.log = log
	return nil
}

// close ends the pages.
func (p *pages) close() error {
	if p.ended == nil {
		return p.listen.Close()
	}
	p.end()
	return <-p.ended
}
