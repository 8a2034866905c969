package model

import "gorgan/model/graph"

// objective is a GAN's pair of losses on D's logits (B/pack, 1) of real and of fake images,
// each a mean over the batch.
type objective interface {
	// discriminator is the parts of D's loss: on real images and on fake ones, or one part
	// on both.
	discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value
	// generator is G's loss.
	generator(b *graph.Builder, real, fake *graph.Value) *graph.Value
}

// loss is a way to play the game: one row of the table, with all that the program knows of
// it.
type loss struct {
	objective      func(Config) objective
	aliases        []string      // other names in the field, in lower case with hyphens
	notProbability bool          // D's output is no probability's logit
	paired         bool          // G's loss compares fake images with real ones
	clips          bool          // D's parameters stay within weight_clip of 0
	smooths        bool          // D's target takes label_smoothing
	points         penaltyPoints // where it has a gradient penalty of its own, which gp_weight weighs
	showsWin       bool          // D's loss comes near 0 only where D has won
	saturates      bool          // G's gradient vanishes where D is sure
}

// losses is the table that flags, help, errors, diagnosis and tests range over. With r and f
// D's outputs on real and fake images, and softplus(x) = log(1+exp(x)), those that
// are logits have log D(x) = -softplus(-r) and log(1-D(G(z))) = -softplus(f).
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
	{"relativistic", "data against generated images in pairs: Jolicoeur-Martineau 2019; with r1 and r2, R3GAN's", loss{
		objective: fixed(relativistic{}), notProbability: true, paired: true, showsWin: true,
		aliases: []string{"rgan", "rpgan"}}},
}

// fixed is an objective that no setting changes.
func fixed(o objective) func(Config) objective { return func(Config) objective { return o } }

// lossesWith are the names of the losses that have a property.
func lossesWith(has func(loss) bool) (names []string) {
	for _, r := range losses {
		if has(r.value) {
			names = append(names, r.name)
		}
	}
	return names
}

// LossTraits are what a diagnosis of a run asks about its loss.
type LossTraits struct {
	ShowsWin  bool // D's loss, penalties apart, comes near 0 only where D has won
	Saturates bool // G's gradient vanishes where D is sure
}

// LossTraits returns those of c.Loss.
func (c Config) LossTraits() LossTraits {
	l, _ := losses.find(c.Loss)
	return LossTraits{l.value.showsWin, l.value.saturates}
}

// Losses returns the names Config.Loss takes.
func Losses() []string { return losses.names() }

// LossSummary says in a line what the loss of that name is.
func LossSummary(name string) string {
	l, _ := losses.find(name)
	return l.summary
}
