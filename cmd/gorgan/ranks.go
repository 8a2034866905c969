package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/kernels"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/ranks"
	"gorgan/model/run"
)

// rendezvousTokenVar is the environment variable with the token of the rendezvous. A flag would show it to all who list
// processes.
const rendezvousTokenVar = "GORGAN_RENDEZVOUS_TOKEN"

// rankFlags returns the flags of a data-parallel run.
func rankFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "data-parallel", Usage: "be one of several processes that share the --shards of each batch; mpirun, srun or torchrun starts them"},
		&cli.IntFlag{Name: "rank", Usage: "with --data-parallel, be process `N` of --ranks, from 0", DefaultText: "the launcher's"},
		&cli.IntFlag{Name: "ranks", Usage: "with --data-parallel, be one of `N` processes", DefaultText: "the launcher's"},
		&cli.StringFlag{Name: "rendezvous", Usage: "with --data-parallel, meet at `HOST:PORT`, where rank 0 listens", DefaultText: "the launcher's"},
		&cli.DurationFlag{Name: "rank-timeout", Usage: "with --data-parallel, give up after no other rank was heard of for this `TIME`; it must be longer than rank 0 takes to evaluate and to save", Value: 10 * time.Minute},
	}
}

// ofOneRank are the flags that each rank may have of its own, or that only rank 0 takes notice of.
var ofOneRank = []string{"rank", "rendezvous", "rank-timeout", "device", "workers", "no-graph", "queue", "readers", "cache", "out", "resume", "continue",
	"for", "keep", "json", "serve", "address"}

// rankOptions are the values of rankFlags.
type rankOptions struct {
	asked   bool // for a data-parallel run
	place   ranks.Settings
	timeout time.Duration
	facts   []ranks.Fact // the flags on which the ranks must agree
}

func readRankOptions(c *cli.Context) (o rankOptions, err error) {
	o = rankOptions{asked: c.Bool("data-parallel"), place: ranks.Settings{Rendezvous: c.String("rendezvous")}, timeout: c.Duration("rank-timeout")}
	for name, to := range map[string]**int{"rank": &o.place.Rank, "ranks": &o.place.Ranks} {
		if c.IsSet(name) {
			n := c.Int(name)
			*to = &n
		}
	}
	for _, name := range []string{"rank", "ranks", "rendezvous", "rank-timeout"} {
		if c.IsSet(name) && !o.asked {
			return o, usageError{fmt.Errorf("--%s has no effect without --data-parallel", name)}
		}
	}
	for _, f := range c.Command.Flags {
		if name := f.Names()[0]; c.IsSet(name) && !slices.Contains(ofOneRank, name) {
			o.facts = append(o.facts, ranks.Fact{Name: "--" + name, Value: fmt.Sprint(c.Value(name))})
		}
	}
	if o.timeout <= 0 {
		return o, usageError{fmt.Errorf("--rank-timeout is %v, want a time above 0, as in 10m", o.timeout)}
	}
	return o, nil
}

// party is the ranks of a data-parallel run, as this process sees them. It is nil for a process alone.
type party struct {
	closer
	place ranks.Place
}

// closer is a group that is to be closed.
type closer interface {
	kernels.Group
	Close() error
}

// follows reports whether this process is not rank 0.
func (p *party) follows() bool { return p != nil && p.Rank() > 0 }

// device gives the options of this rank's device: its part of the machine, and the group that it exchanges through.
func (p *party) device(o deviceOptions) deviceOptions {
	if p == nil {
		return o
	}
	o.Group = p
	if o.Workers == 0 && p.place.LocalRanks > 1 {
		o.Workers = max(1, runtime.NumCPU()/p.place.LocalRanks)
	}
	o.name = device.OfRank(o.name, p.place.LocalRank)
	return o
}

// order is what rank 0 tells the others before a run.
type order struct {
	Settings run.Settings `json:"settings"`
	Nothing  bool         `json:"nothing"` // there is nothing left to do
}

// lead tells the other ranks the settings of the run.
func (p *party) lead(s run.Settings) error {
	if s.Model.Shards%p.Size() != 0 {
		return usageError{fmt.Errorf("--data-parallel: the %d ranks share the shards of a batch, so --shards must be a multiple of %[1]d, and is %d", p.Size(), s.Model.Shards)}
	}
	s.Device = p.kind(s.Device) // so that all ranks have the same, or say that they do not
	return p.tell(order{Settings: s})
}

// kind returns the device that all ranks are to have, for the name that the user gave.
func (p *party) kind(name string) string {
	if p == nil {
		return name
	}
	return device.Kind(name)
}

// dismiss tells the other ranks that there is nothing to do.
func (p *party) dismiss() error {
	if p == nil {
		return nil
	}
	return p.tell(order{Nothing: true})
}

// group returns the ranks as a trainer takes them, nil for a process alone.
func (p *party) group() kernels.Group {
	if p == nil {
		return nil
	}
	return p
}

// introduce says how many ranks train together.
func (p *party) introduce(ui *ui, c model.Config) {
	if p != nil {
		ui.note("ranks: %d by %s, each with %s of a batch", p.Size(), p.place.From, count(c.Shards/p.Size(), "shard"))
	}
}

// tell tells the other ranks what they are to do.
func (p *party) tell(o order) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = kernels.Broadcast(p, text)
	return err
}

// hear returns what rank 0 tells.
func (p *party) hear() (o order, err error) {
	text, err := kernels.Broadcast(p, nil)
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(text, &o)
}

// leave ends the party of a command that ends with err.
func (p *party) leave(err error) error {
	if p == nil {
		return err
	}
	err = errors.Join(err, p.Close())
	if p.follows() && err != nil {
		err = fmt.Errorf("rank %d: %w", p.Rank(), err)
	}
	return err
}

// agree returns an error unless all ranks compute the same from the same data.
func (p *party) agree(o rankOptions, dev device.Device, data string) error {
	if p == nil {
		return nil
	}
	facts := append(slices.Clone(o.facts), []ranks.Fact{{Name: "version", Value: version()}, {Name: "data", Value: data}}...)
	return ranks.Agree(p, append(facts, arithmetic(dev)...))
}

// share gives all ranks the state of rank 0.
func (p *party) share(t *model.Trainer) error {
	if p == nil {
		return nil
	}
	return t.ShareState(p)
}

// arithmetic returns what the last bits of a step depend on beside its settings.
func arithmetic(dev device.Device) []ranks.Fact {
	if !device.IsCPU(dev) {
		_, about, _ := strings.Cut(dev.Name(), ", ")
		return []ranks.Fact{{Name: "device", Value: about}}
	}
	level, err := device.CPULevel()
	if err == nil && level != "purego" {
		level = "avx2 or avx512" // which compute the same
	}
	return []ranks.Fact{{Name: "device", Value: "cpu"}, {Name: "instructions", Value: level}}
}

// follow trains as a rank that writes nothing.
func (p *party) follow(ctx context.Context, o trainOptions) (err error) {
	ui, requests := newUI(io.Discard, io.Discard), takeSaveRequests()
	defer requests.stop()
	told, err := p.hear()
	if err != nil || told.Nothing {
		return err
	}
	s := &session{Settings: told.Settings}
	if !o.given["device"] {
		o.device.name = s.Device
	}
	o.reading.Reading = s.Reading
	data, err := openData(ctx, ui, &s.Settings, o.reading, true, false)
	if err != nil {
		return err
	}
	dev, _, err := p.device(o.device).open()
	if err != nil {
		return err
	}
	defer dev.Close()
	if err := checkTrainingMemory(dev, s.Model, int64(len(data.train.Bytes()))); err != nil {
		return err
	}
	trainer, err := model.NewTrainer(dev, s.Model, data.train)
	if err != nil {
		return err
	}
	if err := p.agree(o.ranks, dev, data.train.Fingerprint()); err != nil {
		return err
	}
	if err := p.share(trainer); err != nil {
		return err
	}
	options := s.RunOptions()
	options.Ranks, options.Readers, options.Queue, options.SaveNow = p, o.reading.readers, o.queue, requests.asked
	err = trainer.Run(ctx, options)
	if stop, ok := errors.AsType[*model.StoppedRankError](err); ok && stop.Planned() {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return interrupted(fmt.Sprintf("interrupted after step %d, which rank 0 saves", trainer.Step()))
	}
	return err
}
