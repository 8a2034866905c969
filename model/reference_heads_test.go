package model_test

import (
	"math"
	"math/cmplx"
	"slices"

	"gorgan/model"
)

// The reference's heads: what D's last layer makes beside the logit, and the codes that it is asked for.

// logit returns D's output for the values of its last layer, or for slopes of them, and the values beside it.
func (r *reference) logit(out []complex128, labels []uint32) (y complex128, beside []complex128) {
	c := r.config
	way := c.DisLabels
	if c.Classes == 0 {
		way = ""
	}
	switch way {
	case "logits":
		return out[labels[0]], out[c.Classes:]
	case "projection":
		return out[0] + out[1+labels[0]], out[1+c.Classes:]
	}
	return out[0], out[1:]
}

// crossEntropy returns -log softmax(logits)[class].
func crossEntropy(logits []complex128, class int) complex128 {
	sum := complex128(0)
	for _, v := range logits {
		sum += cmplx.Exp(v)
	}
	return cmplx.Log(sum) - logits[class]
}

// finds reports whether the logit of a class is the largest.
func finds(logits []complex128, class int) bool {
	return !slices.ContainsFunc(logits, func(v complex128) bool { return real(v) > real(logits[class]) })
}

// classHead returns the mean loss of D's classes for the rows of beside, and the share of the classes that it finds.
func (r *reference) classHead(beside [][]complex128, labels []uint32) (loss complex128, found float64) {
	c := r.config
	for i, label := range labels {
		logits := beside[i/c.Pack][i%c.Pack*c.Classes:][:c.Classes]
		loss += crossEntropy(logits, int(label)) / complex(float64(len(labels)), 0)
		if finds(logits, int(label)) {
			found += 1 / float64(len(labels))
		}
	}
	return loss, found
}

func (r *reference) disHeads(see disOutput) (sum complex128) {
	c := r.config
	if c.Classes > 0 && c.DisLabels == model.ClassifierLabels {
		real, _ := r.classHead(see.besideReal, see.of.labels)
		fake, _ := r.classHead(see.besideFake, see.of.labels)
		sum += complex(c.ClassWeight, 0) * (real + fake)
	}
	return sum + r.codeHeads(see)
}

func (r *reference) genHeads(see disOutput) (sum complex128) {
	c := r.config
	if c.Classes > 0 && c.DisLabels == model.ClassifierLabels {
		fake, _ := r.classHead(see.besideFake, see.of.labels)
		sum += complex(c.GenClassWeight, 0) * fake
	}
	return sum + r.codeHeads(see)
}

// codeHead returns the mean loss of the categorical code, the share of it that D finds, and the mean squared error of
// the continuous codes.
func (r *reference) codeHead(see disOutput) (loss complex128, found float64, squares complex128) {
	c := r.config
	width, first := c.CodeClasses+c.CodeValues, 0
	if c.Classes > 0 && c.DisLabels == model.ClassifierLabels {
		first = c.Pack * c.Classes
	}
	if width == 0 {
		return 0, 0, 0
	}
	n := complex(float64(c.BatchSize), 0)
	for i := range c.BatchSize {
		code, row, image := see.of.codes[i*width:][:width], see.besideFake[i/c.Pack][first:], i%c.Pack
		if c.CodeClasses > 0 {
			logits, class := row[image*c.CodeClasses:][:c.CodeClasses], slices.Index(code, 1)
			loss += crossEntropy(logits, class) / n
			if finds(logits, class) {
				found += 1 / real(n)
			}
		}
		for k, v := range code[c.CodeClasses:] {
			off := row[c.Pack*c.CodeClasses+image*c.CodeValues+k] - v
			squares += off * off / n / complex(float64(c.CodeValues), 0)
		}
	}
	return loss, found, squares
}

// codeHeads returns the weighted loss of the codes: a continuous code adds (v-c)²/2.
func (r *reference) codeHeads(see disOutput) complex128 {
	loss, _, squares := r.codeHead(see)
	return complex(r.config.CodeWeight, 0)*loss + complex(r.config.CodeValueWeight*float64(r.config.CodeValues)/2, 0)*squares
}

// codes returns the codes in rows of G's input.
func (r *reference) codes(z []float64) (codes []complex128) {
	c := r.config
	for row := range slices.Chunk(z, c.NoiseDim+c.CodeClasses+c.CodeValues) {
		codes = append(codes, onAxis(row[c.NoiseDim:])...)
	}
	return codes
}

// withCodes returns rows of noise with the codes of a stage of a step behind each.
func (r *reference) withCodes(noise []float64, step, stage int) (z []float64) {
	c := r.config
	for i := range c.BatchSize {
		z = append(z, noise[i*c.NoiseDim:][:c.NoiseDim]...)
		code := make([]float64, c.CodeClasses)
		largest, at := -1.0, 0
		for k := range code {
			if v := unit(r.word(i*c.CodeClasses+k, codeFamily+stage, step)); v > largest {
				largest, at = v, k
			}
		}
		if c.CodeClasses > 0 {
			code[at] = 1
		}
		z = append(z, code...)
		for k := range c.CodeValues {
			z = append(z, 2*unit(r.word(i*c.CodeValues+k, valueFamily+stage, step))-1)
		}
	}
	return z
}

// headFigures returns the figures of metrics about D's heads: losses and accuracies of classes, and those of codes.
func (r *reference) headFigures(see disOutput) (want []float64) {
	c := r.config
	figures := make([]float64, 8)
	if c.Classes > 0 && c.DisLabels == model.ClassifierLabels {
		onReal, right := r.classHead(see.besideReal, see.of.labels)
		onFake, rightFake := r.classHead(see.besideFake, see.of.labels)
		copy(figures, []float64{real(onReal), right, real(onFake), rightFake})
	}
	loss, found, squares := r.codeHead(see)
	if c.CodeClasses > 0 {
		figures[4], figures[5] = math.Log(float64(c.CodeClasses))-real(loss), found
	}
	if c.CodeValues > 0 {
		variance := real(squares)
		figures[6], figures[7] = float64(c.CodeValues)*(math.Log(2)-math.Log(2*math.Pi*math.E*variance)/2), math.Sqrt(variance)
	}
	return figures
}
