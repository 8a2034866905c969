package evaluate

import (
	"context"
	"fmt"
)

// testSet returns the images of a split with their labels, which stand for a code too.
func testSet(s Split) *imageSet {
	set := &imageSet{images: s, name: s.String(), split: s.Name}
	if s.Set == nil {
		return set
	}
	for i := range max(s.Len(), 0) {
		set.labels = append(set.labels, s.Label(i))
	}
	set.codes = set.labels
	return set
}

func lacksLabels(s Samples) string {
	if s.Labels == nil {
		return "is not of images that were made of classes"
	}
	return ""
}

func lacksCodes(s Samples) string {
	if s.Codes == nil {
		return "is not of images with a categorical code"
	}
	return ""
}

// measureLabels finds how many images show the class that they were made of, as the classifier sorts them. Its floor is how
// often the classifier is right about real images. Such an accuracy is that of Odena, Olah and Shlens, "Conditional Image
// Synthesis with Auxiliary Classifier GANs" (2017), section 4.1.
func measureLabels(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	logits, err := e.logits(ctx, s)
	if err != nil {
		return nil, err
	}
	right, labelled := 0, 0
	for i, label := range s.labels {
		if label < 0 {
			continue
		}
		labelled++
		if e.classifier.Labels[likeliest(logits.at(i))] == label {
			right++
		}
	}
	return []Figure{{Name: "class_accuracy", Unit: "share", Better: Higher, Value: float64(right) / float64(max(labelled, 1))}}, nil
}

// measureCodes finds which class of the categorical code makes which class of images: the matching, one to one, with the most
// images whose code is matched with their class. Its share of the images is the accuracy of clusters of Yang et al.,
// "Image Clustering Using Local Discriminant Models and Global Integration" (2010), section VI.
func measureCodes(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	logits, err := e.logits(ctx, s)
	if err != nil {
		return nil, err
	}
	var counts [][]int // by code, and by class
	coded := 0
	for i, code := range s.codes {
		if code < 0 {
			continue
		}
		for len(counts) <= code {
			counts = append(counts, make([]int, logits.cols))
		}
		counts[code][likeliest(logits.at(i))]++
		coded++
	}
	matched, note := 0, ""
	for code, class := range assign(counts) {
		if class < 0 {
			continue
		}
		matched += counts[code][class]
		if len(counts) <= listedCodes {
			note += fmt.Sprintf(", %d: %d", code, e.classifier.Labels[class])
		}
	}
	if note != "" {
		note = "code: class" + note
	}
	return []Figure{{Name: "code_matching", Unit: "share", Better: Higher, Value: float64(matched) / float64(max(coded, 1)), Note: note}}, nil
}

// listedCodes is the largest number of codes whose classes the report names.
const listedCodes = 20
