// Command gorgan trains generative adversarial networks and draws images with them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"gorgan/kernels"
	"gorgan/kernels/device"
	"gorgan/model/run"
)

// The exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitNoDevice    = 3
	exitCollapsed   = 4
	exitRankMissing = 5
	exitAsserted    = 6
	exitInterrupted = 130
	exitUnread      = 141 // as a shell reports SIGPIPE
)

func main() {
	// If the reader goes away, writing returns an error, and training saves its state.
	signal.Ignore(syscall.SIGPIPE)
	ignoreSaveRequests()
	// After the first signal the current step ends and is saved. The second signal kills.
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // a closed terminal, without nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	if code := execute(ctx, os.Args, os.Stdout, os.Stderr); code != 0 {
		os.Exit(code)
	}
}

// run executes a command line and returns the exit code. A command fails if its output cannot
// be written. If the reader of the output went away, the command ends without a message, as
// SIGPIPE would end it.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ui := newUI(stdout, stderr)
	app := newApp(ui)
	var err error
	if len(args) > 1 && args[1] == completeName {
		for _, word := range candidates(app, args[2:]) {
			ui.say("%s", word)
		}
	} else if args, err = arrange(app, args); err == nil {
		err = app.RunContext(ctx, args)
	}
	if err == nil || errors.Is(err, errReported) {
		if lost := ui.failed(); lost != nil {
			err = lost
		}
	}
	if err == nil {
		return 0
	}
	if err == ui.failed() && errors.Is(err, syscall.EPIPE) {
		return exitUnread
	}
	text := sentence(err)
	if errors.Is(err, context.Canceled) && !errors.As(err, new(interrupted)) {
		text = "interrupted" // what was under way is of no use to anybody
	}
	if text != "" {
		fmt.Fprintf(stderr, "gorgan: %s\n", text)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case ui.failed() != nil && errors.Is(err, ui.failed()) && errors.Is(err, syscall.EPIPE):
		return exitUnread
	case errors.Is(err, device.ErrNoDevice):
		return exitNoDevice
	case errors.As(err, new(usageError)) || errors.Is(err, device.ErrName) || errors.Is(err, device.ErrLevel):
		return exitUsage
	case errors.As(err, new(run.CollapseError)):
		return exitCollapsed
	case errors.As(err, new(kernels.RankError)) || errors.Is(err, device.ErrRanks):
		return exitRankMissing
	case errors.As(err, new(assertionError)):
		return exitAsserted
	}
	return exitFailed
}

func newApp(ui *ui) *cli.App {
	app := &cli.App{
		Name:  "gorgan",
		Usage: "train generative adversarial networks, on a CPU or an NVIDIA GPU",
		Description: "Begin with\n\n   gorgan train\n\nwhich trains the tutorial's GAN on MNIST, and then\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating\n\n" +
			"Exit codes:\n\n" + list(
			[2]string{"0", "done"}, [2]string{"1", "failed"}, [2]string{"2", "the command line or a setting is wrong"},
			[2]string{"3", "there is no such device"}, [2]string{"4", "the generator has collapsed (train --stop-on-collapse)"},
			[2]string{"5", "another rank of a data-parallel run is missing (train --data-parallel)"},
			[2]string{"6", "a figure is not within its bound (evaluate --assert)"},
			[2]string{"130", "interrupted by a signal; a run that trains is saved"}, [2]string{"141", "the reader of the output went away"}) +
			"\nEnvironment variables:\n\n" + list(
			[2]string{device.LevelVar, "compute on the CPU with avx512, avx2 or purego (default: the fastest that the processor has)"},
			[2]string{rendezvousTokenVar, "let only those ranks meet that have this token (train --data-parallel)"},
			[2]string{tokenVar, "let only those see the pages of serve who have this token"},
			[2]string{"GORGAN_CUDA_PATH", "look for libcuda.so.1, libcublas.so.* and libnccl.so.2 in these folders first"},
			[2]string{"GORGAN_CUDA_TIMEOUT", "give a device up after a call of its driver took so long (default: 30s)"}),
		Commands: []*cli.Command{
			newTrain(ui), newServe(ui), newGenerate(ui), newWalk(ui), newTimelapse(ui), newProject(ui), newEvaluate(ui), newRuns(ui), newCompare(ui), newSweep(ui), newExplain(ui), newReport(ui),
			newExportNet(ui), newInspect(ui), newData(ui), newPresets(ui), newDevices(ui), newDoctor(ui), newBench(ui), newTune(ui),
			newCompletion(ui), newMan(ui),
		},
		Writer: ui.out, ErrWriter: ui.err,
		Version:        build(),
		ExitErrHandler: func(*cli.Context, error) {}, // run does it
		OnUsageError:   badUsage,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return notACommand(c)
			}
			return cli.ShowAppHelp(c)
		},
	}
	prepare(app.Commands)
	return app
}

// prepare sets what all commands and their subcommands have in common.
func prepare(commands []*cli.Command) {
	for _, command := range commands {
		command.OnUsageError = badUsage
		if len(command.Subcommands) == 0 {
			command.CustomHelpTemplate = helpOf(command)
		}
		prepare(command.Subcommands)
	}
}

// action returns the action of a command: it reads the options from the command line once, and
// runs the command with them.
func action[O any](ui *ui, read func(*ui, *cli.Context) (O, error), run func(context.Context, *ui, O) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		o, err := read(ui, c)
		if err != nil {
			return err
		}
		return run(c.Context, ui, o)
	}
}

// positional returns the command's arguments that are not flags. There must be as many as
// names.
func positional(c *cli.Context, names ...string) ([]string, error) {
	got := c.Args().Slice()
	if len(got) > len(names) {
		extra := got[len(names)]
		return nil, usageError{fmt.Errorf("%s takes no argument %q; %ssee %s --help", c.Command.Name, extra, flagFor(c, extra), c.Command.HelpName)}
	}
	if len(got) < len(names) {
		return nil, usageError{fmt.Errorf("%s wants %s; see %s --help", c.Command.Name, names[len(got)], c.Command.HelpName)}
	}
	return got, nil
}
