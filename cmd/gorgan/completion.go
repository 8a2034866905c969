package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/raster"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/export"
	"gorgan/model/run"
	"gorgan/model/walk"
)

// completeName is the first argument when a script of completion calls the program. The others are the words after gorgan,
// the last of which is unfinished and may be empty. The program prints what that word can become.
const completeName = "complete"

// completions has the script of each shell. A shell completes a path where complete prints nothing.
var completions = []struct{ shell, install, script string }{
	{"bash", "gorgan completion bash >~/.local/share/bash-completion/completions/gorgan", `_gorgan() {
	local IFS=$'\n'
	COMPREPLY=($(gorgan complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _gorgan gorgan
`},
	{"zsh", "gorgan completion zsh >~/.zfunc/_gorgan", `#compdef gorgan
_gorgan() {
	local -a found
	found=(${(f)"$(gorgan complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	if (( ${#found} )); then compadd -a found; else _files; fi
}
compdef _gorgan gorgan
`},
	{"fish", "gorgan completion fish >~/.config/fish/completions/gorgan.fish", `function __gorgan
	set -l words (commandline -opc) (commandline -ct)
	set -l found (gorgan complete $words[2..-1] 2>/dev/null)
	if test (count $found) -gt 0
		printf '%s\n' $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c gorgan -f -a '(__gorgan)'
`},
	{"powershell", "gorgan completion powershell >>$PROFILE", `Register-ArgumentCompleter -Native -CommandName gorgan -ScriptBlock {
	param($word, $line, $at)
	$words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
	if ($word -eq '') { $words += '""' }
	gorgan complete @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`},
}

func shells() (names []string) {
	for _, c := range completions {
		names = append(names, c.shell)
	}
	return names
}

func newCompletion(u *ui) *cli.Command {
	examples := "Prints what lets a shell complete commands, flags and their values. Examples:\n"
	for _, c := range completions {
		examples += "\n   " + c.install
	}
	return &cli.Command{
		Name: "completion", Usage: "print the completions of a shell: " + strings.Join(shells(), ", "), ArgsUsage: "SHELL",
		Description: examples,
		Action: action(u, readShell, func(_ context.Context, ui *ui, script string) error {
			ui.say("%s", strings.TrimSuffix(script, "\n"))
			return nil
		}),
	}
}

// readShell returns the script of the shell that the command line names.
func readShell(_ *ui, c *cli.Context) (script string, err error) {
	args, err := positional(c, "SHELL")
	if err != nil {
		return "", err
	}
	i := slices.Index(shells(), args[0])
	if i < 0 {
		return "", usageError{fmt.Errorf("there are no completions for %q, want one of %s", args[0], strings.Join(shells(), ", "))}
	}
	return completions[i].script, nil
}

// candidates returns what the last of words can become: commands, flags, or the values of a flag that are names. It
// returns none where a path or another value is wanted.
func candidates(app *cli.App, words []string) (all []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	before, word := words[:len(words)-1], words[len(words)-1]
	if word == `""` { // as PowerShell gives an empty word
		word = ""
	}
	line := append([]string{app.Name}, before...)
	at, flags, below, name := commandOf(app, line)
	switch value := flagBefore(flags, before); {
	case value != nil:
		all = choices(value.Names()[0])
	case strings.HasPrefix(word, "-"):
		for _, f := range flags {
			all = append(all, "--"+f.Names()[0])
		}
		all = append(all, "--help")
	case at < len(line): // arguments come after the command's flags
	default:
		all = arguments(name, below)
	}
	return slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(s, word) })
}

// flagBefore returns the flag whose value comes after words, or nil.
func flagBefore(flags []cli.Flag, words []string) cli.Flag {
	if len(words) == 0 {
		return nil
	}
	f, _, hasValue := flagOf(flags, words[len(words)-1])
	if _, isBool := f.(*cli.BoolFlag); isBool || hasValue {
		return nil
	}
	return f
}

// arguments returns what can come after a command: the names that it takes, or the commands below it.
func arguments(command string, below []*cli.Command) (all []string) {
	switch command {
	case "presets":
		return presetNames()
	case "completion":
		return shells()
	}
	for _, c := range below {
		if !c.Hidden {
			all = append(all, c.Name)
		}
	}
	return all
}

// choices returns the values that a flag can have, if they are names.
func choices(flag string) []string {
	switch flag {
	case "preset":
		return presetNames()
	case "arch":
		return model.Archs()
	case "dis-norm":
		return model.DisNorms()
	case "gen-activation":
		return model.GenActivations()
	case "dis-activation":
		return model.Activations()
	case "gen-output":
		return model.GenOutputs()
	case "gen-bias-init":
		return model.BiasInits()
	case "dis-labels":
		return model.DisLabels()
	case "loss":
		return model.Losses()
	case "optimizer":
		return model.Optimizers()
	case "update-order":
		return model.UpdateOrders()
	case "augment":
		return model.Augmentations()
	case "fit":
		return raster.Fits()
	case "on-error":
		return run.OnErrors()
	case "path":
		return walk.Paths()
	case "to":
		return exportNames()
	case "net":
		return []string{export.Generator, export.Discriminator}
	case "metrics":
		return evaluate.Metrics()
	case "evaluate-metric":
		return run.EvaluateMetrics()
	case "device":
		return []string{"auto", "cpu", "cuda"}
	}
	return nil
}
