package evaluate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// scoreSplits is the number of equal parts of the images that get a score each.
const scoreSplits = 10

// measureScore computes the Inception score with a classifier of these images instead of
// Inception: exp of the mean over x of KL(p(y|x) ‖ p(y)), where p(y) is the mean of p(y|x):
// Salimans et al., "Improved techniques for training GANs" (2016), section 4. As in their
// program, the images are divided into 10 parts in their order. The figure is the mean of the
// scores of the parts. Its spread is their standard deviation, with n and not n-1. A score is at
// most the number of classes.
func measureScore(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	if err := s.atLeast(scoreSplits, "classifier score"); err != nil {
		return nil, err
	}
	logits, err := e.logits(ctx, s)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, scoreSplits)
	for i := range scores {
		from, to := i*logits.Len()/scoreSplits, (i+1)*logits.Len()/scoreSplits
		scores[i] = classifierScore(matrix{logits.values[from*logits.cols : to*logits.cols], logits.cols})
	}
	mean, variance := stat.PopMeanVariance(scores, nil)
	return []Figure{{Name: "classifier_score", Better: Higher, Value: mean, Spread: math.Sqrt(variance),
		Over: fmt.Sprintf("%d parts, standard deviation", scoreSplits), Note: fmt.Sprintf("of %d at most", logits.cols)}}, nil
}

// classifierScore returns the score of images with these logits (n, classes).
func classifierScore(logits matrix) float64 {
	p := make([]float64, logits.cols)
	marginal := make([]float64, logits.cols)
	var negentropy float64 // sum of p·log p over all images and classes
	for i := range logits.Len() {
		softmax(p, logits.at(i))
		for j, v := range p {
			marginal[j] += v
			negentropy += xlogx(v)
		}
	}
	n := float64(logits.Len())
	divergence := negentropy / n
	for _, v := range marginal {
		divergence -= xlogx(v / n)
	}
	return math.Exp(divergence)
}

// xlogx returns x·log x, and 0 for 0.
func xlogx(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(x)
}
