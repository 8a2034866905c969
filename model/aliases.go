package model

import (
	"fmt"
	"slices"
	"strings"
)

// unsupported returns hints for the names of GAN variants that are not losses here. A hint
// follows the name in an error.
func unsupported() map[string]string {
	hints := map[string]string{
		"cgan":       "is not a loss: use --classes N with any loss",
		"dcgan":      "is not a loss: use --arch dcgan with any loss",
		"acgan":      "is not a loss: use --classes N --dis-labels classifier with any loss, or --preset variants/acgan",
		"projection": "is not a loss: use --classes N --dis-labels projection with any loss",
		"sngan":      "is not a loss: use --preset variants/sngan, which is hinge with spectral normalisation",
		"infogan":    "is not a loss: use --code-classes N or --code-values N with any loss, or --preset variants/infogan",
	}
	for _, name := range []string{"vae-gan", "cyclegan", "pix2pix", "stylegan", "progan", "biggan", "sagan", "bigan"} {
		hints[name] = "is not implemented"
	}
	return hints
}

// LossNamed returns the name in Losses that name stands for. It ignores case, reads _ as -, and
// knows the field's other names for a loss. It returns an error for an unknown name, which says
// what to use instead.
func LossNamed(name string) (string, error) {
	plain := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	for _, r := range losses {
		if r.name == plain || slices.Contains(r.value.aliases, plain) {
			return r.name, nil
		}
	}
	if hint, ok := unsupported()[plain]; ok {
		return "", fmt.Errorf("model: loss %s %s", plain, hint)
	}
	return "", fmt.Errorf("model: loss is %.40q, want one of %s", name, strings.Join(Losses(), ", "))
}
