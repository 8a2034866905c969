//go:build !gpu || cpu

package cuda

import (
	"fmt"

	"gorgan/kernels"
)

func open(int) (kernels.Device, error) {
	return nil, fmt.Errorf("%w: this program was built without CUDA", ErrNoDevice)
}
