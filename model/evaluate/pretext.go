package evaluate

import (
	"fmt"

	"gorgan/dataset/raster"
)

// Task is what a classifier is trained to find.
type Task string

// The tasks. All but ByLabel are pretext tasks, which need no labels: an image is shown in one of
// several versions, and the net finds which. To do so it must learn what the images show: Gidaris
// et al., "Unsupervised representation learning by predicting image rotations" (2018). Images that
// are not square are mirrored instead, so that they keep their shape. For images in colour the
// three channels also change places in a cycle, so that features see colours.
const (
	ByLabel              Task = ""                            // the label
	Rotation             Task = "rotation"                    // 4 versions: turned by 0, 90, 180 and 270 degrees
	RotationAndChannels  Task = "rotation and channel order"  // 12 versions
	Mirroring            Task = "mirroring"                   // 4 versions: as it is, left and right exchanged, top and bottom exchanged, both
	MirroringAndChannels Task = "mirroring and channel order" // 12 versions
)

// PretextFor returns the pretext task for images of that shape.
func PretextFor(shape raster.Shape) Task {
	switch square, colour := shape.Height == shape.Width, shape.Channels == raster.RGB; {
	case square && colour:
		return RotationAndChannels
	case square:
		return Rotation
	case colour:
		return MirroringAndChannels
	}
	return Mirroring
}

// turns is the number of rotations, and of mirror images with the image itself.
const turns = 4

// versions returns the number of versions of an image, or 0 for ByLabel. It returns an error for an
// unknown task.
func (t Task) versions() (int, error) {
	switch t {
	case ByLabel:
		return 0, nil
	case Rotation, Mirroring:
		return turns, nil
	case RotationAndChannels, MirroringAndChannels:
		return turns * raster.RGB, nil
	}
	return 0, fmt.Errorf("task is %.80q, want none or a pretext task such as %q", string(t), Rotation)
}

// version writes version number k of the image src of that shape to dst. The task must be
// PretextFor(shape). dst and src must not overlap.
func (t Task) version(dst, src []float32, shape raster.Shape, k int) {
	turn, order := k%turns, k/turns
	last := raster.Size{Height: shape.Height - 1, Width: shape.Width - 1}
	for y := range shape.Height {
		for x := range shape.Width {
			fromY, fromX := y, x
			if t == Rotation || t == RotationAndChannels {
				for range turn { // a quarter to the right
					fromY, fromX = last.Height-fromX, fromY
				}
			} else {
				if turn&1 != 0 {
					fromX = last.Width - x
				}
				if turn&2 != 0 {
					fromY = last.Height - y
				}
			}
			to, from := dst[(y*shape.Width+x)*shape.Channels:], src[(fromY*shape.Width+fromX)*shape.Channels:]
			for c := range shape.Channels {
				to[c] = from[(c+order)%shape.Channels]
			}
		}
	}
}

// examples is images as a classifier's task shows them: image i in version i modulo their number. For
// ByLabel it is the images themselves.
func (c *Classifier) examples(images Split) rows {
	if c.Recipe.Task == ByLabel {
		return images
	}
	return shown{images, c.Recipe.Task, len(c.Labels)}
}

// label returns the label that the classifier should find for example i, or -1 if there is none.
func (c *Classifier) label(images Split, i int) int {
	if c.Recipe.Task == ByLabel {
		return images.Label(i)
	}
	return i % len(c.Labels)
}

type shown struct {
	Split
	task     Task
	versions int
}

func (s shown) row(dst []float32, i int) error {
	image := make([]float32, len(dst))
	if err := s.Split.row(image, i); err != nil {
		return err
	}
	s.task.version(dst, image, s.Set.Shape(), i%s.versions)
	return nil
}
