package model

import "math"

// Metrics are the figures of one step. They are computed after its updates, on its last batch and
// noise.
type Metrics struct {
	Step  uint32  `json:"step"`
	GLoss float64 `json:"g_loss"`
	DLoss float64 `json:"d_loss"` // with the penalties
	// Penalty is the part of DLoss that comes from D's gradients.
	Penalty float64 `json:"penalty,omitempty"`
	// DReal and DFake are the means of D(x) and of D(G(z)): probabilities, or the outputs of D if
	// it is a critic.
	DReal float64 `json:"d_real"`
	DFake float64 `json:"d_fake"`
	// Value is V(D,G) = mean log D(x) + mean log(1-D(G(z))), at most 0. If D is a critic, it is 0
	// and left out of the JSON.
	Value float64 `json:"value,omitempty"`
	// JSD is (V + log 4)/2. By theorem 1 of the 2014 paper this is the Jensen-Shannon divergence
	// between real and fake images, in nats, if D is the best possible one. It is 0 if D is 1/2
	// everywhere, and log 2 if D is always right. It is left out as Value is.
	JSD float64 `json:"jsd,omitempty"`
	// Seconds is the time that the run has spent training. ImagesPerSecond is the number of real
	// images trained on in a second, since the last Metrics.
	Seconds         float64 `json:"seconds"`
	ImagesPerSecond float64 `json:"images_per_second"`
}

func metricsOf(step uint32, s []float32, notProbability bool) Metrics {
	at := func(stat int) float64 { return float64(s[stat]) }
	m := Metrics{
		Step:    step,
		GLoss:   at(genStat),
		Penalty: at(pointStat) + at(r1Stat) + at(r2Stat),
		DReal:   at(measuredReal + 1),
		DFake:   at(measuredFake + 1),
	}
	m.DLoss = at(disRealStat) + at(disFakeStat) + m.Penalty
	if !notProbability {
		m.Value = -at(measuredReal) - at(measuredFake)
		m.JSD = (m.Value + math.Log(4)) / 2
	}
	return m
}
