// Package tape keeps a step as a list of calls of a device: launches, matrix products and
// exchanges between ranks. The list
// can be looked at, put into another order that keeps its results, rewritten, and run.
//
//	recorder := tape.On(dev)
//	trainer, err := model.NewTrainer(recorder, config, set)   // records its steps
//	...
//	recorder.Steps[0]                                         // the calls of the first one
package tape
