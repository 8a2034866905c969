package raster

// filter makes a row or column of a length from one of another length, which is first averaged in
// boxes.
type filter struct {
	box   int // pixels of a box
	boxes int
	taps  []taps // for each pixel of the result
}

// taps are the weights, which sum to one, of successive boxes.
type taps struct {
	first   int
	weights []int64
}

// longest is the largest number of taps.
func (f filter) longest() int {
	most := 0
	for _, t := range f.taps {
		most = max(most, len(t.weights))
	}
	return most
}

// newFilter makes a filter from a number of pixels, without half an inset at both ends, to another.
func newFilter(from, inset, to int) filter {
	length := from - inset
	f := filter{box: max(1, length/(boxesFor*to)), taps: make([]taps, to)}
	f.boxes = (from + f.box - 1) / f.box
	wide := max(length, to) // the filter's unit is wide/to pixels
	for i := range f.taps {
		// In units of 1/(2 to) pixels: the middle of pixel i, and how far the filter reaches.
		middle, reach := (2*i+1)*length+inset*to, 4*wide
		first := max(0, (middle-reach)/(2*to)/f.box)
		last := min(f.boxes-1, (middle+reach)/(2*to)/f.box)
		weights, sum := make([]int64, 0, last-first+1), int64(0)
		for k := first; k <= last; k++ {
			start, end := k*f.box, min((k+1)*f.box, from)
			away := (start+end)*to - middle
			w := int64(end-start) * catmullRom(int64(max(away, -away))*unit/int64(2*wide))
			weights, sum = append(weights, w), sum+w
		}
		f.taps[i] = normalised(first, weights, sum)
	}
	return f
}

// normalised scales weights so that they sum to one. The largest takes what rounding leaves.
func normalised(first int, weights []int64, sum int64) taps {
	t := taps{first, make([]int64, len(weights))}
	left, largest := int64(one), 0
	for k, w := range weights {
		t.weights[k] = w * one / sum
		left -= t.weights[k]
		if w > weights[largest] {
			largest = k
		}
	}
	t.weights[largest] += left
	for len(t.weights) > 1 && t.weights[0] == 0 {
		t.first, t.weights = t.first+1, t.weights[1:]
	}
	for len(t.weights) > 1 && t.weights[len(t.weights)-1] == 0 {
		t.weights = t.weights[:len(t.weights)-1]
	}
	return t
}

// catmullRom is the cubic filter with a = -1/2 at a distance, both in units of 1/unit, halved.
func catmullRom(d int64) int64 {
	square := d * d / unit
	cube := square * d / unit
	switch {
	case d < unit:
		return 3*cube - 5*square + 2*unit
	case d < 2*unit:
		return -cube + 5*square - 8*d + 4*unit
	}
	return 0
}

// filterRow makes a row of out from a row of boxes.
func (f filter) filterRow(out, boxes []int64, channels int) {
	const half = one / 2
	for i, t := range f.taps {
		if channels == 1 {
			from := boxes[t.first:][:len(t.weights)]
			sum := int64(half)
			for k, w := range t.weights {
				sum += w * from[k]
			}
			out[i] = sum >> weightBits
			continue
		}
		from := boxes[RGB*t.first:][:RGB*len(t.weights)]
		r, g, b := int64(half), int64(half), int64(half)
		for _, w := range t.weights {
			r, g, b = r+w*from[0], g+w*from[1], b+w*from[2]
			from = from[RGB:]
		}
		out[RGB*i], out[RGB*i+1], out[RGB*i+2] = r>>weightBits, g>>weightBits, b>>weightBits
	}
}

// filterColumns makes a row of bytes from the rows of the ring that its taps name. Row k is at k
// modulo the number of rows.
func (f filter) filterColumns(out []byte, ring []int64, t taps) {
	rows := len(ring) / len(out)
	for i := range out {
		sum := int64(1) << (weightBits + fine - 1)
		slot := t.first % rows
		for _, w := range t.weights {
			sum += w * ring[slot*len(out)+i]
			if slot++; slot == rows {
				slot = 0
			}
		}
		out[i] = uint8(min(max(sum>>(weightBits+fine), 0), 255))
	}
}
