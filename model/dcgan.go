package model

import (
	"fmt"
	"strings"
)

// The nets of Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional
// Generative Adversarial Networks" (2016), section 3, for images of any size that can be halved down to
// 7 or fewer pixels a side. D halves the side and doubles the channels in each layer, and G does the
// reverse:
//
//	G    noise -> 4x4x512 -> 8x8x256 -> 16x16x128 -> 32x32x64 -> 64x64x3    for images of 64x64
//	D    64x64x3 -> 32x32x64 -> 16x16x128 -> 8x8x256 -> 4x4x512 -> 1
//
// Kernels are 4x4 with a stride of 2. G has rectifiers, and D leaky ones. Batches are normalised in all
// layers but G's last and D's first and last. D as an autoencoder ends with a code and G's layers. D takes real and fake images as batches of their own. The
// paper's G ends with a hyperbolic tangent on data in [-1,1], as here if Config.GenOutput says so.

// The kinds of normalisation in a dcgan's D.
const (
	BatchNorm    = "batch"    // Ioffe and Szegedy 2015
	SpectralNorm = "spectral" // of the weights of all layers: Miyato et al. 2018
	NoNorm       = "none"
)

// DisNorms returns the names that Config.DisNorm can have.
func DisNorms() []string { return []string{BatchNorm, SpectralNorm, NoNorm} }

// dcganDeviation is the standard deviation of the first weights (section 4 of the paper).
const dcganDeviation = 0.02

// dcganSide is the most pixels of the smallest images, which the dense layers see.
const dcganSide = 7

// halvings returns how often a dcgan halves an image of c, at least once, and whether its sides allow that.
func (c Config) halvings() (n int, ok bool) {
	n = 1
	for max(c.Height, c.Width)>>n > dcganSide {
		n++
	}
	return n, c.Height>>n<<n == c.Height && c.Width>>n<<n == c.Width
}

// nearestDCGANSide returns the side nearest to that of c's images that a dcgan's can have, the larger of
// two as near.
func (c Config) nearestDCGANSide() int {
	side := max(c.Height, c.Width)
	for away := 0; ; away++ {
		for _, near := range []int{side + away, side - away} {
			if near < 2 {
				continue
			}
			c.Height, c.Width = near, near
			if _, ok := c.halvings(); ok {
				return near
			}
		}
	}
}

func dcganTexts(c Config) (gen, dis string) {
	n, _ := c.halvings()
	g := []string{fmt.Sprintf("dense %dx%dx%d batch-norm relu", c.Height>>n, c.Width>>n, c.NetWidth<<(n-1))}
	for level := n - 2; level >= 0; level-- {
		g = append(g, fmt.Sprintf("up %d batch-norm relu", c.NetWidth<<level))
	}
	g = append(g, fmt.Sprintf("up %d %s", c.Channels, c.GenOutput))
	spectral := "" // in all of D's layers
	if c.DisNorm == SpectralNorm {
		spectral = " spectral-norm"
	}
	var d []string
	for level := range n {
		norm := spectral
		if level > 0 && c.DisNorm == BatchNorm {
			norm = " batch-norm"
		}
		d = append(d, c.dropout(level == 0)+fmt.Sprintf("down %d%s leaky-relu", c.NetWidth<<level, norm))
	}
	if c.autoencodes() {
		norm := map[string]string{BatchNorm: " batch-norm", SpectralNorm: spectral}[c.DisNorm]
		d = append(d, c.dropout(false)+c.codeText()+spectral, fmt.Sprintf("dense %dx%dx%d%s leaky-relu", c.Height>>n, c.Width>>n, c.NetWidth<<(n-1), norm))
		for level := n - 2; level >= 0; level-- {
			d = append(d, fmt.Sprintf("up %d%s leaky-relu", c.NetWidth<<level, norm))
		}
		d = append(d, fmt.Sprintf("up %d%s %s", c.Channels, spectral, c.GenOutput))
		return strings.Join(g, ", "), strings.Join(d, ", ")
	}
	d = append(d, c.dropout(false)+"dense 1"+spectral+" linear")
	return strings.Join(g, ", "), strings.Join(d, ", ")
}

// checkHalved checks the settings of nets that halve the image.
func checkHalved(c Config, v *validation) {
	if _, ok := c.halvings(); !ok && c.Height <= maxSide && c.Width <= maxSide {
		v.errs = append(v.errs, fmt.Errorf("%simages of %v do not suit arch %s, which halves both sides until none is above %d, at least once; try --size %d",
			v.prefix, c.Shape().Size, c.Arch, dcganSide, c.nearestDCGANSide()))
	}
	v.check(c.Pack == 1, "pack", c.Pack, fmt.Sprintf("1 where arch is %s, as its discriminator begins with a convolution, which takes one image and not a pack", c.Arch))
}

// checkDCGAN checks the settings that a dcgan takes.
func checkDCGAN(c Config, v *validation) {
	checkHalved(c, v)
	v.check(c.DisNorm != BatchNorm || !c.penalises(), "dis_norm", quoted(c.DisNorm), SpectralNorm+" or "+NoNorm+" where gradients are penalised, "+
		"as batch normalisation makes the gradient at an image depend on the other images; add --dis-norm none")
	v.check(c.DisNorm != SpectralNorm || !c.clips(), "dis_norm", quoted(c.DisNorm), BatchNorm+" or "+NoNorm+" with the loss "+c.Loss+
		", which clips the singular vectors too")
}
