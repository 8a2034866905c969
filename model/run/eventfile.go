package run

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"gorgan/dataset/atomicfile"
	"gorgan/model/events"
)

// EventsFile is the file of the run for TensorBoard, which looks for "tfevents" in the names of
// files. The name is the same in all runs, so that their folders can be compared.
//
// A run that resumes adds to the file. TensorBoard may have read the file, so events of later
// steps stay in it, and a restart makes readers forget them.
const EventsFile = "events.out.tfevents.0.gorgan"

// Tags of events. The first value of the metrics has the tag generatorLoss.
const (
	generatorLoss = "loss/generator"
	evaluationTag = "evaluation/"
	weightsTag    = "weights/"
	realTag       = "images/real"
	fakeTag       = "images/fake"
)

// beginEvents writes the start of a new file for TensorBoard: the settings of the run.
func (r *Folder) beginEvents(s Settings) error {
	now := time.Now()
	settings, err := hyperparameters(s)
	if err != nil {
		return err
	}
	began, err := time.Parse(time.RFC3339, s.Began.Date)
	if err != nil {
		began = now // of a run that an older version began
	}
	if _, err := r.events.Write(events.Version(now)); err != nil {
		return err
	}
	return r.addEvent(now, 0, events.Settings(began, settings))
}

// hyperparameters returns the settings of a run by their names in config.json. It leaves out how
// the run began, and how often it writes files.
func hyperparameters(s Settings) (map[string]any, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	net, _ := all["model"].(map[string]any)
	maps.Copy(all, net)
	for _, key := range []string{"model", "began", "display_every", "measure_every", "save_every", "keep"} {
		delete(all, key)
	}
	return all, nil
}

// addEvent adds an event to the file for TensorBoard. No values are no event.
func (r *Folder) addEvent(wall time.Time, step uint32, values ...events.Value) error {
	if len(values) == 0 {
		return nil
	}
	if err := r.keeps(EventsFile, r.events); err != nil {
		return err
	}
	_, err := r.events.Write(events.Event{Wall: wall, Step: step, Values: values}.Record())
	return err
}

// heldEvents is what a file for TensorBoard holds when its run resumes from a step.
type heldEvents struct {
	end                 int64  // of the events that stay
	damaged             bool   // what follows in the file cannot be read
	last                uint32 // the last step of these events
	metrics, evaluation uint32 // the last steps, up to the one to resume from, that have such values
	pictures            int64  // the same of fake images, -1 for none, since they begin at step 0
}

// readEvents finds what the file for TensorBoard holds of the steps up to step. A missing file
// holds nothing.
func (r *Folder) readEvents(step uint32) (h heldEvents, err error) {
	h.pictures = -1
	f, info, err := atomicfile.Open(r.Path(EventsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	defer f.Close()
	noted := slices.ContainsFunc(r.evaluated.Noted, func(e Evaluation) bool { return e.Step == step })
	undone := int64(0) // where an evaluation of step begins that has no line
	err = events.Scan(f, func(e events.Head) bool {
		evaluation := strings.HasPrefix(e.Tag, evaluationTag)
		switch {
		case h.end == 0 && !e.Version:
			return false // another program's
		case e.Restart:
			kept := max(e.Step, 1) - 1
			h.last, h.metrics, h.evaluation, h.pictures = min(h.last, kept), min(h.metrics, kept), min(h.evaluation, kept), min(h.pictures, int64(kept))
			if kept < step {
				undone = 0
			}
		case e.Tag == generatorLoss:
			h.metrics = e.Step
		case e.Tag == fakeTag:
			h.pictures = int64(e.Step)
		case evaluation:
			h.evaluation = e.Step
			if e.Step == step && !noted {
				undone = h.end
			}
		}
		if !e.Restart {
			h.last = max(h.last, e.Step)
		}
		h.end = e.End
		return true
	})
	if err != nil {
		return h, fmt.Errorf("%s: %w", r.Path(EventsFile), err)
	}
	h.damaged = h.end < info.Size()
	if undone > 0 { // the run was killed before it wrote the line, and evaluates again
		h.end, h.last = undone, step
	}
	h.metrics, h.evaluation, h.pictures = min(h.metrics, step), min(h.evaluation, step), min(h.pictures, int64(step))
	return h, nil
}

// resumeEvents prepares the file for TensorBoard to resume from step, of which the lines are read.
// saved is false if the run begins again. It cuts what cannot be read off the end of the file, and
// adds what the lines and the pictures have and the file has not, which is all of them in a run
// that an older version began. It returns sentences about what was lost.
func (r *Folder) resumeEvents(s Settings, step uint32, saved bool) (notes []string, err error) {
	var held heldEvents
	if saved {
		if held, err = r.readEvents(step); err != nil {
			return nil, err
		}
		if held.damaged {
			notes = append(notes, fmt.Sprintf("%s: what follows byte %d cannot be read and is left out", r.Path(EventsFile), held.end))
		}
	}
	info, err := r.events.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > held.end {
		if err := cut(r.Path(EventsFile), held.end); err != nil {
			return nil, err
		}
	}
	if held.end == 0 {
		if err := r.beginEvents(s); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	if held.last > step {
		if _, err := r.events.Write(events.Restart(now, step+1)); err != nil {
			return nil, err
		}
	}
	for _, m := range r.measured.Noted {
		if m.Step > held.metrics {
			ago := time.Duration((r.Seconds() - m.Seconds) * float64(time.Second))
			if err := r.addEvent(now.Add(-ago), m.Step, metricValues(s.Model, m)...); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range r.evaluated.Noted {
		if e.Step > held.evaluation {
			if err := r.addEvent(now, e.Step, evaluationValues(e)...); err != nil {
				return nil, err
			}
		}
	}
	if saved {
		unread, err := r.addPictures(held.pictures, step)
		return append(notes, unread...), err
	}
	return notes, nil
}

// addPictures adds the pictures of the run whose steps are after a step and up to another. Before
// those of step 0 is -1. It returns sentences about those that cannot be read.
func (r *Folder) addPictures(after int64, last uint32) (notes []string, err error) {
	fakes, err := FakesPictures(r.Dir)
	if err != nil {
		return nil, err
	}
	type file struct {
		step int64
		name string
		tag  string
	}
	pictures := []file{{0, RealsFile, realTag}}
	for _, p := range fakes {
		pictures = append(pictures, file{int64(p.Step), p.Name, fakeTag})
	}
	for _, p := range pictures {
		if p.step <= after || p.step > int64(last) {
			continue
		}
		text, err := atomicfile.Read(r.Path(p.name), longestPicture)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		img, bad := png.DecodeConfig(bytes.NewReader(text))
		if err := cmp.Or(err, bad); err != nil {
			notes = append(notes, fmt.Sprintf("%s cannot be read, and is left out of %s: %v", r.Path(p.name), EventsFile, err))
			continue
		}
		if err := r.addEvent(time.Now(), uint32(p.step), pictureValue(p.tag, img, text)); err != nil {
			return notes, err
		}
	}
	return notes, nil
}

// longestPicture is the number of bytes of the longest picture that is read.
const longestPicture = 1 << 26

// pictureValue returns the value of a picture from the bytes of its PNG file.
func pictureValue(tag string, c image.Config, text []byte) events.Value {
	channels := 3
	if c.ColorModel == color.GrayModel {
		channels = 1
	}
	return events.Image(tag, c.Width, c.Height, channels, text)
}

// cut cuts a file. It opens the file anew, because on Windows a file that is open for appending
// cannot be cut.
func cut(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}
