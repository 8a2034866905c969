package dataset

import (
	"context"
	"fmt"
	"hash/maphash"

	"gorgan/dataset/raster"
)

// maxCompared is the number of distinct images that are remembered to find identical ones.
const maxCompared = 4 << 20

// census takes the images of a source in their order and makes the set and the report.
//
// It gathers pixels and fingerprint from the start. It drops them at the first sign that there
// will be no set, because then only the problems matter.
type census struct {
	described
	options   Options
	size      raster.Size // of the set's images
	report    *Report
	seed      maphash.Seed
	byPath    map[string]int // the image that had a path first
	byContent map[uint64]int // the first image with these pixels
	compared  int            // images that were looked up in byContent
	looks     looks
	store     *store  // nil once there will be no set
	kept      []int32 // the images of the source that are in the set
	labelled  bool    // some image of the set has a label
}

// checked is an image of a source after reading. err says why there is no image.
type checked struct {
	index    int
	found           // at the set's size
	coloured bool   // visibly
	shades   shades // of its pixels
	content  uint64 // hash of its pixels
	err      error
}

// take reads all images of a source. It completes the report, and returns the set, or nil if the
// report has problems that forbid one.
func take(ctx context.Context, d described, o Options, report *Report) (*Set, error) {
	report.Kind = d.kind
	report.Entries = d.count() + len(d.problems)
	report.Notes = append(report.Notes, d.notes...)
	for _, p := range d.problems {
		report.find(p)
	}
	c := &census{described: d, options: o, report: report, seed: maphash.MakeSeed(), byPath: map[string]int{}, byContent: map[uint64]int{}}
	var err error
	if c.size, err = c.chooseSize(ctx); err != nil {
		return nil, err
	}
	c.store = newStore(c.options, d, c.size)
	if err := ordered(ctx, o.Readers, c.runs(), func(first int) ([]checked, error) { return c.check(ctx, first) }, c.add); err != nil {
		return nil, err
	}
	return c.close(ctx)
}

// runs returns the first image of each run, as items of [ordered].
func (c *census) runs() func(context.Context) (int, error) {
	step, next := c.run(), upTo((c.count()+c.run()-1)/c.run())
	return func(ctx context.Context) (int, error) {
		k, err := next(ctx)
		return k * step, err
	}
}

// check reads a run of images. It returns an error only for what is not an image's fault.
func (c *census) check(ctx context.Context, first int) ([]checked, error) {
	all := make([]checked, min(c.run(), c.count()-first))
	for k := range all {
		all[k] = c.one(ctx, first+k)
		if f, is := all[k].err.(fatal); is {
			return nil, f.error
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// one reads image i.
func (c *census) one(ctx context.Context, i int) checked {
	img := checked{index: i}
	if img.found, img.err = c.read(ctx, i, c.options.Size); img.err != nil {
		return img
	}
	img.Image = c.options.fitted(img.Image)
	img.coloured = img.Coloured()
	img.Image = c.options.channelled(img.Image)
	img.shades = shadesOf(img.Image)
	img.content = maphash.Bytes(c.seed, img.Pix)
	return img
}

// add takes the next run of images.
func (c *census) add(_ context.Context, run []checked) error {
	for _, img := range run {
		c.addOne(img)
	}
	c.options.Progress(run[0].index+len(run), c.count())
	return nil
}

func (c *census) addOne(img checked) {
	r := c.report
	if img.err == nil && img.Size != c.size {
		at := c.place(img.index)
		r.find(Problem{at.line, at.path, KindWrongSize,
			fmt.Sprintf("image is %v, want %v, the most common size; --size makes them the same", img.stored, c.size)})
		c.leaveOut()
		return
	}
	if img.err != nil {
		r.find(problem(c.place(img.index), img.err))
		c.leaveOut()
		return
	}
	c.looks.add(img, c.size)
	c.compare(img)
	r.Channels[img.channels]++
	label := c.label(img.index)
	r.count(label)
	if c.store == nil {
		return
	}
	c.labelled = c.labelled || label >= 0
	c.kept = append(c.kept, int32(img.index))
	c.store.add(img.Image, img.coloured)
}

// leaveOut goes on without an image, or without a set if that is not allowed.
func (c *census) leaveOut() {
	if !c.options.Skip {
		c.store, c.kept = nil, nil
	}
}

// compare adds a problem if the image was there before.
func (c *census) compare(img checked) {
	first, copied := c.byContent[img.content]
	if c.compared++; copied {
		c.report.Identical++
	} else if len(c.byContent) < maxCompared {
		c.byContent[img.content] = img.index
	} else {
		c.compared--
	}
	if c.file == nil {
		return
	}
	at, file, detail := c.place(img.index), c.file(img.index), "same pixels as %s"
	if same, listed := c.byPath[file]; listed {
		first, copied, detail = same, true, "same path as %s"
	} else {
		c.byPath[file] = img.index
	}
	if !copied {
		return
	}
	detail = fmt.Sprintf(detail, c.place(first))
	if c.label(first) != c.label(img.index) {
		detail += ", but another label"
	}
	c.report.find(Problem{at.line, at.path, KindDuplicate, detail})
}

// close completes the report. The set is nil if it cannot be trained on. Cancelling ctx ends the
// reading of a set that is not kept in memory.
func (c *census) close(ctx context.Context) (*Set, error) {
	r := c.report
	r.sortProblems()
	r.Images = c.looks.images
	r.Shape = raster.Shape{Size: c.size, Channels: 1}
	if c.looks.coloured > 0 && c.options.Channels != 1 || c.options.Channels == raster.RGB {
		r.Shape.Channels = raster.RGB
	}
	r.ClassNames = c.classes
	c.looks.tell(r, c.options, c.size)
	r.noteClasses()
	r.noteDuplicates()
	if c.compared < len(c.kept) {
		r.note("identical images were counted among the first %d only", c.compared)
	}
	if c.options.Skip {
		r.skip()
	}
	if c.store == nil || len(c.kept) == 0 || r.Err() != nil {
		return nil, nil
	}
	set := &Set{name: r.Source, classes: c.classes, labels: unlabelled(len(c.kept))}
	if c.labelled {
		labels := make([]int32, len(c.kept))
		for k, i := range c.kept {
			labels[k] = int32(c.label(int(i)))
		}
		set.labels = labelled(labels)
	}
	kept := c.kept
	set, err := c.store.finish(set, func(i int) (raster.Image, error) { return c.again(ctx, int(kept[i])) })
	if err != nil {
		return nil, err
	}
	r.describe(set)
	return set, nil
}

// again reads an image of a set that is not kept in memory.
func (c *census) again(ctx context.Context, i int) (raster.Image, error) {
	if err := ctx.Err(); err != nil {
		return raster.Image{}, fmt.Errorf("dataset: %s: %w", c.report.Source, err)
	}
	img, err := c.read(ctx, i, c.options.Size)
	if err == nil {
		img.Image = c.options.channelled(c.options.fitted(img.Image))
		if img.Size != c.size {
			err = fmt.Errorf("image is %v, want %v as when the source was read", img.stored, c.size)
		}
	}
	if err != nil {
		at := c.place(i)
		return img.Image, fmt.Errorf("dataset: %s: %s: %w", c.report.Source, Problem{Line: at.line, Path: at.path}.where(), err)
	}
	return img.Image, nil
}
