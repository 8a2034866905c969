//go:build !gpu || cpu

package cuda

import "gorgan/kernels"

func open(int, Options) (kernels.Device, error) {
	_, err := probe(0)
	return nil, err
}

func probe(int) (about string, err error) {
	return "", errWithout
}
