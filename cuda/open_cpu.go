//go:build !gpu || cpu

package cuda

import "gorgan/kernels"

// Open returns ErrNotBuilt.
func Open(int, Options) (kernels.Device, error) { return nil, ErrNotBuilt }

// Probe returns ErrNotBuilt.
func Probe(int) (about string, err error) { return "", ErrNotBuilt }
