package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/urfave/cli/v2"

	"gorgan/model/run"
)

// setting is a line of a settings file. The key is a flag's name with _ for -, and the value
// is the flag's value.
type setting struct {
	key, value string
	isText     bool   // the file has the value in quotes
	at         string // file:line:column
}

// parseSettings reads TOML, or the config.json of a run. A config.json also has facts of its
// run that are not settings. parseSettings leaves these out and returns their names.
func parseSettings(file string, text []byte) (all []setting, facts []string, err error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark
	var values map[string]any
	isJSON := bytes.HasPrefix(bytes.TrimSpace(text), []byte("{"))
	if isJSON {
		values, facts, err = parseRun(file, text)
	} else if err = toml.Unmarshal(text, &values); err != nil {
		err = tomlFault(file, err)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(values)) { // the first fault is always the same
		s := setting{key: key, at: run.Position(file, text, offsetOf(text, key, isJSON))}
		if s.value, err = settingText(values[key]); err != nil {
			return nil, nil, fmt.Errorf("%s: %s: %w", s.at, key, err)
		}
		_, s.isText = values[key].(string)
		all = append(all, s)
	}
	return all, facts, nil
}

// tomlFault says in which file, and at which place if it is known, an error in TOML is.
func tomlFault(file string, err error) error {
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := e.Position()
		return fmt.Errorf("%s:%d:%d: %w", file, line, column, err)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// parseRun reads a config.json: the settings of the run and of its model.
func parseRun(file string, text []byte) (values map[string]any, facts []string, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // a seed has up to 64 bits
	if err = d.Decode(&values); err == nil {
		if _, e := d.Token(); e != io.EOF {
			err = run.ErrFollows
		}
	}
	if err != nil {
		return nil, nil, run.JSONFault(file, text, d.InputOffset(), err)
	}
	known := newTrain(nil).Flags
	for key := range values {
		if key != "model" && !hasFlag(known, strings.ReplaceAll(key, "_", "-")) {
			facts = append(facts, key)
			delete(values, key)
		}
	}
	nested, ok := values["model"].(map[string]any)
	if !ok {
		return nil, nil, fmt.Errorf("%s has no object model, as a run's config.json has", file)
	}
	delete(values, "model")
	for key, value := range nested {
		if key == "height" || key == "width" || key == "channels" { // of the data
			facts = append(facts, key)
		} else {
			values[key] = value
		}
	}
	slices.Sort(facts)
	return values, facts, nil
}

// settingText is a value as its flag takes it. A number that is whole is written so,
// whatever form it has: 1e6 is 1000000.
func settingText(value any) (string, error) {
	switch v := value.(type) {
	case string, bool, int64:
		return fmt.Sprint(v), nil
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v.String(), nil
		}
		f, err := v.Float64()
		if err != nil {
			return "", fmt.Errorf("%s is out of range", v)
		}
		return settingText(f)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatFloat(v, 'f', 0, 64), nil
		}
		return fmt.Sprint(v), nil
	case []any:
		var parts []string
		for _, item := range v {
			part, err := settingText(item)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("want a number, a text, true or false, or a list")
}

// offsetOf returns the place of a key in a file that has it.
func offsetOf(text []byte, key string, isJSON bool) int {
	form := `(?m)^[ \t]*["']?(%s)["']?[ \t]*[=.]`
	if isJSON {
		form = `"(%s)"\s*:`
	}
	if m := regexp.MustCompile(fmt.Sprintf(form, regexp.QuoteMeta(key))).FindSubmatchIndex(text); m != nil {
		return m[2]
	}
	if i := bytes.Index(text, []byte(key)); i >= 0 { // a table's name
		return i
	}
	return 0
}

// takesText reports whether the values of a flag may be any text.
func takesText(f cli.Flag) bool {
	switch f.(type) {
	case *cli.StringFlag, mayBeEmpty:
		return true
	}
	return false
}

// apply sets the flag that the setting stands for, one of those known, unless the command
// line has or the command has no such flag.
func (s setting) apply(c *cli.Context, known []cli.Flag) error {
	flag := strings.ReplaceAll(s.key, "_", "-")
	switch {
	case slices.Contains([]string{"preset", "config", "resume", "out", "from", "continue", "for", "json", "serve", "address"}, flag):
		return fmt.Errorf("%s is no setting of a file; give --%s", s.key, flag)
	case !hasFlag(known, flag):
		var keys []string
		for _, f := range known {
			keys = append(keys, strings.ReplaceAll(f.Names()[0], "-", "_"))
		}
		if near := closest(s.key, keys); near != "" {
			return fmt.Errorf("%s is no setting; did you mean %s?", s.key, near)
		}
		return fmt.Errorf("%s is no setting; see gorgan train --help", s.key)
	case strings.Contains(s.key, "-"):
		return fmt.Errorf("%s is no setting: keys are written with _, %s", s.key, strings.ReplaceAll(s.key, "-", "_"))
	}
	f := findFlag(c.Command.Flags, flag)
	if f != nil && s.isText && !takesText(f) {
		return fmt.Errorf("%s is the text %q, want %s without quotes", s.key, s.value, wanted(f))
	}
	// An arch counts as given though it is the default, so that archOfTexts keeps it.
	if f == nil || c.IsSet(flag) || s.value == fmt.Sprint(c.Value(flag)) && flag != "arch" {
		return nil
	}
	if _, isText := f.(*cli.StringFlag); isText && s.value == "" {
		return fmt.Errorf("%s has an empty value; leave it out", s.key)
	}
	if err := c.Set(flag, s.value); err != nil {
		return fmt.Errorf("%s is %q, want %s", s.key, s.value, wanted(f))
	}
	return nil
}
