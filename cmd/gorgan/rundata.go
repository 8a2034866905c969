package main

import (
	"context"
	"fmt"
	"strings"

	"gorgan/dataset"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// runData are the images of a run.
type runData struct {
	train *dataset.Set // the generator is trained on these
	all   *dataset.Set // all that the source has for training, without those that are held out
	test  *dataset.Set // the images that the source has for tests, or that are held out; nil for none
	// heldOut is the part of the images that is held out; 0 if the source has images for tests.
	heldOut float64
	// notes says what was ignored, replaced or held out. The caller prints it unless the user has read
	// it before, because a run that is resumed or evaluated has the same images again.
	notes []string
}

// openData reads the images of a run as its settings say. Unless the part that is held out is
// fixed, it is 0 for a source that has images for tests; openData sets it so. It reads images for
// tests only if they are wanted.
func openData(ctx context.Context, ui *ui, s *run.Settings, o sourceOptions, fixed, wantTest bool) (d runData, err error) {
	ofTrain := o
	if s.Mirror && o.cache > 1 {
		ofTrain.cache = o.cache / 2 // each image is there twice
	}
	whole, report, err := openSource(ctx, ui, s.Data, "train", ofTrain)
	if err != nil {
		return d, err
	}
	if report.Splits && !fixed {
		s.HeldOut = 0
	}
	d.all, d.notes = whole, notesOf(ui, report, "train")
	switch {
	case s.HeldOut > 0:
		d.heldOut = s.HeldOut
		if d.all, d.test, err = evaluate.Holdout(whole, s.HeldOut, holdoutSeed); err != nil {
			return d, fmt.Errorf("--held-out %v: %w; --held-out 0 trains on all images", s.HeldOut, err)
		}
		d.notes = append(d.notes, fmt.Sprintf("%s: %s of %d are held out for evaluate", whole.Name(), count(d.test.Len(), "image"), whole.Len()))
	case report.Splits && wantTest:
		if d.test, report, err = openSource(ctx, ui, s.Data, "test", o); err != nil {
			return d, err
		}
		d.notes = append(d.notes, notesOf(ui, report, "test")...)
	}
	d.train = d.all
	if s.Images > 0 {
		if d.train, err = d.all.First(s.Images); err != nil {
			return d, fmt.Errorf("--images %d: %w", s.Images, err)
		}
	}
	if s.Mirror {
		if d.train, err = d.train.Mirrored(); err != nil {
			return d, err
		}
	}
	return d, nil
}

// heldOutFingerprint is the fingerprint of the images that are held out; empty if none are.
func (d runData) heldOutFingerprint() string {
	if d.heldOut == 0 {
		return ""
	}
	return d.test.Fingerprint()
}

// sameHeldOut returns an error if the images that are held out are not those the run began with.
func (d runData) sameHeldOut(s run.Settings) error {
	if got := d.heldOutFingerprint(); s.HeldOutFingerprint != "" && got != s.HeldOutFingerprint {
		return fmt.Errorf("%s: the images that are held out differ from those the run began with: fingerprint %.12s, was %.12s%s", s.Data, got, s.HeldOutFingerprint, otherData)
	}
	return nil
}

// otherData ends an error about data that are not those of a run.
const otherData = "; if those of the run lie elsewhere, name them by --data"

// holdoutSeed chooses the images that are held out. It is always the same, so that runs of other
// seeds are trained on the same images.
const holdoutSeed = 0

// reference returns the real images that fake ones are compared with. If no images were kept out of
// training, it takes some of those that were trained on, and says so.
func (d runData) reference(ui *ui) (evaluate.Reference, error) {
	share, train, held := d.heldOut, d.all, d.test
	if held == nil {
		ui.note("%s: no images were kept out of training: the figures are of images that the generator was trained on", d.all.Name())
		share = evaluate.HoldoutShare
		var err error
		if train, held, err = evaluate.Holdout(d.all, share, holdoutSeed); err != nil {
			return evaluate.Reference{}, err
		}
	}
	r, err := evaluate.NewReference(train, held)
	if share > 0 {
		r.Division = evaluate.HoldoutNote(share, holdoutSeed) + "; " + r.Division
	}
	return r, err
}

// classesOf returns the number of classes of a set: its names, or one more than its largest
// label. It is 0 if an image has no label.
func classesOf(set *dataset.Set) int {
	classes := len(set.Classes())
	for i := range set.Len() {
		if set.Label(i) < 0 {
			return 0
		}
		classes = max(classes, set.Label(i)+1)
	}
	return classes
}

// classList writes the names of a set's classes, or their numbers, for a message.
func classList(set *dataset.Set) string {
	const most = 10
	names := set.Classes()
	if names == nil {
		return fmt.Sprintf("labels 0 to %d", classesOf(set)-1)
	}
	if len(names) > most {
		names = append(names[:most:most], "…")
	}
	return printable(strings.Join(names, ", "))
}
