// Package evaluate measures how good fake images are. Its figures can be reproduced, and can be
// compared between runs.
//
// An [Evaluator] compares samples with a [Reference] of real images, grey or in colour. It computes
//
//   - the Parzen log-likelihood of the 2014 paper, and the sliced Wasserstein distance, by the pixels;
//   - Fréchet distance, kernel distance (KID), precision, recall, density and coverage, by the
//     features of a [Classifier];
//   - classifier score and the frequencies of classes, if the classifier was trained by labels;
//   - the nearest training images, and duplicates.
//
// The [Report] has each figure beside its floor, the score of the same number of real images. A
// figure means little without its floor.
//
//	train, heldOut, err := evaluate.Holdout(set, evaluate.HoldoutShare, 0)
//	reference, err := evaluate.NewReference(train, heldOut)
//	classifier, err := evaluate.ClassifierFor(ctx, dev, reference, nil)
//	evaluator, err := evaluate.New(dev, reference, classifier, evaluate.Options{})
//	report, err := evaluator.Run(ctx, evaluate.Samples{Source: "run 0", Values: images}, nil)
//	_, err = report.WriteTo(os.Stdout)
//
// Figures that come from features depend on the classifier. The report has its hash, and only
// figures with the same hash can be compared. The classifier for MNIST is part of the package. For
// other images, [ClassifierFor] trains one by the same recipe: by their labels, or without labels by
// a pretext task (see [Task]).
//
// The computations run on any [gorgan/kernels.Device], in blocks. The same samples give the same
// bits on the same device, for any number of workers.
package evaluate
