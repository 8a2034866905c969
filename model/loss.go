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

// loss is a way to play the game.
type loss struct {
	objective func(Config) objective
	critic    bool          // D's output is no probability's logit
	paired    bool          // G's loss compares with data
	clips     bool          // D's parameters stay within weight_clip of 0
	points    penaltyPoints // where it has a gradient penalty of its own
}

// losses is the table that flags, help, errors and tests range over. With r and f
// D's outputs on real and generated images, and softplus(x) = log(1+exp(x)), those that
// are logits have log D(x) = -softplus(-r) and log(1-D(G(z))) = -softplus(f).
var losses = table[loss]{
	{"non-saturating", "-log D(G(z)): the tutorial's first, and section 3 of the 2014 paper", loss{
		objective: func(Config) objective { return crossEntropy{realTarget: 1, genTarget: 1, genWeight: 1} }}},
	{"minimax", "log(1-D(G(z))): the tutorial's second, and equation 1 of the 2014 paper", loss{
		objective: func(Config) objective { return crossEntropy{realTarget: 1, genTarget: 0, genWeight: -1} }}},
	{"bce", "sigmoid cross-entropy with labels: the tutorial's third, takes label smoothing", loss{
		objective: func(c Config) objective {
			return crossEntropy{realTarget: float32(1 - c.LabelSmoothing), genTarget: 1, genWeight: 1}
		}}},
	{"least-squares", "squared distances to targets 0 and 1: LSGAN, Mao et al. 2017", loss{
		objective: func(Config) objective { return leastSquares{} }, critic: true}},
	{"wgan", "difference of a critic's means, its weights clipped: Arjovsky et al. 2017", loss{
		objective: func(Config) objective { return wasserstein{} }, critic: true, clips: true}},
	{"wgan-gp", "the same with a penalty on gradients between images: Gulrajani et al. 2017", loss{
		objective: func(Config) objective { return wasserstein{} }, critic: true, points: betweenImages}},
	{"dragan", "non-saturating with a penalty on gradients about the data: Kodali et al. 2017", loss{
		objective: func(Config) objective { return crossEntropy{realTarget: 1, genTarget: 1, genWeight: 1} }, points: aroundData}},
	{"hinge", "a critic's outputs held past 1 and -1: Lim and Ye 2017", loss{
		objective: func(Config) objective { return hinge{} }, critic: true}},
	{"relativistic", "data against generated images in pairs: Jolicoeur-Martineau 2019; with r1 and r2, R3GAN's", loss{
		objective: func(Config) objective { return relativistic{} }, critic: true, paired: true}},
}

// Losses returns the names Config.Loss takes.
func Losses() []string { return losses.names() }

// LossSummary says in a line what the loss of that name is.
func LossSummary(name string) string {
	l, _ := losses.find(name)
	return l.summary
}
