package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"gorgan/model/run"
)

// field is a field of a message: a number, or bytes.
type field struct {
	n      protowire.Number
	number uint64
	bytes  []byte
}

func fieldsOf(t *testing.T, message []byte) (all []field) {
	t.Helper()
	for len(message) > 0 {
		n, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			t.Fatalf("not a message: %x", message)
		}
		message = message[size:]
		f := field{n: n}
		switch kind {
		case protowire.VarintType:
			f.number, size = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, size = protowire.ConsumeFixed32(message)
			f.number = uint64(v)
		case protowire.Fixed64Type:
			f.number, size = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			f.bytes, size = protowire.ConsumeBytes(message)
		default:
			size = -1
		}
		if size < 0 {
			t.Fatalf("field %d of a message cannot be read: %x", n, message)
		}
		message, all = message[size:], append(all, f)
	}
	return all
}

// tbValue is a value of a run's event.
type tbValue struct {
	step   uint64
	tag    string
	fields []field // the others
}

// scalar returns a value that is a number.
func (v tbValue) scalar() float32 { return math.Float32frombits(uint32(v.fields[0].number)) }

// tensorboardValues reads the values of a run as TensorBoard does: a restart purges those of its
// step and later. The whole file must be whole.
func tensorboardValues(t *testing.T, dir string) (values []tbValue) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, run.EventsFile))
	must(t, err)
	checked := func(b []byte, crc []byte) []byte {
		sum := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
		if want := (sum>>15 | sum<<17) + 0xa282ead8; binary.LittleEndian.Uint32(crc) != want {
			t.Fatalf("%s: a checksum is %x, want %x", dir, crc, want)
		}
		return b
	}
	for first := true; len(text) > 0; first = false {
		size := int(binary.LittleEndian.Uint64(checked(text[:8], text[8:12])))
		event := checked(text[12:12+size], text[12+size:])
		text = text[16+size:]
		var step uint64
		for _, f := range fieldsOf(t, event) {
			if first && f.n == 3 && string(f.bytes) != "brain.Event:2" || first && f.n > 3 || !first && f.n == 3 {
				t.Fatalf("%s: the first event alone must be the version: %v", dir, f)
			}
			switch f.n {
			case 2:
				step = f.number
			case 5:
				for _, v := range fieldsOf(t, f.bytes) {
					all := fieldsOf(t, v.bytes)
					values = append(values, tbValue{step, string(all[0].bytes), all[1:]})
				}
			case 7:
				if status := fieldsOf(t, f.bytes)[0]; status.n != 1 || status.number != 1 {
					t.Fatalf("%s: a session log has the status %v", dir, status)
				}
				values = slices.DeleteFunc(values, func(v tbValue) bool { return v.step >= step })
			}
		}
	}
	return values
}

// eventsOf are the values of a run's events, but for its time.
func eventsOf(t *testing.T, dir string) (all []string) {
	t.Helper()
	for _, v := range tensorboardValues(t, dir) {
		if strings.HasPrefix(v.tag, "speed/") || strings.HasPrefix(v.tag, "_hparams_/") { // which says when it began
			continue
		}
		all = append(all, fmt.Sprintf("%d %s %08x", v.step, v.tag, crc32.ChecksumIEEE(fmt.Append(nil, v.fields))))
	}
	return all
}

// scalarsOf are the steps and the values of a tag.
func scalarsOf(t *testing.T, dir, tag string) (steps []uint64, values []float32) {
	for _, v := range tensorboardValues(t, dir) {
		if v.tag == tag {
			steps, values = append(steps, v.step), append(values, v.scalar())
		}
	}
	return steps, values
}

// TestEvents: the events of a run are its metrics, figures and pictures, and stay so when it
// resumes, whatever became of the file before.
func TestEvents(t *testing.T) {
	list, dir := tinyList(t), t.TempDir()
	flags := strings.Fields(small + " --steps 12 --save-every 4 --display-every 6 --keep 0 --evaluate-every 4 --evaluate-count 100 --r1 1 --learning-rate-decay 0.9 --dis-learning-rate 0.01 --data " + list)
	whole, parts := filepath.Join(dir, "whole"), filepath.Join(dir, "parts")
	for _, out := range []string{whole, parts} {
		succeeds(t, slices.Concat([]string{"train", "--out", out}, flags)...)
	}
	want := eventsOf(t, whole)
	if got := eventsOf(t, parts); !slices.Equal(got, want) {
		t.Errorf("the same run has other events:\n%q\n%q", got, want)
	}
	metrics, err := run.ReadMetrics(whole, 12)
	must(t, err)
	for i, m := range metrics.Noted {
		for tag, value := range map[string]float64{"loss/generator": m.GLoss, "loss/discriminator": m.DLoss, "loss/penalty": m.Penalty,
			"discriminator/real": m.DReal, "discriminator/fake": m.DFake, "divergence/value": m.Value, "divergence/jsd": m.JSD,
			"learning_rate/generator": 2e-4 * math.Pow(0.9, float64(m.Step-1)), "learning_rate/discriminator": 0.01 * math.Pow(0.9, float64(m.Step-1)),
			"speed/steps_per_second": m.ImagesPerSecond / 16} {
			steps, values := scalarsOf(t, whole, tag)
			if len(steps) != len(metrics.Noted) || steps[i] != uint64(m.Step) || values[i] != float32(value) {
				t.Fatalf("%s is %v at steps %v, want %v at step %d", tag, values, steps, value, m.Step)
			}
		}
	}
	evaluated, err := run.ReadEvaluations(whole, 12)
	must(t, err)
	for i, e := range evaluated.Noted {
		for _, f := range e.Figures {
			_, values := scalarsOf(t, whole, "evaluation/"+f.Name)
			_, floors := scalarsOf(t, whole, "evaluation/"+f.Name+"_floor")
			if values[i] != float32(f.Value) || floors[i] != float32(f.Floor) {
				t.Errorf("%s is %v with floors %v, want %v and %v at step %d", f.Name, values, floors, f.Value, f.Floor, e.Step)
			}
		}
	}
	pictures := map[string]bool{}
	for _, v := range tensorboardValues(t, whole) {
		if strings.HasPrefix(v.tag, "images/") {
			name := map[string]string{"images/real 0": run.RealsFile, "images/fake 0": run.InitFile}[fmt.Sprint(v.tag, " ", v.step)]
			if name == "" {
				name = fmt.Sprintf(run.FakesFile, v.step)
			}
			file, err := os.ReadFile(filepath.Join(whole, name))
			must(t, err)
			image := fieldsOf(t, v.fields[0].bytes)
			if !bytes.Equal(image[3].bytes, file) || image[0].number == 0 || image[2].number != 1 {
				t.Errorf("%s is another picture than that of its event: %v", name, image[:3])
			}
			pictures[name] = true
		}
	}
	if len(pictures) != 5 { // real ones; fake ones of the start, and of steps 1, 6 and 12
		t.Errorf("there are events of %v", pictures)
	}

	path := filepath.Join(parts, run.EventsFile)
	text, err := os.ReadFile(path)
	must(t, err)
	for _, c := range []struct {
		name string
		file []byte // nil for none
		from string // where it resumes
		lost bool   // the histograms of before are lost
	}{
		{name: "back", file: text, from: "checkpoint_000004.safetensors"},
		{name: "twice back", file: nil, from: "checkpoint_000008.safetensors", lost: true},
		{name: "cut short", file: text[:len(text)-5], from: "checkpoint_000008.safetensors"},
		{name: "followed by zeros", file: append(slices.Clone(text), make([]byte, 5000)...), from: "checkpoint_000008.safetensors"},
		{name: "another's", file: []byte("something else"), from: "checkpoint_000004.safetensors", lost: true},
		{name: "empty", file: []byte{}, from: "checkpoint_000012.safetensors", lost: true},
		{name: "damaged early", file: slices.Concat(text[:len(text)/3], []byte("?!"), text[len(text)/3+2:]), from: "checkpoint_000008.safetensors", lost: true},
		{name: "at the end", file: text, from: "last"},
	} {
		t.Run(c.name, func(t *testing.T) {
			must(t, os.Remove(path))
			if c.file != nil {
				must(t, os.WriteFile(path, c.file, 0o666))
			}
			succeeds(t, "train", "--resume", filepath.Join(parts, c.from))
			got, want := eventsOf(t, parts), want
			if c.lost {
				lost := func(line string) bool { return strings.Contains(line, " weights/") }
				got, want = slices.DeleteFunc(got, lost), slices.DeleteFunc(slices.Clone(want), lost)
				slices.Sort(got) // metrics, figures and pictures follow each other when they are made from their files
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("events\n%q, want\n%q", got, want)
			}
			before := digest(t, path)
			succeeds(t, "train", "--resume", parts)
			if digest(t, path) != before {
				t.Error("a resume that has nothing to do changes the file")
			}
		})
	}
	t.Run("an evaluation without a line", func(t *testing.T) {
		lines := filepath.Join(parts, run.EvaluationsFile)
		text, err := os.ReadFile(lines)
		must(t, err)
		last := bytes.LastIndexByte(text[:len(text)-1], '\n') + 1
		must(t, os.WriteFile(lines, text[:last], 0o666))
		succeeds(t, "train", "--resume", parts)
		if got := eventsOf(t, parts); !slices.Equal(got, want) {
			t.Errorf("events\n%q, want\n%q", got, want)
		}
	})
}

// TestSettingsOfEvents: the settings of a run are those that TensorBoard shows as hyperparameters.
func TestSettingsOfEvents(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	succeeds(t, strings.Fields("train --steps 1 --seed 7 --loss hinge --data "+tinyList(t)+" --out "+dir+" "+small)...)
	var config struct{ Model map[string]any }
	text, err := os.ReadFile(filepath.Join(dir, run.SettingsFile))
	must(t, err)
	must(t, json.Unmarshal(text, &config))
	v := tensorboardValues(t, dir)[0]
	if v.tag != "_hparams_/session_start_info" || v.step != 0 {
		t.Fatalf("the first value is %s of step %d", v.tag, v.step)
	}
	plugin := fieldsOf(t, fieldsOf(t, v.fields[1].bytes)[0].bytes)
	if string(plugin[0].bytes) != "hparams" {
		t.Errorf("the plugin is %q", plugin[0].bytes)
	}
	held := map[string]any{}
	for _, f := range fieldsOf(t, fieldsOf(t, plugin[1].bytes)[0].bytes) {
		if f.n == 1 {
			entry := fieldsOf(t, f.bytes)
			value := fieldsOf(t, entry[1].bytes)[0]
			key := string(entry[0].bytes)
			switch value.n {
			case 2:
				held[key] = math.Float64frombits(value.number)
			case 3:
				held[key] = string(value.bytes)
			case 4:
				held[key] = value.number == 1
			}
		}
	}
	for key, want := range config.Model {
		if got := held[key]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if held["seed"] != 7.0 || held["loss"] != "hinge" || held["device"] != "cpu" || held["keep"] != nil {
		t.Errorf("settings %v", held)
	}
}
