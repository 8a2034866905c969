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
	// If D is asked for classes, these are the mean cross-entropy of its classes on real and on fake images, in
	// nats and without a weight, and the share of the images whose class it finds. GLoss and DLoss are without them.
	ClassLossReal     float64 `json:"class_loss_real,omitempty"`
	ClassLossFake     float64 `json:"class_loss_fake,omitempty"`
	ClassAccuracyReal float64 `json:"class_accuracy_real,omitempty"`
	ClassAccuracyFake float64 `json:"class_accuracy_fake,omitempty"`
	// If there are codes, these are lower bounds, in nats, of the mutual information of fake images and of the
	// categorical code, at most log CodeClasses, and of the continuous ones. CodeAccuracy is the share of the fake images
	// whose categorical code D finds, CodeError the root of the mean squared error of the continuous codes.
	CodeInformation      float64 `json:"code_information,omitempty"`
	CodeAccuracy         float64 `json:"code_accuracy,omitempty"`
	CodeValueInformation float64 `json:"code_value_information,omitempty"`
	CodeError            float64 `json:"code_error,omitempty"`
	// Convergence is BEGAN's measure r + |gamma·r - f| for the mean errors r and f of D on real and on fake images, and
	// Balance is the k of its loss. Both are 0 and left out with other losses.
	Convergence float64 `json:"convergence,omitempty"`
	Balance     float64 `json:"balance,omitempty"`
	// Seconds is the time that the run has spent training. ImagesPerSecond is the number of real
	// images trained on in a second, since the last Metrics.
	Seconds         float64 `json:"seconds"`
	ImagesPerSecond float64 `json:"images_per_second"`
}

// Classifies reports whether D is asked for classes, and so has a loss of them.
func (m Metrics) Classifies() bool { return m.ClassLossReal != 0 || m.ClassLossFake != 0 }

// HasCode and HasCodeValues report whether there are a categorical code and continuous ones.
func (m Metrics) HasCode() bool       { return m.CodeInformation != 0 || m.CodeAccuracy != 0 }
func (m Metrics) HasCodeValues() bool { return m.CodeValueInformation != 0 || m.CodeError != 0 }

// Information returns a lower bound of the mutual information of fake images and all codes, in nats.
func (m Metrics) Information() float64 { return m.CodeInformation + m.CodeValueInformation }

// metricsOf returns the metrics in the stats s of a game of c, without its balance.
func metricsOf(step uint32, s []float32, c Config) Metrics {
	loss, _ := losses.find(c.Loss)
	at := func(stat int) float64 { return float64(s[stat]) }
	m := Metrics{
		Step:    step,
		GLoss:   at(genStat) + at(pullStat),
		Penalty: at(pointStat) + at(r1Stat) + at(r2Stat),
		DReal:   at(measuredReal + 1),
		DFake:   at(measuredFake + 1),
	}
	m.DLoss = at(disRealStat) + at(disFakeStat) + m.Penalty
	if loss.value.balances {
		m.Convergence = convergence(at(disRealStat), at(genStat), c.Gamma)
	}
	if !loss.value.notProbability {
		m.Value = -at(measuredReal) - at(measuredFake)
		m.JSD = (m.Value + math.Log(4)) / 2
	}
	if c.classifies() {
		m.ClassLossReal, m.ClassAccuracyReal = at(classRealStat)/c.ClassWeight, at(classRealStat+1)
		m.ClassLossFake, m.ClassAccuracyFake = at(classFakeStat)/c.ClassWeight, at(classFakeStat+1)
	}
	m.code(c, at)
	return m
}
