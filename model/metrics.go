package model

import "math"

// Metrics are one display step's figures, all after its updates, on its own batch
// and noise.
type Metrics struct {
	Step  uint32  `json:"step"`
	GLoss float64 `json:"g_loss"`
	DLoss float64 `json:"d_loss"`
	DReal float64 `json:"d_real"` // mean of D(x)
	DFake float64 `json:"d_fake"` // mean of D(G(z))
	// Value is V(D,G) = mean log D(x) + mean log(1-D(G(z))), at most 0.
	Value float64 `json:"value"`
	// JSD is (V + log 4)/2, by theorem 1 of the 2014 paper the Jensen-Shannon
	// divergence, in nats, between data and drawn images if D is the best there is;
	// 0 where D says 1/2 everywhere, log 2 where it is always right.
	JSD float64 `json:"jsd"`
	// Seconds is the time spent training so far, and ImagesPerSecond the real
	// images seen a second since the last display step.
	Seconds         float64 `json:"seconds"`
	ImagesPerSecond float64 `json:"images_per_second"`
}

func metricsOf(step uint32, s []float32) Metrics {
	m := Metrics{
		Step:  step,
		GLoss: float64(s[genStat]),
		DLoss: float64(s[disRealStat]) + float64(s[disFakeStat]),
		DReal: float64(s[valueReal+1]),
		DFake: float64(s[valueFake+1]),
		Value: -float64(s[valueReal]) - float64(s[valueFake]),
	}
	m.JSD = (m.Value + math.Log(4)) / 2
	return m
}
