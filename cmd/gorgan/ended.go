package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"gorgan/model"
)

// interrupted is context.Canceled with a message for people.
type interrupted string

func (i interrupted) Error() string { return string(i) }
func (i interrupted) Unwrap() error { return context.Canceled }

// notBegun is the error of a command that was interrupted before it trained, for example while
// it read the data.
func (p *plan) notBegun(ui *ui) error {
	if p.run == nil {
		return interrupted("interrupted before step 1; nothing was saved")
	}
	return interrupted(fmt.Sprintf("interrupted before step %d; the run is as it was; go on with: %s", p.step()+1, ui.command("train", "--resume", p.run.dir)))
}

// ended returns the error of a run that ended early, and says what to do.
func (p *plan) ended(ui *ui, step uint32, err error) error {
	if errors.Is(err, context.Canceled) {
		return interrupted(fmt.Sprintf("interrupted at step %d, which is saved; go on with: %s", step, ui.command("train", "--resume", p.run.dir)))
	}
	if errors.As(err, new(collapseError)) {
		return err
	}
	if file, e := checkpointPath(p.run.dir); e == nil {
		ui.note("the last good checkpoint is %s", file)
		if _, e := os.Stat(p.run.path(settingsFile)); errors.Is(e, fs.ErrNotExist) {
			ui.note("%s is gone, without which the run does not go on: put it back", p.run.path(settingsFile))
		} else if !errors.As(err, new(*model.NonFiniteError)) { // which would come again
			ui.note("go on from it with: %s", ui.command("train", "--resume", p.run.dir))
		}
	}
	return err
}

// lost returns the error of a run whose folder is gone. The run ended with err, or reached its
// last step.
func lost(gone error, step uint32, err error) error {
	if errors.As(err, new(*goneError)) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, context.Canceled) {
		err = nil // gone says it
	}
	return errors.Join(err, fmt.Errorf("%w; the run was at step %d", gone, step))
}
