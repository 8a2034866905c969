package model_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// descend does one update of a net by the rules of TensorFlow's optimizers, and the clipping or
// averaging after it.
func (r *reference) descend(net string, gradients map[string][]float64, step int) {
	c := r.config
	learning, beta1, beta2 := c.LearningRate, c.Beta1, c.Beta2
	if net == "discriminator" {
		for own, common := range map[*float64]*float64{&c.DisLearningRate: &learning, &c.DisBeta1: &beta1, &c.DisBeta2: &beta2} {
			if *own >= 0 {
				*common = *own
			}
		}
	}
	learning = max(learning*math.Pow(c.LearningRateDecay, float64(step-1)), c.LearningRateLeast)
	momentum := c.Momentum
	if c.MomentumSteps > 0 {
		momentum += (c.MomentumEnd - c.Momentum) * min(1, float64(step-1)/float64(c.MomentumSteps))
	}
	r.update[net]++
	n := float64(r.update[net])
	for _, name := range r.names(net) {
		w := r.values[name]
		m, v, sum, velocity := r.moment["m"][name], r.moment["v"][name], r.moment["sum"][name], r.moment["velocity"][name]
		for i, g := range gradients[name] {
			change := 0.0
			switch c.Optimizer {
			case "adam":
				m[i] = beta1*m[i] + (1-beta1)*g
				v[i] = beta2*v[i] + (1-beta2)*g*g
				rate := learning * math.Sqrt(1-math.Pow(beta2, n)) / (1 - math.Pow(beta1, n))
				change = rate * m[i] / (math.Sqrt(v[i]) + c.Epsilon)
			case "adagrad":
				sum[i] += g * g
				change = learning * g / math.Sqrt(sum[i])
			case "sgd":
				velocity[i] = momentum*velocity[i] + g
				change = learning * velocity[i]
			}
			w[i] -= complex(change, 0)
			if net == "discriminator" && c.Loss == "wgan" {
				w[i] = complex(min(max(real(w[i]), -c.WeightClip), c.WeightClip), 0)
			}
			if mean := r.mean[name]; mean != nil {
				kept := min(c.EMA, float64(step-1)/float64(step+3))
				mean[i] = kept*mean[i] + (1-kept)*real(w[i])
			}
		}
	}
}

// compare compares a state's parameters, their average and the optimizer's moments with those of
// the reference.
func (r *reference) compare(t *testing.T, s *model.State, abs, rel float64) {
	t.Helper()
	want := map[string][]float64{}
	for name, values := range r.values {
		want[name] = parts(values)
	}
	if r.config.Loss == "began" {
		want["began.k"] = []float64{r.k}
	}
	for name, values := range r.mean {
		want["ema."+name] = values
	}
	for _, moment := range map[string][]string{"adam": {"m", "v"}, "adagrad": {"sum"}, "sgd": {"velocity"}}[s.Config.Optimizer] {
		for name, v := range r.moment[moment] {
			want[s.Config.Optimizer+"."+moment+"."+name] = v
		}
	}
	for _, w := range s.Tensors {
		differs(t, w.Name, w.Values, want[w.Name], abs, rel)
		delete(want, w.Name)
	}
	if len(want) > 0 {
		t.Errorf("the state lacks %v", slices.Sorted(maps.Keys(want)))
	}
}

// isParameter reports whether a name is that of a parameter, and not of a moment or an average.
func isParameter(name string) bool {
	return strings.HasPrefix(name, "generator.") || strings.HasPrefix(name, "discriminator.")
}
