package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/export"
	"gorgan/model/picture"
	"gorgan/model/run"
)

// exportFormat is a value of --to.
type exportFormat struct {
	name, ending, summary string
	nets                  bool // it can have either net
}

const (
	toONNX  = "onnx"
	toTorch = "torch"
	toNpz   = "npz"
	toNoise = "noise"
	toHub   = "hub"
)

func exportFormats() []exportFormat {
	return []exportFormat{
		{toONNX, ".onnx", "an ONNX model, for onnxruntime and browsers", true},
		{toTorch, ".safetensors", "weights in PyTorch's layout", true},
		{toNpz, ".npz", "weights as arrays of NumPy", true},
		{toNoise, ".npy", "the noise of --seeds, from which an exported generator makes their images", false},
		{toHub, "", "a folder for a model hub: the first two, a model card, images, how to load it", false},
	}
}

// defaultExportSeeds are the seeds of a run's pictures.
const defaultExportSeeds = "0-35"

// exportNames returns the names of the formats.
func exportNames() (names []string) {
	for _, f := range exportFormats() {
		names = append(names, f.name)
	}
	return names
}

func newExportNet(ui *ui) *cli.Command {
	var rows [][2]string
	for _, f := range exportFormats() {
		rows = append(rows, [2]string{f.name, f.summary})
	}
	return &cli.Command{
		Name:  "export",
		Usage: "write a trained net for other programs",
		Description: "FORMAT is\n\n" + list(rows...) + "\nA generator is written as generate uses it. The images it makes elsewhere differ from ours by rounding alone: " +
			"by at most 1 of 255.\n\nExamples:\n\n" +
			"   gorgan export --model runs/00000-mnist-non-saturating --to onnx --out digits.onnx\n" +
			"   gorgan export --model runs/00000-mnist-non-saturating --to noise --seeds 0-35 --out noise.npy\n" +
			"   gorgan export --model runs/00000-mnist-non-saturating/best --to hub --out digits",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "export the checkpoint `FILE`: a file, a run's folder for its last one, or RUN/best"},
			&cli.StringFlag{Name: "to", Usage: "write `FORMAT`: " + strings.Join(exportNames(), ", ")},
			&cli.StringFlag{Name: "out", Usage: "write to `PATH`, with the ending of the format", DefaultText: "generator.onnx and so on"},
			&cli.StringFlag{Name: "net", Usage: "export the `NET`: generator, discriminator", Value: export.Generator},
			&cli.BoolFlag{Name: "raw", Usage: "export the last weights, not their average, of a generator trained with --ema"},
			&cli.StringFlag{Name: "seeds", Usage: "with --to noise or hub, take these `SEEDS`", Value: defaultExportSeeds},
		},
		Action: action(ui, readExportNetOptions, runExportNet),
	}
}

type exportNetOptions struct {
	model, out, net string
	format          exportFormat
	raw             bool
	seeds           []uint64
	seedText        string
}

func readExportNetOptions(_ *ui, c *cli.Context) (o exportNetOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o = exportNetOptions{model: c.String("model"), out: c.String("out"), net: c.String("net"), raw: c.Bool("raw"), seedText: c.String("seeds")}
	for _, f := range exportFormats() {
		if f.name == c.String("to") {
			o.format = f
		}
	}
	switch {
	case c.String("to") == "":
		return o, usageError{fmt.Errorf("--to is missing, want one of %s", strings.Join(exportNames(), ", "))}
	case o.format.name == "":
		return o, usageError{fmt.Errorf("--to is %.40q, want one of %s", c.String("to"), strings.Join(exportNames(), ", "))}
	case o.net != export.Generator && o.net != export.Discriminator:
		return o, usageError{fmt.Errorf("--net is %.40q, want %s or %s", o.net, export.Generator, export.Discriminator)}
	case o.net != export.Generator && !o.format.nets:
		return o, usageError{fmt.Errorf("--net %s: --to %s is for the generator; a discriminator goes to onnx, torch or npz", o.net, o.format.name)}
	case o.raw && o.net != export.Generator:
		return o, usageError{errors.New("--raw: only a generator has averaged weights")}
	case o.raw && o.format.name == toNoise:
		return o, usageError{errors.New("--raw: noise does not depend on the weights")}
	case c.IsSet("seeds") && o.format.nets:
		return o, usageError{fmt.Errorf("--seeds goes with --to noise or hub, not with --to %s, which makes images of any noise", o.format.name)}
	}
	if o.seeds, err = parseRanges("seeds", o.seedText); err != nil {
		return o, err
	}
	if err := o.readOut(c.IsSet("out")); err != nil {
		return o, err
	}
	return o, nil
}

// readOut checks --out, or sets it.
func (o *exportNetOptions) readOut(given bool) error {
	switch {
	case !given && o.format.name == toHub:
		o.out = toHub
	case !given && o.format.name == toNoise:
		o.out = toNoise + o.format.ending
	case !given:
		o.out = o.net + o.format.ending
	case o.out == "":
		return usageError{errors.New("--out is empty, want a path")}
	case o.format.name != toHub && !strings.EqualFold(filepath.Ext(o.out), o.format.ending):
		return usageError{fmt.Errorf("--out: %s: what --to %s writes ends in %s", o.out, o.format.name, o.format.ending)}
	}
	info, err := os.Stat(o.out)
	switch {
	case err != nil:
		return nil
	case o.format.name == toHub && !info.IsDir():
		return fmt.Errorf("--out: %s is a file, want a folder", o.out)
	case o.format.name != toHub && !info.Mode().IsRegular():
		return fmt.Errorf("--out: %s is no regular file", o.out)
	}
	return nil
}

func runExportNet(ctx context.Context, ui *ui, o exportNetOptions) error {
	file, state, err := ui.openModel(o.model)
	if err != nil {
		return err
	}
	if o.format.name == toNoise {
		return o.write(ui, count(len(o.seeds), "seed"), func(w io.Writer) error { return export.WriteNoise(w, state.Config, o.seeds) })
	}
	net, err := export.New(state, o.net, o.raw, version())
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%s of step %d", o.net, state.Step)
	switch o.format.name {
	case toHub:
		return o.writeHub(ctx, ui, file, state, net)
	case toONNX:
		return o.write(ui, what, net.WriteONNX)
	case toTorch:
		return o.write(ui, what, net.WriteTorch)
	default:
		return o.write(ui, what, net.WriteNpz)
	}
}

// write writes the one file of an export, and says what is in it.
func (o exportNetOptions) write(ui *ui, what string, write func(io.Writer) error) error {
	if err := writeWhole(ui, o.out, write); err != nil {
		return err
	}
	ui.say("%s: %s", printable(o.out), what)
	return nil
}

// writeHub writes the folder of a hub. Each file appears whole, and the card after the others.
func (o exportNetOptions) writeHub(ctx context.Context, ui *ui, file string, state *model.State, net *export.Net) error {
	h := export.Hub{Net: net, Seeds: "seed " + o.seedText, Chosen: o.seedText != defaultExportSeeds, Data: "images that are not known"}
	if len(o.seeds) > 1 {
		h.Seeds = "seeds " + o.seedText
	}
	if err := o.describe(ui, &h, file, state); err != nil {
		return err
	}
	var err error
	if h.Samples, err = o.samples(ctx, state); err != nil {
		return err
	}
	if err := atomicfile.MkdirAll(o.out); err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return fmt.Errorf("--out: no folder %s can be made: %w", o.out, err)
	}
	if err := atomicfile.RemoveTemporaries(o.out, time.Hour); err != nil {
		return err
	}
	replaced := 0
	for _, f := range h.Files() {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(o.out, f.Name)
		if exists(path) {
			replaced++
		}
		if err := atomicfile.Write(path, f.Write); err != nil {
			return err
		}
	}
	if replaced > 0 {
		ui.note("%s: replaced %s that had the same name", o.out, count(replaced, "file"))
	}
	ui.say("%s: generator of step %d with its card, README.md", printable(o.out), state.Step)
	return nil
}

// describe takes from the run of a checkpoint what the card says of it. A checkpoint alone is no
// error. The paths in the run's settings are no one else's business, so the card has the last name of the data's alone.
func (o exportNetOptions) describe(ui *ui, h *export.Hub, file string, state *model.State) error {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return err
	}
	h.Name = filepath.Base(dir)
	s, err := run.ReadSettings(dir)
	if err != nil || s.Fingerprint != state.Data {
		h.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = errors.New("it is not in the folder of its run")
		}
		ui.note("%s: the card says neither what it was trained on nor how good it is: %v", file, err)
		return nil
	}
	h.Data = filepath.Base(s.Data)
	if o.raw && state.Config.EMA > 0 {
		ui.note("%s: the card has no figures, because evaluations are of the average of the weights", file)
		return nil
	}
	lines, err := run.ReadEvaluations(dir, state.Step)
	if err != nil {
		return err
	}
	if n := len(lines.Noted); n > 0 {
		h.Evaluation = &lines.Noted[n-1]
	} else {
		ui.note("%s: the card has no figures, because the run was not evaluated; train --evaluate-every measures its images", file)
	}
	return nil
}

// samples draws the images of the seeds on the CPU.
func (o exportNetOptions) samples(ctx context.Context, state *model.State) (image.Image, error) {
	dev, _, err := device.Open("cpu", device.Options{})
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	p := picture.Of(state.Config, o.seeds, nil)
	p.ClassNames = state.ClassNames
	rows, cols := picture.Squarish(len(o.seeds), len(p.Classes))
	g := p.Grid(rows, cols, 0, picture.MaxPixels)
	if err := g.Check(picture.MaxPixels); err != nil {
		return nil, usageError{fmt.Errorf("%w; ask for fewer --seeds", err)}
	}
	if err := checkDrawingMemory(dev, state.Config, p.Bytes()+g.Bytes()); err != nil {
		return nil, err
	}
	gen, err := model.NewGenerator(dev, state, o.raw)
	if err != nil {
		return nil, err
	}
	p.Sample = gen.Sample
	return p.Picture(ctx, g)
}
