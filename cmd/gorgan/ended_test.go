package main

import (
	"testing"

	"gorgan/model"
)

func TestTimeSpent(t *testing.T) {
	at := func(step uint32, seconds float64) model.Metrics { return model.Metrics{Step: step, Seconds: seconds} }
	for want, noted := range map[string][]model.Metrics{
		"5s of training, 100 steps a second":   {at(1, 1), at(300, 3.99), at(401, 5)},
		"500ms of training, 20 steps a second": {at(501, 0.01), at(510, 0.46), at(511, 0.51)}, // the lines before were lost
		"30ms of training, 100 steps a second": {at(1, 0.02), at(2, 0.03)},
		"":                                     {at(1, 0.1)},
	} {
		if got := timeSpent(noted); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := timeSpent(nil); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}
