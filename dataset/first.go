package dataset

import "fmt"

// First returns the set of the first n images, as if there were no others. n must be 1 to
// Len. First reads each of these images once, for the fingerprint of the new set. The new set
// shares s's memory and files.
func (s *Set) First(n int) (*Set, error) {
	if n < 1 || n > s.Len() {
		return nil, fmt.Errorf("dataset: %s: the first %d of %d images, want 1 to %d", s.name, n, s.Len(), s.Len())
	}
	each := s.shape.Values()
	p, row := newFingerprint(n, s.shape), make([]byte, each)
	for i := range n {
		if err := s.Read(row, i); err != nil {
			return nil, err
		}
		p.add(row)
	}
	first := *s
	first.labels = s.labels.first(n)
	if s.pixels != nil {
		first.pixels = s.pixels[: n*each : n*each]
	}
	first.fingerprint = p.sum(first.labels)
	return &first, nil
}
