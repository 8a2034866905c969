package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/run"
)

// readers are lines of the commands that read a run's checkpoint, which stands for RUN.
var readers = []string{
	"inspect RUN", "generate --device cpu --out x.png --model RUN", "evaluate --device cpu --model RUN", "train --resume RUN --steps 3",
}

// TestNonFiniteCheckpoint: weights or moments that are no numbers are named by each command,
// though the file is whole.
func TestNonFiniteCheckpoint(t *testing.T) {
	_, files := workFolder(t)
	for what, value := range map[string]float64{"NaN": math.NaN(), "+Inf": math.Inf(1), "-Inf": math.Inf(-1)} {
		for _, tensor := range []string{"generator.0.weight", "discriminator.1.bias", "adam.v.generator.1.weight"} {
			t.Run(what+" in "+tensor, func(t *testing.T) {
				t.Chdir(layOut(t, t.TempDir(), files))
				file, state, err := loadModel("run")
				must(t, err)
				for i := range state.Tensors {
					if state.Tensors[i].Name == tensor {
						state.Tensors[i].Values[0] = float32(value)
					}
				}
				must(t, model.Save(file, state))
				whole := filepath.Join("run", "checkpoint_000000.safetensors")
				want := fmt.Sprintf("model: %s: not a whole gorgan checkpoint: tensor %s holds %s, want finite numbers; the newest whole checkpoint there is %s", file, tensor, what, whole)
				for _, line := range readers {
					want := want
					if strings.HasPrefix(line, "train") {
						want += "; go on from it with: " + new(ui).command("train", "--resume", whole)
					}
					line = strings.ReplaceAll(line, "RUN", "run")
					refused(t, t.Context(), line, exitFailed, want)
				}
			})
		}
	}
}

// TestHostileLast: what last holds, or is in its place, is no checkpoint's name.
func TestHostileLast(t *testing.T) {
	_, files := workFolder(t)
	last := filepath.Join("run", run.LastFile)
	write := func(text string) func(*testing.T) {
		return func(t *testing.T) { must(t, os.WriteFile(last, []byte(text), 0o666)) }
	}
	names := func(text string) string {
		return fmt.Sprintf("%s names %q, want a checkpoint in the same folder", last, text)
	}
	noRun := func(why string) string {
		return "run is not a run, or has no checkpoint yet: " + why
	}
	for name, tc := range map[string]struct {
		make func(*testing.T)
		want string
	}{
		"3 GB": {func(t *testing.T) { must(t, os.Truncate(last, 3<<30)) },
			noRun(last + " has 3221225472 bytes, want at most 64: too large")},
		"empty":  {write(""), names("")},
		"NULs":   {write(strings.Repeat("\x00", 30)), names(strings.Repeat("\x00", 30))},
		"a path": {write("../run/checkpoint_000002.safetensors"), names("../run/checkpoint_000002.safetensors")},
		"two names": {write("checkpoint_000002.safetensors\ncheckpoint_000000.safetensors\n"),
			names("checkpoint_000002.safetensors\ncheckpoint_000000.safetensors")},
		"an escape": {write("\x1b]0;x\x07"), names("\x1b]0;x\x07")},
		"a folder": {func(t *testing.T) {
			must(t, os.Remove(last))
			must(t, os.Mkdir(last, 0o777))
		}, noRun(last + " is a folder, want a file")},
		"a link to another file": {func(t *testing.T) {
			must(t, os.Remove(last))
			must(t, os.Symlink(filepath.Join("..", "config.toml"), last))
		}, names("loss = \"hinge\"\nsteps = 2\ngen_hidden = [8]")},
		"a link to a checkpoint": {func(t *testing.T) {
			must(t, os.Remove(last))
			must(t, os.Symlink("checkpoint_000002.safetensors", last))
		}, noRun(fmt.Sprintf("%s has %d bytes, want at most 64: too large", last, len(files[filepath.Join("run", "checkpoint_000002.safetensors")])))},
		"a link in a circle": {func(t *testing.T) {
			must(t, os.Remove(last))
			must(t, os.Symlink(run.LastFile, last))
		}, noRun("stat " + last + ": too many levels of symbolic links")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(layOut(t, t.TempDir(), files))
			tc.make(t)
			for _, line := range readers {
				refused(t, t.Context(), strings.ReplaceAll(line, "RUN", "run"), exitFailed, tc.want)
			}
		})
	}
}

// TestHostileLines: a run goes on though what it noted is lost, and says so.
func TestHostileLines(t *testing.T) {
	_, files := workFolder(t)
	for _, name := range []string{run.MetricsFile, run.EvaluationsFile} {
		for what, tc := range map[string]struct {
			text []byte
			want string
		}{
			"NULs":               {make([]byte, 2<<20), ": its last line is cut short and left out"},
			"NULs before a line": {append(make([]byte, 2<<20), "\n{\"step\":1}\n"...), ": lines that cannot be read are left out, 1; the old file is kept as %[1]s.damaged"},
			"arrays":             {[]byte("[1]\n[2]\n[3]\n"), ": lines that cannot be read are left out, 2; the old file is kept as %[1]s.damaged"},
		} {
			t.Run(name+" of "+what, func(t *testing.T) {
				t.Chdir(layOut(t, t.TempDir(), files))
				path := filepath.Join("run", name)
				must(t, os.WriteFile(path, tc.text, 0o666))
				code, said := runSoon(t, t.Context(), "train --resume run --steps 3")
				want := strings.ReplaceAll(path+tc.want, "%[1]s", path)
				if code != 0 || strings.Count(said, want+"\n") != 1 {
					t.Errorf("code %d, want %s in\n%s", code, want, said)
				}
			})
		}
	}
}

// hostileValues are JSON of which a setting takes what is of its type, if any.
var hostileValues = []string{
	`-1`, `9223372036854775807`, `1e300`, `1e999`, `NaN`, `"NaN"`, `""`, `true`, `{}`, `[]`, `[-1]`, `["x"]`,
}

// meant are those of them that a setting takes all the same: -1 for the other net's value, a
// folder that need not be there, or what is held against the data later.
var meant = map[string][]string{
	"data": {`"NaN"`}, "fingerprint": {`"NaN"`, `""`}, "held_out_fingerprint": {`"NaN"`, `""`}, "size": {`""`}, "mirror": {`true`}, "resize": {`""`}, "images": {`9223372036854775807`},
	"initial_model": {`"NaN"`, `""`}, "initial_weights": {`"NaN"`, `""`},
	"keep": {`9223372036854775807`}, "evaluate_metric": {`""`}, "stop_on_collapse": {`true`},
	"model.gen_hidden": {`[]`}, "model.dis_hidden": {`[]`}, "model.augment": {`[]`}, "model.gen_layers": {`""`}, "model.dis_layers": {`""`}, "model.fresh_noise": {`true`}, "model.seed": {`9223372036854775807`},
	"model.dis_learning_rate": {`-1`, `9223372036854775807`}, "model.dis_beta1": {`-1`}, "model.dis_beta2": {`-1`},
	// Above 0 and below what float32 holds.
	"model.weight_clip": {`9223372036854775807`}, "model.gp_weight": {`9223372036854775807`}, "model.r1": {`9223372036854775807`},
	"model.r2": {`9223372036854775807`}, "model.gen_init_scale": {`9223372036854775807`}, "model.init_deviation": {`9223372036854775807`}, "model.dis_init_scale": {`9223372036854775807`},
	"model.margin":       {`9223372036854775807`},
	"model.class_weight": {`9223372036854775807`}, "model.gen_class_weight": {`9223372036854775807`},
	"model.code_weight": {`9223372036854775807`}, "model.code_value_weight": {`9223372036854775807`},
	"model.learning_rate":  {`9223372036854775807`},
	"model.instance_noise": {`9223372036854775807`}, "model.noise_scale": {`9223372036854775807`},
	// Of no effect.
	"began.version": {`"NaN"`, `""`}, "began.command": {`[]`, `["x"]`}, "began.instructions": {`"NaN"`, `""`}, "began.date": {`"NaN"`, `""`},
}

// settingKeys are the keys of a config.json, those of its objects after a dot. The keys of an embedded
// struct stand beside the others.
func settingKeys(settings reflect.Type) (keys []string) {
	for i := range settings.NumField() {
		field := settings.Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			keys = append(keys, settingKeys(field.Type)...)
			continue
		case field.Type.Kind() != reflect.Struct:
			keys = append(keys, key)
			continue
		}
		for _, below := range settingKeys(field.Type) {
			keys = append(keys, key+"."+below)
		}
	}
	return keys
}

// TestHostileSettings: no value of any key of config.json is taken that cannot be meant, and
// the error names the file and the key.
func TestHostileSettings(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of commands, one after the other: too slow for the race detector")
	}
	_, files := workFolder(t)
	t.Chdir(layOut(t, t.TempDir(), files))
	path := filepath.Join("run", run.SettingsFile)
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	keys := settingKeys(reflect.TypeFor[run.Settings]())
	for _, key := range keys {
		var whole map[string]any
		must(t, json.Unmarshal(files[path], &whole))
		object, name := whole, key
		if above, below, nested := strings.Cut(key, "."); nested {
			object, name = whole[above].(map[string]any), below
		}
		object[name] = "VALUE"
		text, err := json.Marshal(whole)
		must(t, err)
		for _, value := range hostileValues {
			must(t, os.WriteFile(path, bytes.Replace(text, []byte(`"VALUE"`), []byte(value), 1), 0o666))
			code, said := runSoon(t, interrupted, "train --resume run --steps 3")
			wantCode, begin, want := exitFailed, "gorgan: "+path+":", name+" is "
			switch {
			case slices.Contains(meant[key], value):
				wantCode, begin, want = exitInterrupted, "gorgan: ", ""
				if strings.HasPrefix(key, "model.") && strings.Contains(said, "differ: "+name) {
					_, said, _ = strings.Cut(said, "\n") // the note that the checkpoint has another
				}
			case value == `NaN`:
				want = "invalid character 'N'"
			}
			if code != wantCode || strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, begin) || !strings.Contains(said, want) {
				t.Errorf("%s is %s: code %d, want %d and %q in\n%s", key, value, code, wantCode, begin+want, said)
			}
		}
	}
	must(t, os.WriteFile(path, append(files[path], "{}"...), 0o666))
	last := bytes.Count(files[path], []byte("\n")) + 1
	refused(t, interrupted, "train --resume run --steps 3", exitFailed, fmt.Sprintf("%s:%d:2: something follows the settings", path, last))
	if len(keys) < 50 {
		t.Errorf("%d keys are tried, want all of them", len(keys))
	}
}

// TestOtherSettings: a run whose config.json was edited goes on as its checkpoint has it, and
// says so.
func TestOtherSettings(t *testing.T) {
	_, files := workFolder(t)
	t.Chdir(layOut(t, t.TempDir(), files))
	path := filepath.Join("run", run.SettingsFile)
	edited := bytes.Replace(files[path], []byte(`"batch_size": 16`), []byte(`"batch_size": 8`), 1)
	must(t, os.WriteFile(path, edited, 0o666))
	code, said := runSoon(t, t.Context(), "train --resume run --steps 3")
	want := path + ": the checkpoint's settings are taken, of which these differ: batch_size is 8, was 16\n"
	if code != 0 || strings.Count(said, want) != 1 {
		t.Errorf("code %d, want %s in\n%s", code, want, said)
	}
	if s, err := run.ReadSettings("run"); err != nil || s.Model.BatchSize != 16 {
		t.Errorf("%s has a batch size of %d, %v, want that of the checkpoint", path, s.Model.BatchSize, err)
	}
	if _, said = runSoon(t, t.Context(), "train --resume run --steps 4"); strings.Contains(said, "differ") {
		t.Errorf("said again:\n%s", said)
	}
}
