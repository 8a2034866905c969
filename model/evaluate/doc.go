// Package evaluate says how good generated images are, in figures that mean the same
// tomorrow and for somebody else.
//
// An [Evaluator] holds samples against a [Reference] of real images: the Parzen
// log-likelihood of 2014; Fréchet distance, classifier score, precision, recall,
// density, coverage and classes in the eyes of a [Classifier]; the nearest training
// images, and duplicates. Each figure stands in the [Report] beside its floor, what as
// many real training images score, for no figure means much without that.
//
//	reference, err := evaluate.NewReference(train, test)
//	classifier, err := evaluate.ClassifierFor(ctx, dev, reference, nil)
//	evaluator, err := evaluate.New(dev, reference, classifier, evaluate.Options{})
//	report, err := evaluator.Run(ctx, evaluate.Samples{Source: "run 0", Values: images}, nil)
//	_, err = report.WriteTo(os.Stdout)
//
// Figures in features depend on the classifier: its hash is in the report, and only
// figures under the same hash can be compared. The one for MNIST is part of the package;
// for other labelled images one is trained on the spot, by the same recipe.
//
// All of it runs on any [gorgan/kernels.Device], in blocks. The same samples give the same
// bits on the same device, whatever the number of workers.
package evaluate
