// Package curve prepares curves over the steps of a run for drawing: it thins and averages their
// points, and marks axes at round numbers. It does not draw.
package curve

// Point is a value at a step.
type Point struct{ X, Y float64 }

// MostPoints is the approximate number of points of a curve that is drawn.
const MostPoints = 500

// A mean is over a meansShare-th of the points. MeansFrom is the number of points above which means
// say more than the points: else noise hides where a curve goes.
const (
	MeansFrom  = 100
	meansShare = 50
)

// Means returns the mean of the points around each point. At the ends these are fewer. The slice is
// new.
func Means(points []Point) []Point {
	half := len(points) / meansShare / 2
	sums := make([]float64, len(points)+1)
	for i, p := range points {
		sums[i+1] = sums[i] + p.Y
	}
	out := make([]Point, len(points))
	for i, p := range points {
		reach := min(half, i, len(points)-1-i) // as far on both sides
		out[i] = Point{X: p.X, Y: (sums[i+reach+1] - sums[i-reach]) / float64(2*reach+1)}
	}
	return out
}

// Thin keeps about MostPoints points: the first, the last, and the lowest and the highest of each
// stretch between them, so that no spike is lost. It returns points if they are few, and else a new
// slice.
func Thin(points []Point) []Point {
	if len(points) <= MostPoints {
		return points
	}
	const stretches = MostPoints/2 - 1
	n, last := len(points)-2, len(points)-1
	kept := []Point{points[0]}
	for i := range stretches {
		stretch := points[1+i*n/stretches : 1+(i+1)*n/stretches]
		low, high := 0, 0
		for at, point := range stretch {
			if point.Y < stretch[low].Y {
				low = at
			}
			if point.Y > stretch[high].Y {
				high = at
			}
		}
		kept = append(kept, stretch[min(low, high)])
		if low != high {
			kept = append(kept, stretch[max(low, high)])
		}
	}
	return append(kept, points[last])
}
