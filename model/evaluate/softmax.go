package evaluate

import "math"

// crossEntropyGrad writes the gradient of the mean of -log softmax(logits)[target]
// over the rows of logits, (softmax(logits) - onehot(target)) / rows.
func crossEntropyGrad(dst, logits []float32, targets []int) {
	classes := len(logits) / len(targets)
	p := make([]float64, classes)
	for i, target := range targets {
		softmax(p, logits[i*classes:][:classes])
		p[target]--
		for j, v := range p {
			dst[i*classes+j] = float32(v / float64(len(targets)))
		}
	}
}

// softmax writes exp(logits)/sum(exp(logits)) to p.
func softmax(p []float64, logits []float32) {
	most := math.Inf(-1)
	for _, v := range logits {
		most = max(most, float64(v))
	}
	var sum float64
	for j, v := range logits {
		p[j] = math.Exp(float64(v) - most)
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
}
