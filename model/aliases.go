package model

import (
	"fmt"
	"slices"
	"strings"
)

// lossAliases are other names of losses, in lower case with hyphens.
func lossAliases() map[string]string {
	return map[string]string{
		"ns": "non-saturating", "nonsaturating": "non-saturating", "gan": "non-saturating", "mm": "minimax", "mmgan": "minimax",
		"lsgan": "least-squares", "ls": "least-squares", "mse": "least-squares", "wgangp": "wgan-gp", "rgan": "relativistic", "rpgan": "relativistic",
		"cross-entropy": "bce", "vanilla": "bce",
	}
}

// unsupported says of variants of GANs that are no loss, or not implemented, what to do.
func unsupported() map[string]string {
	hints := map[string]string{"cgan": "is not a loss: use --classes N with any loss", "dcgan": "is not implemented: nets are of dense layers"}
	for _, name := range []string{"acgan", "infogan", "began", "ebgan", "vae-gan", "cyclegan", "pix2pix", "stylegan", "progan", "biggan", "sagan", "bigan", "sngan"} {
		hints[name] = "is not implemented"
	}
	return hints
}

// LossNamed is the name in Losses that name stands for, in any case, with _ for - and by
// the field's other names for it. The error says what to use instead.
func LossNamed(name string) (string, error) {
	plain := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if full, ok := lossAliases()[plain]; ok {
		plain = full
	}
	if slices.Contains(Losses(), plain) {
		return plain, nil
	}
	if hint, ok := unsupported()[plain]; ok {
		return "", fmt.Errorf("model: loss %s %s", plain, hint)
	}
	return "", fmt.Errorf("model: loss is %.40q, want one of %s", name, strings.Join(Losses(), ", "))
}
