package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/model/report"
	"gorgan/model/run"
)

// settingsBeside returns the settings of the run in dir beside those of its baseline.
func settingsBeside(dir string, h run.History) (s report.Settings, err error) {
	path := filepath.Join(dir, run.SettingsFile)
	text, err := atomicfile.Read(path, longestConfig)
	if err != nil {
		return s, err
	}
	of, _, err := parseSettings(path, text)
	if err != nil {
		return s, err
	}
	name, settings, err := baseline(h.Settings)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	if text, err = json.Marshal(settings); err != nil {
		return s, err
	}
	base, _, err := parseSettings(name, text)
	if err != nil {
		return s, err
	}
	s.Base = name
	beside := map[string]string{}
	for _, b := range base {
		beside[b.key] = b.value
	}
	for _, one := range of {
		s.All = append(s.All, report.Setting{Name: one.key, Value: one.value, Base: beside[one.key]})
		delete(beside, one.key)
	}
	for _, key := range slices.Sorted(maps.Keys(beside)) { // left out of a config.json, as false and 0 can be
		s.All = append(s.All, report.Setting{Name: key, Base: beside[key]})
	}
	return s, nil
}

// repeating returns command lines that make the run again, in another folder. Where the run has a plan,
// they name it: on its GPU another plan gives other bits.
func repeating(dir string, s run.Settings) (all []report.Command) {
	file := func(name string) string { return strings.TrimSuffix(dir, string(os.PathSeparator)) + "/" + name }
	dropped, plan, its := []string{"out", "continue", "for", "json"}, []string(nil), ""
	if _, err := os.Stat(file(run.PlanFile)); err == nil {
		dropped, plan, its = append(dropped, "plan"), []string{"--plan", file(run.PlanFile)}, ", with its plan"
	}
	if words := without(s.Began.Command, dropped...); len(words) > 0 {
		all = append(all, report.Command{Does: "the command that began it, without its folder" + its, Line: elsewhere(append(words, plan...)...)})
	}
	if s.InitialModel != "" {
		plan = append(plan, "--from", s.InitialModel)
	}
	return append(all, report.Command{Does: fmt.Sprintf("from the run's folder, to step %d%s", s.Steps, its),
		Line: elsewhere(append([]string{"train", "--config", file(run.SettingsFile)}, plan...)...)})
}

// without returns the words of a command line without these flags and their values.
func without(words []string, flags ...string) (kept []string) {
	for i := 0; i < len(words); i++ {
		f, _, hasValue := flagOf(newTrain(nil).Flags, words[i])
		_, isBool := f.(*cli.BoolFlag)
		if f == nil || !slices.Contains(flags, f.Names()[0]) {
			kept = append(kept, words[i])
		} else if !hasValue && !isBool {
			i++
		}
	}
	return kept
}
