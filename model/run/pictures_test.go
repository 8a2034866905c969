package run

import (
	"fmt"
	"image/color"
	"image/png"
	"os"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/picture"
)

// TestReals: the picture of the data shows a set in colours as it is, and grey images in stacks of
// three as the channels of one.
func TestReals(t *testing.T) {
	const n, pixels = 4, 6
	for _, stack := range []int{1, 3} {
		t.Run(fmt.Sprint(stack), func(t *testing.T) {
			shape := raster.Shape{Size: raster.Size{Height: 2, Width: 3}, Channels: raster.RGB / stack}
			bytes := make([]byte, n*pixels*raster.RGB)
			for i := range bytes {
				bytes[i] = byte(3 * i)
			}
			set, err := dataset.FromPixels("few", shape, bytes, nil)
			must(t, err)
			c := model.Default()
			c.Stack, c.GenHidden, c.DisHidden, c.BatchSize = stack, nil, nil, n
			dev, _, err := device.Open("cpu", device.Options{Workers: 1})
			must(t, err)
			defer dev.Close()
			trainer, err := model.NewTrainer(dev, c.ForSet(shape), set)
			must(t, err)
			folder, err := Create(t.TempDir()+"/run", "run", Settings{Model: trainer.Config()})
			must(t, err)
			defer folder.Close()
			must(t, folder.Begin(trainer, set))
			f, err := os.Open(folder.Path(RealsFile))
			must(t, err)
			defer f.Close()
			img, err := png.Decode(f)
			must(t, err)
			scale := (img.Bounds().Dx() - 3*picture.Gap) / 6 // of two images of 3 pixels
			for i := range n * pixels {
				image, y, x := i/pixels, i%pixels/3, i%3
				at := func(channel int) uint8 {
					if stack == 1 {
						return bytes[i*3+channel]
					}
					return bytes[(image*3+channel)*pixels+i%pixels]
				}
				want := color.NRGBA{at(0), at(1), at(2), 255}
				px := picture.Gap + image%2*(3*scale+picture.Gap) + x*scale
				py := picture.Gap + image/2*(2*scale+picture.Gap) + y*scale
				if got := color.NRGBAModel.Convert(img.At(px, py)); got != want {
					t.Fatalf("pixel %d of image %d is %v, want %v", i%pixels, image, got, want)
				}
			}
		})
	}
}
