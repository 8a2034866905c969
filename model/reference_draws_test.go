package model_test

import (
	"math"

	"gorgan/kernels"
	"gorgan/model"
	"gorgan/model/streams"
)

// The random numbers of a step, word by word, as packages kernels and model document
// them.

// genStage is the stage of G's update in a step.
const genStage = 1<<16 - 1

// The families of D's random numbers.
const (
	noiseFamily   = 0x80 << 16
	pointFamily   = 0x81 << 16
	codeFamily    = 6 << 16    // of categorical codes
	valueFamily   = 7 << 16    // of continuous ones
	dropoutFamily = 0x82 << 16 // of the input, and a family more for each hidden layer
)

// word is the random word of element i of a stream.
func (r *reference) word(i, stream, step int) uint32 {
	return kernels.Philox4x32([4]uint32{uint32(i / 4), uint32(stream), uint32(step), 0}, kernels.Key(r.config.Seed))[i%4]
}

func unit(word uint32) float64 { return float64(word>>8) / (1 << 24) }

// normal returns element i of standard normal values, by Box and Muller.
func (r *reference) normal(i, stream, step int) float64 {
	first := i &^ 1
	radius := math.Sqrt(-2 * math.Log((float64(r.word(first, stream, step))+0.5)/(1<<32)))
	angle := 2 * math.Pi * float64(r.word(first+1, stream, step)) / (1 << 32)
	if i%2 == 1 {
		return radius * math.Sin(angle)
	}
	return radius * math.Cos(angle)
}

// place is that of row i of a batch of so many rows, among the random numbers for so many groups of such rows: those of
// a shard follow each other, group by group.
func (r *reference) place(i, group, groups, rows int) int {
	n := rows / r.config.Shards // of a shard
	return i/n*groups*n + group*n + i%n
}

// keeps returns the factors of D's dropout at a stage of a step, by row of D's input, layer and
// input of the layer. A row without dropout is nil.
func (r *reference) keeps(step, stage int) [][][]complex128 {
	c := r.config
	rows := make([][][]complex128, 3*c.BatchSize/c.Pack)
	if c.DisDropoutInput == 0 && c.DisDropoutHidden == 0 {
		return rows
	}
	n := c.BatchSize / c.Pack
	groups := 2
	if c.Loss == "wgan-gp" || c.Loss == "dragan" {
		groups = 3
	}
	for row := range rows {
		place := r.place(row%n, row/n, groups, n)
		for layer, width := range append([]int{c.Pack * c.Values()}, r.disHidden()...) {
			keep := float64(float32(1 - c.DisDropoutHidden))
			if layer == 0 {
				keep = float64(float32(1 - c.DisDropoutInput))
			}
			factors := make([]complex128, width)
			for i := range factors {
				if unit(r.word(place*width+i, dropoutFamily+layer<<16+stage, step)) < keep {
					factors[i] = complex(1/keep, 0)
				}
			}
			rows[row] = append(rows[row], factors)
		}
	}
	return rows
}

// noisy adds the instance noise of the step. If there are only fake images, their noise begins at
// the first of the normal values.
func (r *reference) noisy(s disInput, dataFirst bool) (x, fake []complex128) {
	c := r.config
	stddev := float64(float32(c.InstanceNoise))
	if c.InstanceNoiseSteps > 0 {
		stddev *= max(0, 1-float64(s.step-1)/float64(c.InstanceNoiseSteps))
	}
	add := func(images []complex128, group, groups int) (sum []complex128) {
		for i, v := range images {
			sum = append(sum, v+complex(stddev*r.normal(r.place(i, group, groups, len(images)), noiseFamily+s.stage, s.step), 0))
		}
		return sum
	}
	if s.stage == genStage && c.Loss != "relativistic" {
		return s.real, add(s.fake, 0, 1)
	}
	if dataFirst {
		return add(s.real, 0, 2), add(s.fake, 1, 2)
	}
	return add(s.real, 1, 2), add(s.fake, 0, 2)
}

// between returns wgan-gp's points, one on each line from a real to a fake row.
func (r *reference) between(s disInput, x, fake []complex128) []complex128 {
	width := r.config.Pack * r.config.Values()
	points := make([]complex128, len(x))
	for i := range points {
		e := complex(unit(r.word(i/width, pointFamily+s.stage, s.step)), 0)
		points[i] = e*x[i] + (1-e)*fake[i]
	}
	return points
}

// around returns dragan's points.
func (r *reference) around(s disInput, x []complex128) []complex128 {
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += real(v) / float64(len(x))
	}
	for _, v := range x {
		variance += (real(v) - mean) * (real(v) - mean) / float64(len(x))
	}
	points := make([]complex128, len(x))
	for i, v := range x {
		points[i] = v + complex(math.Sqrt(variance)/2*unit(r.word(i, pointFamily+s.stage, s.step)), 0)
	}
	return points
}

// inputs are the batch and the noise of one turn of D.
type inputs struct {
	step, nth int
	x, z      []float64
	labels    []uint32
	fresh     []float64 // the noise of G's update after it
}

// dataSet is the data of a reference: the bytes of images, and their labels if they have any.
type dataSet struct {
	pixels []byte
	labels []int
}

// inputs returns the inputs of turn nth of a step.
func (r *reference) inputs(set dataSet, step, nth int) inputs {
	c, key := r.config, kernels.Key(r.config.Seed)
	in := inputs{step: step, nth: nth}
	size := c.Values() / c.Stack // of an image of the set
	images := uint32(len(set.pixels) / size)
	first := ((step-1)*c.DisSteps + nth) * c.BatchSize * c.Stack
	in.x = make([]float64, c.BatchSize*c.Values())
	for i := range c.BatchSize * c.Stack {
		image := int(kernels.Image(uint64(first+i), images, key))
		for j, p := range set.pixels[image*size:][:size] {
			in.x[i/c.Stack*c.Values()+j*c.Stack+i%c.Stack] = float64(p) / 255
		}
		if c.Classes > 0 {
			in.labels = append(in.labels, uint32(set.labels[image]))
		}
	}
	noise := make([]float32, c.BatchSize*c.NoiseDim)
	kernels.Uniform(noise, key, streams.DisNoise+kernels.Stream(nth), uint32(step))
	in.z = r.withCodes(wide(noise), step, nth)
	kernels.Uniform(noise, key, streams.GenNoise, uint32(step))
	in.fresh = r.withCodes(wide(noise), step, genStage)
	return in
}

// last returns the last batch and the noise of a step.
func (r *reference) last(set dataSet, step int) inputs {
	c := r.config
	in := r.inputs(set, step, c.DisSteps-1)
	if c.UpdateOrder != model.Simultaneous && (c.DisSteps > 1 || c.FreshNoise) {
		in.z = in.fresh
	}
	return in
}

// step does a step of algorithm 1 of the 2014 paper.
func (r *reference) step(set dataSet, step int) {
	if r.config.UpdateOrder == model.Simultaneous {
		in := r.last(set, step)
		dis, gen := r.disGradients(in), r.genGradients(in)
		balanced := r.balanced(r.meanReal(in), in)
		r.descend("discriminator", dis, step)
		r.descend("generator", gen, step)
		r.k = balanced
		return
	}
	var onReal float64
	for nth := range r.config.DisSteps {
		in := r.inputs(set, step, nth)
		onReal = r.meanReal(in)
		r.descend("discriminator", r.disGradients(in), step)
	}
	in := r.last(set, step)
	balanced := r.balanced(onReal, in)
	r.descend("generator", r.genGradients(in), step)
	r.k = balanced
}

// meanReal returns D's mean output on real images in an update of D, if the loss is began.
func (r *reference) meanReal(in inputs) float64 {
	if r.config.Loss != "began" {
		return 0
	}
	return real(meanOf(r.forwardDis(r.shown(in, in.nth)).real, same))
}

// balanced returns the k of began after a step, whose update of D had that mean output on real images, and whose update of G
// is from in.
func (r *reference) balanced(onReal float64, in inputs) float64 {
	if r.config.Loss != "began" {
		return 0
	}
	onFake := real(meanOf(r.forwardDis(r.shown(in, genStage)).fake, same))
	return min(1, max(0, r.k+r.config.KRate*(r.config.Gamma*onReal-onFake)))
}
