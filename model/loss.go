package model

import "gorgan/model/graph"

// objective is a pair of formulas for the losses of D and G. They are means over the batch of
// functions of D's outputs (B/pack, 1) on real and on fake images.
type objective interface {
	// discriminator returns the parts of D's loss: one for real and one for fake images, or one
	// for both.
	discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value
	// generator returns G's loss.
	generator(b *graph.Builder, real, fake *graph.Value) *graph.Value
}

// loss is a row of the table: an objective, and what the rest of the program must know of it.
type loss struct {
	objective      func(Config) objective
	aliases        []string      // other names in the field, in lower case with hyphens
	notProbability bool          // D is a critic: its output is not the logit of a probability
	paired         bool          // G's loss compares fake images with real ones
	clips          bool          // D's parameters stay within weight_clip of 0
	smooths        bool          // D's target takes label_smoothing
	points         penaltyPoints // of the loss's own gradient penalty, whose weight is gp_weight
	showsWin       bool          // D's loss comes near 0 only if D has won
	saturates      bool          // G's gradient vanishes if D is sure
	autoencodes    bool          // D is an autoencoder, and its output is the reconstruction error
	balances       bool          // D's loss takes its outputs on fake images times k: see balance
}

// losses is the table of losses. Flags, help, errors, the diagnosis and tests range over it. r and
// f are D's outputs on real and fake images, and softplus(x) = log(1+exp(x)). If they are logits,
// log D(x) = -softplus(-r) and log(1-D(G(z))) = -softplus(f).
var losses = table[loss]{
	{"non-saturating", "-log D(G(z)): the tutorial's first, and section 3 of the 2014 paper", loss{
		objective: fixed(crossEntropy{realTarget: 1, genTarget: 1, genWeight: 1}), showsWin: true,
		aliases: []string{"ns", "nonsaturating", "gan"}}},
	{"minimax", "log(1-D(G(z))): the tutorial's second, and equation 1 of the 2014 paper", loss{
		objective: fixed(crossEntropy{realTarget: 1, genTarget: 0, genWeight: -1}), showsWin: true, saturates: true,
		aliases: []string{"mm", "mmgan"}}},
	{"bce", "sigmoid cross-entropy with labels: the tutorial's third, takes label smoothing", loss{
		objective: func(c Config) objective {
			return crossEntropy{realTarget: float32(1 - c.LabelSmoothing), genTarget: 1, genWeight: 1}
		}, smooths: true, showsWin: true,
		aliases: []string{"cross-entropy", "vanilla"}}},
	{"least-squares", "squared distances to targets 0 and 1: LSGAN, Mao et al. 2017", loss{
		objective: fixed(leastSquares{}), notProbability: true, showsWin: true,
		aliases: []string{"lsgan", "ls", "mse"}}},
	// A Wasserstein loss has no bound.
	{"wgan", "difference of a critic's means, its weights clipped: Arjovsky et al. 2017", loss{
		objective: fixed(wasserstein{}), notProbability: true, clips: true}},
	{"wgan-gp", "the same with a penalty on gradients between images: Gulrajani et al. 2017", loss{
		objective: fixed(wasserstein{}), notProbability: true, points: betweenImages,
		aliases: []string{"wgangp"}}},
	{"dragan", "non-saturating with a penalty on gradients about the data: Kodali et al. 2017", loss{
		objective: fixed(crossEntropy{realTarget: 1, genTarget: 1, genWeight: 1}), points: aroundData, showsWin: true}},
	// The hinge loss is near 0 as soon as D keeps its margin.
	{"hinge", "a critic's outputs held past 1 and -1: Lim and Ye 2017", loss{
		objective: fixed(hinge{}), notProbability: true}},
	{"relativistic", "real against fake images in pairs: Jolicoeur-Martineau 2019; with r1 and r2, R3GAN's", loss{
		objective: fixed(relativistic{}), notProbability: true, paired: true, showsWin: true,
		aliases: []string{"rgan", "rpgan"}}},
	{"ebgan", "D is an autoencoder, whose error on fake images reaches a margin: Zhao et al. 2017", loss{
		objective: func(c Config) objective { return energy{float32(c.Margin)} }, notProbability: true, autoencodes: true}},
	{"began", "D is an autoencoder, balanced so that its errors keep a ratio: Berthelot et al. 2017", loss{
		objective: fixed(equilibrium{}), notProbability: true, autoencodes: true, balances: true}},
}

// fixed returns a constructor for an objective that does not depend on the config.
func fixed(o objective) func(Config) objective { return func(Config) objective { return o } }

// lossesWith returns the names of the losses that have a property.
func lossesWith(has func(loss) bool) (names []string) {
	for _, r := range losses {
		if has(r.value) {
			names = append(names, r.name)
		}
	}
	return names
}

// LossTraits are the properties of a loss that the diagnosis of a run needs.
type LossTraits struct {
	Critic    bool // D's output is no probability, so V and JSD have no meaning
	ShowsWin  bool // D's loss without penalties comes near 0 only if D has won
	Saturates bool // G's gradient vanishes if D is sure
	// Autoencoder says that D's output is an error, lower for real images, and Balances that D's loss takes that of fake images
	// times Metrics.Balance.
	Autoencoder, Balances bool
}

// LossTraits returns the traits of c.Loss.
func (c Config) LossTraits() LossTraits {
	l, _ := losses.find(c.Loss)
	return LossTraits{l.value.notProbability, l.value.showsWin, l.value.saturates, l.value.autoencodes, l.value.balances}
}

// Losses returns the names that Config.Loss can have.
func Losses() []string { return losses.names() }

// LossSummary describes the loss of that name in a line. It returns "" if there is none.
func LossSummary(name string) string {
	l, _ := losses.find(name)
	return l.summary
}
