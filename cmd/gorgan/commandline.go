package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange checks the words of a command line. It moves the flags before the other arguments,
// because the flag package wants them there: `inspect FILE --json` means the same as
// `inspect --json FILE`. Each flag must be given once, but for those of several values, and have a value. This finds an unset
// variable of a script, as in --out "$DIR" or --out $DIR --steps 5.
func arrange(app *cli.App, args []string) ([]string, error) {
	at, flags, _, name := commandOf(app, args)
	if at <= 1 {
		return args, nil
	}
	help := "see gorgan " + name + " --help"
	var first, rest []string
	given := map[cli.Flag]bool{}
	for i := at; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			rest = append(rest, args[i:]...)
			break
		}
		f, value, hasValue := flagOf(flags, a)
		if f == nil {
			if strings.HasPrefix(a, "-") && a != "-" {
				first = append(first, a) // an unknown one, for the flag package to refuse
			} else {
				rest = append(rest, a)
			}
			continue
		}
		first = append(first, a)
		flag := "--" + f.Names()[0]
		if _, several := f.(*cli.StringSliceFlag); given[f] && !several {
			return nil, usageError{fmt.Errorf("%s is given twice; %s", flag, help)}
		}
		given[f] = true
		if _, isBool := f.(*cli.BoolFlag); isBool {
			continue
		}
		if !hasValue {
			if i++; i == len(args) {
				return nil, usageError{fmt.Errorf("%s wants a value; %s", flag, help)}
			}
			value = args[i]
			if next, _, _ := flagOf(flags, value); next != nil && strings.HasPrefix(value, "--") {
				return nil, usageError{fmt.Errorf("%s wants a value, and %s follows; %s", flag, value, help)}
			}
			first = append(first, value)
		}
		if _, isText := f.(*cli.StringFlag); isText && value == "" {
			return nil, usageError{fmt.Errorf("%s has an empty value; leave it out, or %s", flag, help)}
		}
	}
	return slices.Concat(args[:at], first, rest), nil
}

// commandOf finds the command that a line names. It returns where the command's own words
// begin, its flags, the commands below it and its name.
func commandOf(app *cli.App, args []string) (at int, flags []cli.Flag, commands []*cli.Command, name string) {
	commands = app.Commands
	for at = 1; at < len(args); at++ {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[at]) })
		if i < 0 {
			break
		}
		flags, commands = commands[i].Flags, commands[i].Subcommands
	}
	return at, flags, commands, strings.Join(args[min(1, len(args)):at], " ")
}

// flagOf returns the flag that a word gives, as --name, -name or --name=value, or nil.
func flagOf(flags []cli.Flag, word string) (f cli.Flag, value string, hasValue bool) {
	name, isFlag := strings.CutPrefix(word, "-")
	if !isFlag {
		return nil, "", false
	}
	name, value, hasValue = strings.Cut(strings.TrimPrefix(name, "-"), "=")
	return findFlag(flags, name), value, hasValue
}

func findFlag(flags []cli.Flag, name string) cli.Flag {
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

func hasFlag(flags []cli.Flag, name string) bool { return findFlag(flags, name) != nil }

// mayBeEmpty is a text flag for which an empty value has a meaning.
type mayBeEmpty struct{ *cli.StringFlag }
