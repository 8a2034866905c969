package evaluate

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
)

// squaredBetween is the oracle: float64, no products.
func squaredBetween(x, y []float32) float64 {
	var sum float64
	for k, v := range x {
		d := float64(v) - float64(y[k])
		sum += d * d
	}
	return sum
}

// TestWalk: every pair comes once, the blocks of a row in order, its distance right,
// also when rows lie far from the origin and close together.
func TestWalk(t *testing.T) {
	const seed = 5
	for name, offset := range map[string]float32{"round the origin": 0, "far away": 1000} {
		t.Run(name, func(t *testing.T) {
			// More than a block on one side, less on the other, then the other way round.
			for _, size := range [][2]int{{blockRows + 70, 90}, {90, blockRows + 70}, {3, 1}} {
				a, b := uniformRows(seed, size[0], 7, 0), uniformRows(seed, size[1], 7, 1)
				for _, m := range []matrix{a, b} {
					for i := range m.values {
						m.values[i] += offset
					}
				}
				seen := make([]int, a.Len()) // of each row, up to where
				var mu sync.Mutex
				wrong := 0
				err := newDistances(t).walk(context.Background(), a, b, func(i, j int, squared []float32) {
					mu.Lock()
					defer mu.Unlock()
					if seen[i] != j {
						t.Errorf("row %d: columns from %d after %d", i, j, seen[i])
					}
					seen[i] = j + len(squared)
					for k, got := range squared {
						if want := squaredBetween(a.at(i), b.at(j+k)); math.Abs(float64(got)-want) > 1e-5*(1+want) {
							wrong++
						}
					}
				})
				must(t, err)
				if wrong > 0 {
					t.Errorf("%v: %d distances are wrong", size, wrong)
				}
				for i, n := range seen {
					if n != b.Len() {
						t.Fatalf("%v: row %d met %d of %d rows", size, i, n, b.Len())
					}
				}
			}
		})
	}
}

// TestWalkWider: room made for narrow rows does not hold wide ones, and is not lost.
func TestWalkWider(t *testing.T) {
	d := newDistances(t)
	for _, width := range []int{1, 20, 5} {
		a, b := uniformRows(1, 300, width, 0), uniformRows(1, 4, width, 1)
		must(t, d.walk(context.Background(), a, b, func(i, _ int, squared []float32) {
			for k, got := range squared {
				if want := squaredBetween(a.at(i), b.at(k)); math.Abs(float64(got)-want) > 1e-5 {
					t.Errorf("width %d: distance from %d to %d is %v, want %v", width, i, k, got, want)
				}
			}
		}))
	}
}

// TestBlocks: what is gathered over several blocks is what rows in another order give.
func TestBlocks(t *testing.T) {
	const seed, n = 3, blockRows + 52
	d, ctx := newDistances(t), context.Background()
	x, y := uniformRows(seed, n, 2, 0), shrunkRows(seed, n, 2, 1)
	// The blocks are unlike: the nearest centres come last, and so do the widest balls.
	for i := range 2 * n {
		if i < 2*blockRows {
			x.values[i] += 0.7
		} else {
			y.values[i] *= 4
		}
	}
	others, err := d.nearestOther(ctx, x, 2)
	must(t, err)
	for i := range n {
		if own := int32(i); others.index[2*i] == own || others.index[2*i+1] == own {
			t.Fatalf("row %d is its own neighbour", i)
		}
	}
	sigmas := []float64{0.1, 0.5}
	got, err := d.logLikelihoods(ctx, x, matrix{y.values[:20], 2}, sigmas)
	must(t, err)
	for s, sigma := range sigmas {
		for i, v := range got[s] {
			var sum float64
			for c := range n {
				sum += math.Exp(-squaredBetween(x.at(c), y.at(i)) / (2 * sigma * sigma))
			}
			if want := math.Log(sum/n) - 2*math.Log(sigma*math.Sqrt(2*math.Pi)); math.Abs(v-want) > 1e-4 {
				t.Errorf("sigma %v: log p of row %d is %v, want %v", sigma, i, v, want)
			}
		}
	}
	var c [2]coverage
	for k, set := range [][2]matrix{{x, y}, {permuted(x, 1), permuted(y, 2)}} {
		c[k], err = d.coverage(ctx, manifoldOf(t, d, set[0], 5), manifoldOf(t, d, set[1], 5), 3, 5)
		must(t, err)
	}
	// The mean's last bit depends on the order.
	for k, v := range []float64{c[0].precision - c[1].precision, c[0].recall - c[1].recall, c[0].density - c[1].density, c[0].coverage - c[1].coverage} {
		if math.Abs(v) > 2./n {
			t.Errorf("figure %d of %+v is another in another order: %+v", k, c[0], c[1])
		}
	}
}

func TestNearestOther(t *testing.T) {
	// Rows 0, 2 and 3 are equal: none is its own neighbour, and of equal ones the first
	// comes first. The mean, 4, is exact, and so is all else.
	a := matrix{[]float32{6, 2, 6, 6, 0}, 1}
	got, err := newDistances(t).nearestOther(context.Background(), a, 2)
	must(t, err)
	if want := []int32{2, 3, 4, 0, 0, 3, 0, 2, 1, 0}; !slices.Equal(got.index, want) {
		t.Errorf("neighbours are %v, want %v", got.index, want)
	}
	if first, second := got.radii(1), got.radii(2); !slices.Equal(first, []float32{0, 4, 0, 0, 4}) || !slices.Equal(second, []float32{0, 16, 0, 0, 36}) {
		t.Errorf("squared distances are %v and %v", first, second)
	}
}

// TestWideRows: rows that are wide come in smaller blocks, and with the same distances and products.
func TestWideRows(t *testing.T) {
	for width, want := range map[int]int{1: blockRows, 784: blockRows, 1024: blockRows, 3072: 682, 12288: 170, 1 << 22: leastRows} {
		if got := rowsOf(width, blockRows); got != want {
			t.Errorf("%d rows of %d values in a block, want %d", got, width, want)
		}
	}
	d := newDistances(t)
	for _, width := range []int{3, 1 << 18, 5} { // the memory of a wide block is used again
		a, b := uniformRows(1, 20, width, 0), uniformRows(2, 37, width, 0)
		met := make([]int, a.Len())
		err := d.walk(context.Background(), a, b, func(i, j int, squared []float32) {
			for k, got := range squared {
				if want := squaredBetween(a.at(i), b.at(j+k)); math.Abs(float64(got)-want) > 1e-4*(1+want) {
					t.Errorf("width %d: distance of %d and %d is %v, want %v", width, i, j+k, got, want)
				}
			}
			met[i] += len(squared)
		})
		must(t, err)
		if slices.Min(met) != b.Len() || slices.Max(met) != b.Len() {
			t.Errorf("width %d: rows met %v others, want %d", width, met, b.Len())
		}
	}
}

func TestWalkCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	a := uniformRows(1, 3*blockRows, 2, 0)
	d := newDistances(t)
	last := 0
	d.progress = func(done, total int) {
		if total != 9 || done != last+1 {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
		if done == 2 {
			cancel()
		}
	}
	err := d.walk(ctx, a, a, func(int, int, []float32) {})
	if err != context.Canceled || last != 2 {
		t.Errorf("error %v after %d blocks, want %v after 2", err, last, context.Canceled)
	}
}
