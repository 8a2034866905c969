package model_test

import "slices"

// The augmentations of the images that D gets, step by step as in the authors' program (Zhao et al. 2020).

// The families of their random numbers.
const (
	translationFamily = 0x70 << 16
	cutoutFamily      = 0x71 << 16
	colourFamily      = 0x72 << 16
)

// augmented returns both groups of images of s as D gets them. The images are numbered as in D's input.
// If there are only fake images, theirs begin at 0.
func (r *reference) augmented(s disInput, dataFirst bool) (real, fake []complex128) {
	if s.stage == genStage && r.config.Loss != "relativistic" {
		return s.real, r.augment(s, s.fake, 0, 1)
	}
	if dataFirst {
		return r.augment(s, s.real, 0, 2), r.augment(s, s.fake, 1, 2)
	}
	return r.augment(s, s.real, 1, 2), r.augment(s, s.fake, 0, 2)
}

// augment returns changed images, which are a group of so many.
func (r *reference) augment(s disInput, images []complex128, group, groups int) (all []complex128) {
	n := len(images) / r.config.Values()
	for image := range slices.Chunk(images, max(r.config.Values(), 1)) {
		i := r.place(len(all)/r.config.Values(), group, groups, n)
		word := func(family, at int) uint32 { return r.word(4*i+at, family+s.stage, s.step) }
		image = slices.Clone(image)
		if slices.Contains(r.config.Augment, "colour") {
			number := func(at int) complex128 { return complex(unit(word(colourFamily, at)), 0) }
			r.colour(image, number)
		}
		if slices.Contains(r.config.Augment, "translation") {
			image = r.translate(image, func(at int) uint32 { return word(translationFamily, at) })
		}
		if slices.Contains(r.config.Augment, "cutout") {
			r.cut(image, func(at int) uint32 { return word(cutoutFamily, at) })
		}
		all = append(all, image...)
	}
	return all
}

func (r *reference) colour(image []complex128, number func(at int) complex128) {
	for j := range image {
		image[j] += (number(0) - 0.5) / 2
	}
	for pixel := range slices.Chunk(image, r.config.Channels) {
		mean := meanOf(pixel, same)
		for j := range pixel {
			pixel[j] = (pixel[j]-mean)*(2*number(1)) + mean
		}
	}
	mean := meanOf(image, same)
	for j := range image {
		image[j] = (image[j]-mean)*(number(2)+0.5) + mean
	}
}

// rounded is n times a part of a side, rounded half up.
func rounded(side int, part float64) int { return int(float64(side)*part + 0.5) }

// chosen is one of n numbers from 0 on.
func chosen(word uint32, n int) int { return int(float64(word) / (1 << 32) * float64(n)) }

// translate pads an image with a frame of zeros, of a pixel, and takes each pixel from another place.
func (r *reference) translate(image []complex128, word func(at int) uint32) []complex128 {
	h, w, channels := r.config.Height, r.config.Width, r.config.Channels
	down, right := rounded(h, 0.125), rounded(w, 0.125)
	s, t := chosen(word(0), 2*down+1)-down, chosen(word(1), 2*right+1)-right
	padded := make([]complex128, (h+2)*(w+2)*channels)
	for row := range h {
		copy(padded[((row+1)*(w+2)+1)*channels:], image[row*w*channels:][:w*channels])
	}
	var moved []complex128
	for row := range h {
		for col := range w {
			from := min(max(row+s+1, 0), h+1)*(w+2) + min(max(col+t+1, 0), w+1)
			moved = append(moved, padded[from*channels:][:channels]...)
		}
	}
	return moved
}

func (r *reference) cut(image []complex128, word func(at int) uint32) {
	h, w, channels := r.config.Height, r.config.Width, r.config.Channels
	high, wide := rounded(h, 0.5), rounded(w, 0.5)
	top, left := chosen(word(0), h+(1-high%2)), chosen(word(1), w+(1-wide%2))
	for row := range high {
		for col := range wide {
			at := min(max(row+top-high/2, 0), h-1)*w + min(max(col+left-wide/2, 0), w-1)
			clear(image[at*channels:][:channels])
		}
	}
}
