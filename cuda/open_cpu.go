//go:build !gpu || cpu

package cuda

import (
	"fmt"

	"gorgan/kernels"
)

func open(int, Options) (kernels.Device, error) {
	_, err := probe(0)
	return nil, err
}

func probe(int) (about string, err error) {
	return "", fmt.Errorf("%w: this program was built without CUDA; make gpu builds one that has it", ErrNoDevice)
}
