package evaluate

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// predictRows is the number of images in a batch of the classifier, or fewer if they are large: see
// rowsOf. For one classifier it is fixed. The last batch is padded with old rows, which change
// nothing, because each output row depends only on its own input row.
const predictRows = 1024

// predictor is a classifier on a device.
type predictor struct {
	dev              kernels.Device
	program          *graph.Program
	rows             int           // in a batch
	host             []float32     // (rows, values)
	x                *tensor.Dense // the same on the device
	features, logits *tensor.Dense // (rows, the last hidden layer's units), (rows, classes)
}

// load copies the classifier to dev.
func (c *Classifier) load(dev kernels.Device) (*predictor, error) {
	net, err := newNet(c.Widths).New(dev)
	if err != nil {
		return nil, err
	}
	if err := upload(dev, net, c.values()); err != nil {
		return nil, err
	}
	n := rowsOf(c.Widths[0], predictRows)
	p := &predictor{dev: dev, rows: n, host: make([]float32, n*c.Widths[0])}
	if p.x, err = dev.New(tensor.Float32, n, c.Widths[0]); err != nil {
		return nil, err
	}
	var features, logits *graph.Value
	p.program, err = graph.New(dev, func(b *graph.Builder) {
		outputs := net.Outputs(&nn.Pass{Builder: b}, b.Leaf("x", p.x))
		features, logits = b.Keep(outputs[len(outputs)-2]), b.Keep(outputs[len(outputs)-1])
	})
	if err != nil {
		return nil, err
	}
	if p.features, err = p.program.Tensor(features); err != nil {
		return nil, err
	}
	p.logits, err = p.program.Tensor(logits)
	return p, err
}

// Accuracy returns the share of the labelled images that c classifies correctly, or 0 if none has
// a label. For a pretext task it is the share of the images whose version c finds, each in one. The
// memory that it allocates on dev is free only after dev is closed. It returns an
// error if the images do not have the size that c takes or cannot be read, or if dev fails. If ctx
// ends, it returns ctx's error.
func (c *Classifier) Accuracy(ctx context.Context, dev kernels.Device, images Split) (float64, error) {
	if err := c.fits(images); err != nil {
		return 0, err
	}
	net, err := c.load(dev)
	if err != nil {
		return 0, err
	}
	return net.accuracy(ctx, c, images)
}

func (p *predictor) accuracy(ctx context.Context, c *Classifier, images Split) (float64, error) {
	logits := newMatrix(images.Len(), len(c.Labels))
	err := p.each(ctx, c.examples(images), nil, func(first, count int) error {
		return p.take(logits.values[first*logits.cols:], p.logits, count)
	})
	if err != nil {
		return 0, err
	}
	return c.right(images, logits), nil
}

// fits returns an error unless the images have the number of values that c takes.
func (c *Classifier) fits(images Split) error {
	if err := images.check(); err != nil {
		return err
	}
	if got := images.width(); got != c.Widths[0] {
		return fmt.Errorf("evaluate: %v: images have %d values, want %d for the classifier %v", images, got, c.Widths[0], c)
	}
	return nil
}

// right returns the share of the examples with a label whose likeliest class is that. logits are
// those of the examples.
func (c *Classifier) right(images Split, logits matrix) float64 {
	right, labelled := 0, 0
	for i := range logits.Len() {
		if label := c.label(images, i); label >= 0 {
			labelled++
			if c.Labels[likeliest(logits.at(i))] == label {
				right++
			}
		}
	}
	return float64(right) / float64(max(labelled, 1))
}

// each runs the net on all images, batch by batch. It calls visit after each batch, when the net
// holds the outputs for count images from first on.
func (p *predictor) each(ctx context.Context, images rows, progress func(done, total int), visit func(first, count int) error) error {
	width := images.width()
	for first := 0; first < images.Len(); first += p.rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(p.rows, images.Len()-first)
		err := parallel(n, func(i int) error { return images.row(p.host[i*width:][:width], first+i) })
		if err != nil {
			return err
		}
		if err := p.dev.Upload(p.x, p.host); err != nil {
			return err
		}
		if err := p.program.Run(); err != nil {
			return err
		}
		if err := visit(first, n); err != nil {
			return err
		}
		if progress != nil {
			progress(first+n, images.Len())
		}
	}
	return nil
}

// take copies the first n rows of y, one of the net's outputs, to dst.
func (p *predictor) take(dst []float32, y *tensor.Dense, n int) error {
	cols := y.Shape()[1]
	v, err := p.dev.View(y, 0, n, cols)
	if err != nil {
		return err
	}
	return p.dev.Download(dst[:n*cols], v)
}
