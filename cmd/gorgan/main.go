// Command gorgan trains generative adversarial networks and draws images with them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"gorgan/cuda"
)

// The exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitNoDevice    = 3
	exitCollapsed   = 4
	exitInterrupted = 130
)

func main() {
	// The first signal lets the step under way end and be saved; the second kills.
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // a closed terminal, without nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	if code := run(ctx, os.Args, os.Stdout, os.Stderr); code != 0 {
		os.Exit(code)
	}
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	app := newApp(newUI(stdout, stderr))
	err := app.RunContext(ctx, flagsFirst(app, args))
	if err == nil {
		return 0
	}
	if text := err.Error(); text != "" {
		fmt.Fprintf(stderr, "gorgan: %s\n", text)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, cuda.ErrNoDevice):
		return exitNoDevice
	case errors.As(err, new(usageError)) || errors.Is(err, cuda.ErrName) || errors.Is(err, cuda.ErrLevel):
		return exitUsage
	case errors.As(err, new(collapseError)):
		return exitCollapsed
	}
	return exitFailed
}

func newApp(ui *ui) *cli.App {
	app := &cli.App{
		Name:  "gorgan",
		Usage: "train generative adversarial networks, on a CPU or an NVIDIA GPU",
		Description: "Begin with\n\n   gorgan train\n\nwhich trains the tutorial's GAN on MNIST, and then\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating\n\n" +
			"Exit codes: 0 done, 1 failed, 2 bad usage, 3 no such device, 4 collapsed (train --stop-on-collapse), 130 interrupted.",
		Commands: []*cli.Command{
			newTrain(ui), newGenerate(ui), newEvaluate(ui), newInspect(ui), newData(ui), newDevices(ui), newDoctor(ui), newBench(ui),
		},
		Writer: ui.out, ErrWriter: ui.err,
		Version:        version(),
		ExitErrHandler: func(*cli.Context, error) {}, // run does it
		OnUsageError:   badUsage,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usageError{fmt.Errorf("%q is not a command; see gorgan --help", c.Args().First())}
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, command := range app.Commands {
		command.OnUsageError = badUsage
		for _, sub := range command.Subcommands {
			sub.OnUsageError = badUsage
		}
	}
	return app
}

// version is the module's, which a build in a checkout has from its commit.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return fmt.Sprintf("%s, %s", info.Main.Version, info.GoVersion)
	}
	return "unknown"
}

// usageError is a command line that cannot be meant.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// badUsage points from a misspelt flag to the one that may be meant.
func badUsage(c *cli.Context, err error, _ bool) error {
	hint := fmt.Sprintf("see %s --help", c.Command.HelpName)
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		if near := cli.SuggestFlag(c.Command.Flags, name, true); near != "" {
			hint = fmt.Sprintf("did you mean %s? %s", near, hint)
		}
	}
	return usageError{fmt.Errorf("%w; %s", err, hint)}
}

// positional returns the command's arguments that are no flags, which must be as many
// as names.
func positional(c *cli.Context, names ...string) ([]string, error) {
	got := c.Args().Slice()
	if len(got) > len(names) {
		return nil, usageError{fmt.Errorf("%s: %q is too much; see %s --help", c.Command.Name, got[len(names)], c.Command.HelpName)}
	}
	if len(got) < len(names) {
		return nil, usageError{fmt.Errorf("%s: %s is missing; see %s --help", c.Command.Name, names[len(got)], c.Command.HelpName)}
	}
	return got, nil
}

// flagsFirst moves the flags of a command line before its other arguments, where the
// flag package wants them: `inspect FILE --json` is as good as `inspect --json FILE`.
func flagsFirst(app *cli.App, args []string) []string {
	commands, at := app.Commands, 1
	var flags []cli.Flag
	for at < len(args) {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[at]) })
		if i < 0 {
			break
		}
		flags, commands, at = commands[i].Flags, commands[i].Subcommands, at+1
	}
	if at == 1 {
		return args
	}
	takesValue := func(name string) bool {
		return slices.ContainsFunc(flags, func(f cli.Flag) bool {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool && slices.Contains(f.Names(), name)
		})
	}
	var first, rest []string
	for i := at; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			rest = append(rest, args[i:]...)
			break
		}
		name := strings.TrimLeft(a, "-")
		if name == a || name == "" {
			rest = append(rest, a)
			continue
		}
		first = append(first, a)
		if takesValue(name) && i+1 < len(args) {
			i++
			first = append(first, args[i])
		}
	}
	return slices.Concat(args[:at], first, rest)
}
