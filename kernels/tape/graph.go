package tape

// Graph is the dependences between the calls of a step. Any order that keeps them gives the same
// bits as the order of the calls.
//
// A call depends on an earlier one if one of them writes memory that the other reads, writes or
// marks, or if one marks memory that the other reads. Two that mark the same memory may come in any
// order. What a call does is what its kernel's parameters declare, so views and partial overlaps
// count.
type Graph struct {
	// Direct are the calls that each call comes right after, in rising order. There is no other
	// path from such a call to it.
	Direct [][]int
	before []set // of each call, all calls with a path to it
}

// Dependences returns the dependences between calls, which are in the order of a step.
func Dependences(calls []Call) *Graph {
	uses := make([]use, len(calls))
	g := &Graph{Direct: make([][]int, len(calls)), before: make([]set, len(calls))}
	for j, c := range calls {
		uses[j] = use{c.Reads(), c.Writes(), c.Marks()}
		g.before[j] = newSet(len(calls))
		// From the latest call back: what is reached through a later call needs no edge of its own.
		for i := j - 1; i >= 0; i-- {
			if !g.before[j].has(i) && (uses[i].clashes(uses[j]) || uses[j].clashes(uses[i])) {
				g.add(i, j)
			}
		}
	}
	return g
}

// use is the memory that a call uses.
type use struct{ reads, writes, marks []Span }

// clashes reports whether u changes memory that o uses, otherwise than both mark it.
func (u use) clashes(o use) bool {
	return Overlap(u.writes, o.reads) || Overlap(u.writes, o.writes) || Overlap(u.writes, o.marks) || Overlap(u.marks, o.reads)
}

// add adds an edge from i to j. All edges to i are there.
func (g *Graph) add(i, j int) {
	g.Direct[j] = append([]int{i}, g.Direct[j]...)
	g.before[j].add(i)
	g.before[j].union(g.before[i])
}

// Path reports whether call j must come after call i, right after it or by way of others.
func (g *Graph) Path(i, j int) bool { return g.before[j].has(i) }

// Edges returns the number of pairs in Direct.
func (g *Graph) Edges() (n int) {
	for _, d := range g.Direct {
		n += len(d)
	}
	return n
}

// Without returns the graph without the edge of Direct from i to j, and without the paths that
// there are only by that edge.
func (g *Graph) Without(i, j int) *Graph {
	w := &Graph{Direct: make([][]int, len(g.Direct)), before: make([]set, len(g.before))}
	for to, direct := range g.Direct {
		w.before[to] = newSet(len(g.before))
		for k := len(direct) - 1; k >= 0; k-- {
			if direct[k] != i || to != j {
				w.add(direct[k], to)
			}
		}
	}
	return w
}

// Critical returns the calls of a path whose weights have the largest sum, in order. A nil weight
// is 1 for each call. Weights are not negative.
func (g *Graph) Critical(weight func(call int) float64) (path []int) {
	if weight == nil {
		weight = func(int) float64 { return 1 }
	}
	sums, last := make([]float64, len(g.Direct)), -1
	via := make([]int, len(g.Direct))
	for j, direct := range g.Direct {
		via[j] = -1
		for _, i := range direct {
			if via[j] < 0 || sums[i] > sums[via[j]] {
				via[j] = i
			}
		}
		if via[j] >= 0 {
			sums[j] = sums[via[j]]
		}
		sums[j] += weight(j)
		if last < 0 || sums[j] > sums[last] {
			last = j
		}
	}
	for ; last >= 0; last = via[last] {
		path = append([]int{last}, path...)
	}
	return path
}

// set is a set of numbers, a bit each.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s set) add(i int) { s[i/64] |= 1 << (i % 64) }

func (s set) union(o set) {
	for i, word := range o {
		s[i] |= word
	}
}
