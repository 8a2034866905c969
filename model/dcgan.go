package model

import (
	"fmt"

	"gorgan/kernels"
	"gorgan/model/nn"
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
// layers but G's last and D's first and last. D takes real and fake images as batches of their own. The
// paper's G ends with a hyperbolic tangent on data in [-1,1]. Here all images are in [0,1], so G ends
// with a sigmoid.

// The kinds of normalisation in a dcgan's D.
const (
	BatchNorm = "batch" // Ioffe and Szegedy 2015
	NoNorm    = "none"
)

// DisNorms returns the names that Config.DisNorm can have.
func DisNorms() []string { return []string{BatchNorm, NoNorm} }

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

// dcganLayer returns the convolution from images with a 2^-level of c's sides to half of that.
func dcganLayer(c Config, level int) kernels.Convolution {
	channels := c.Channels
	if level > 0 {
		channels = c.NetWidth << (level - 1)
	}
	return kernels.Convolution{Height: c.Height >> level, Width: c.Width >> level, Channels: channels, Outputs: c.NetWidth << level,
		KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
}

func dcganNets(c Config) (gen, dis *nn.Net) {
	n, _ := c.halvings()
	smallest := dcganLayer(c, n-1)
	relu, leaky := nn.ReLU(0), nn.ReLU(float32(c.LeakySlope))
	gen = &nn.Net{Name: "generator", Layers: []nn.Layer{
		nn.Dense{Number: 0, In: c.NoiseDim, Units: smallest.Out(), Activation: nn.NoActivation(), Deviation: dcganDeviation},
		nn.BatchNorm{Number: 0, Values: smallest.Out(), Channels: smallest.Outputs, Activation: relu, Averages: true},
	}}
	for level := n - 1; level >= 0; level-- {
		up := nn.Conv{Number: n - level, Convolution: dcganLayer(c, level), Transposed: true, Deviation: dcganDeviation}
		if level == 0 {
			up.Activation = nn.Sigmoid()
			gen.Layers = append(gen.Layers, up)
			break
		}
		up.Activation = nn.NoActivation()
		gen.Layers = append(gen.Layers, up, nn.BatchNorm{Number: n - level, Values: up.Convolution.In(), Channels: up.Convolution.Channels, Activation: relu, Averages: true})
	}
	dis = &nn.Net{Name: "discriminator"}
	for level := range n {
		down := nn.Conv{Number: level, Convolution: dcganLayer(c, level), Activation: leaky, Deviation: dcganDeviation}
		if level == 0 || c.DisNorm == NoNorm {
			dis.Layers = append(dis.Layers, down)
			continue
		}
		down.Activation = nn.NoActivation()
		dis.Layers = append(dis.Layers, down, nn.BatchNorm{Number: level, Values: down.Convolution.Out(), Channels: down.Convolution.Outputs, Activation: leaky})
	}
	dis.Layers = append(dis.Layers, nn.Dense{Number: n, In: smallest.Out(), Units: 1, Activation: nn.Linear(), Deviation: dcganDeviation})
	return gen, dis
}

// checkDCGAN checks the settings that a dcgan takes, and refuses those that it does not take yet.
func checkDCGAN(c Config, v *validation) {
	const with = " where arch is dcgan"
	if _, ok := c.halvings(); !ok && c.Height <= maxSide && c.Width <= maxSide {
		v.errs = append(v.errs, fmt.Errorf("%simages of %v do not suit arch dcgan, whose sides are 1 to %d times the same 2, 4, 8 or so on; try --size %d",
			v.prefix, c.Shape().Size, dcganSide, c.nearestDCGANSide()))
	}
	v.check(c.DisNorm != BatchNorm || !c.penalises(), "dis_norm", quoted(c.DisNorm), NoNorm+" where gradients are penalised, "+
		"as batch normalisation makes the gradient at an image depend on the other images; add --dis-norm none")
	v.check(c.Classes == 0, "classes", c.Classes, "0"+with)
	v.check(c.Pack == 1, "pack", c.Pack, "1"+with)
	v.check(c.DisDropoutInput == 0, "dis_dropout_input", c.DisDropoutInput, "0"+with)
	v.check(c.DisDropoutHidden == 0, "dis_dropout_hidden", c.DisDropoutHidden, "0"+with)
	v.check(c.GenInitScale == 0, "gen_init_scale", c.GenInitScale, "0"+with)
	v.check(c.DisInitScale == 0, "dis_init_scale", c.DisInitScale, "0"+with)
	v.check(c.GenBiasInit == ZeroBias, "gen_bias_init", quoted(c.GenBiasInit), ZeroBias+with)
}
