package run

import (
	"strings"

	"gorgan/model"
	"gorgan/model/events"
)

// metricValues returns the metrics of a step as values of an event. Like metrics.jsonl it leaves
// out what has no meaning for the loss.
func metricValues(c model.Config, m model.Metrics) []events.Value {
	values := []events.Value{events.Scalar(generatorLoss, m.GLoss), events.Scalar("loss/discriminator", m.DLoss)}
	if m.Penalty != 0 {
		values = append(values, events.Scalar("loss/penalty", m.Penalty))
	}
	values = append(values, events.Scalar("discriminator/real", m.DReal), events.Scalar("discriminator/fake", m.DFake))
	if m.Value != 0 || m.JSD != 0 {
		values = append(values, events.Scalar("divergence/value", m.Value), events.Scalar("divergence/jsd", m.JSD))
	}
	if m.Classifies() {
		values = append(values, events.Scalar("classes/loss_real", m.ClassLossReal), events.Scalar("classes/loss_fake", m.ClassLossFake),
			events.Scalar("classes/accuracy_real", m.ClassAccuracyReal), events.Scalar("classes/accuracy_fake", m.ClassAccuracyFake))
	}
	if m.HasCode() {
		values = append(values, events.Scalar("codes/information", m.CodeInformation), events.Scalar("codes/accuracy", m.CodeAccuracy))
	}
	if m.HasCodeValues() {
		values = append(values, events.Scalar("codes/value_information", m.CodeValueInformation), events.Scalar("codes/error", m.CodeError))
	}
	if m.Convergence != 0 {
		values = append(values, events.Scalar("equilibrium/convergence", m.Convergence), events.Scalar("equilibrium/balance", m.Balance))
	}
	gen, dis := c.LearningRates(m.Step)
	return append(values, events.Scalar("learning_rate/generator", gen), events.Scalar("learning_rate/discriminator", dis),
		events.Scalar("speed/steps_per_second", m.ImagesPerSecond/float64(c.DisSteps*c.BatchSize)))
}

// evaluationValues returns the figures of an evaluation as values of an event, each with its floor.
func evaluationValues(e Evaluation) (values []events.Value) {
	for _, f := range e.Figures {
		values = append(values, events.Scalar(evaluationTag+f.Name, f.Value), events.Scalar(evaluationTag+f.Name+"_floor", f.Floor))
	}
	return values
}

// weightValues returns how the weights of both nets are spread.
func weightValues(s *model.State) (values []events.Value) {
	for _, t := range s.Tensors {
		if strings.HasPrefix(t.Name, "generator.") || strings.HasPrefix(t.Name, "discriminator.") {
			values = append(values, events.Histogram(weightsTag+t.Name, t.Values))
		}
	}
	return values
}
