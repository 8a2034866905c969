package model

import (
	"fmt"
	"strings"
)

// Residual nets without normalisation, in the manner of Huang, Gokaslan, Kuleshov and Tompkin, "The GAN is dead; long
// live the GAN! A Modern GAN Baseline" (2024), section 3: residual blocks with leaky rectifiers, resampling outside of
// them, and a last layer of each block that begins at 0, so that a block begins as the identity. The blocks here are
// those of Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018), two convolutions of 3x3,
// where the paper's have one of them in groups between two of 1x1.
//
//	G    noise -> 4x4x512 -> 8x8x256 -> 16x16x128 -> 32x32x64 -> 64x64x3    for images of 64x64
//	D    64x64x3 -> 32x32x64 -> 16x16x128 -> 8x8x256 -> 4x4x512 -> 1
//
// There is a block at each of these sizes but that of the images. Penalties on D's gradient work.

// resnetMost is the most channels of a residual net, in multiples of the net width.
const resnetMost = 8

// resnetChannels returns the channels of images with a 2^-level of c's sides, of level 1 and above.
func resnetChannels(c Config, level int) int { return c.NetWidth * min(1<<(level-1), resnetMost) }

func resnetTexts(c Config) (gen, dis string) {
	n, _ := c.halvings()
	block := func(level int) string {
		return fmt.Sprintf("residual (conv %d leaky-relu, conv %[1]d zero linear)", resnetChannels(c, level))
	}
	g := []string{fmt.Sprintf("dense %dx%dx%d leaky-relu", c.Height>>n, c.Width>>n, resnetChannels(c, n))}
	d := []string{c.dropout(true) + fmt.Sprintf("down %d leaky-relu", c.NetWidth)}
	for level := n; level >= 1; level-- {
		g = append(g, block(level), "upsample bilinear")
	}
	for level := 1; level <= n; level++ {
		if level > 1 {
			d = append(d, "downsample bilinear")
		}
		d = append(d, block(level))
	}
	g = append(g, fmt.Sprintf("conv %d %s", c.Channels, c.GenOutput))
	if c.autoencodes() { // Berthelot et al. 2017, section 3.5: the decoder is as the generator
		d = append(append(d, c.dropout(false)+c.codeText()), g...)
	} else {
		d = append(d, c.dropout(false)+"dense 1 linear")
	}
	return strings.Join(g, ", "), strings.Join(d, ", ")
}
