package model

import "math"

// Metrics are one display step's figures, all after its updates, on its own batch
// and noise.
type Metrics struct {
	Step  uint32  `json:"step"`
	GLoss float64 `json:"g_loss"`
	DLoss float64 `json:"d_loss"` // with the penalties
	// Penalty is the part of DLoss that is for D's gradients.
	Penalty float64 `json:"penalty,omitempty"`
	// DReal and DFake are the means of D(x) and of D(G(z)): probabilities, or outputs of
	// a critic where the loss has one.
	DReal float64 `json:"d_real"`
	DFake float64 `json:"d_fake"`
	// Value is V(D,G) = mean log D(x) + mean log(1-D(G(z))), at most 0. It is 0 and
	// left out of the JSON where D is a critic.
	Value float64 `json:"value,omitempty"`
	// JSD is (V + log 4)/2, by theorem 1 of the 2014 paper the Jensen-Shannon
	// divergence, in nats, between data and drawn images if D is the best there is;
	// 0 where D says 1/2 everywhere, log 2 where it is always right. It is left out as
	// Value is.
	JSD float64 `json:"jsd,omitempty"`
	// Seconds is the time spent training so far, and ImagesPerSecond the real
	// images seen a second since the last display step.
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
