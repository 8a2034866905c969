package evaluate

import (
	"fmt"
	"math"
	"strings"
)

// FrechetImages is how many images the Fréchet distance asks for on either side, with
// the features of c.
func (c *Classifier) FrechetImages() int { return rowsPerFeature * c.Features() }

// The figures that tell of a collapse, and where they do. See Report.Collapse.
const (
	missingPart   = 0.4 // of the classes
	varietyPart   = 0.5 // of the floor's
	duplicatePart = 0.5 // of the samples
)

// Collapse says in words in what the samples lack the variety of the data, "" where they
// do not as far as the report can tell. They do where
//
//   - two fifths of the classes are missing;
//   - the classes drawn are as various as half as many as the data's, by exp of the class
//     entropy, the number of classes that, equally often, would have that entropy;
//   - half of the samples are near duplicates, or the same as another;
//   - of stacked images, half as many modes occur as of real ones.
//
// The tutorial's GAN, once it draws digits, has one missing at most, classes as various as
// 7.6, and fewer near duplicates than the data.
func (r *Report) Collapse() string {
	var found []string
	if f, ok := r.Figure("missing_classes"); ok && f.Value >= missingPart*float64(len(r.Classes)) {
		found = append(found, fmt.Sprintf("%.0f of %d classes are missing", f.Value, len(r.Classes)))
	}
	if f, ok := r.Figure("class_entropy"); ok && f.Value <= f.Floor+math.Log(varietyPart) {
		found = append(found, fmt.Sprintf("the classes are as various as %.1f, the data's as %.1f", math.Exp(f.Value), math.Exp(f.Floor)))
	}
	if f, ok := r.Figure("near_duplicates"); ok && f.Value >= duplicatePart {
		found = append(found, fmt.Sprintf("%.0f %% of the images are near duplicates", 100*f.Value))
	}
	if f, ok := r.Figure("modes"); ok && f.Value <= varietyPart*f.Floor {
		found = append(found, fmt.Sprintf("%.0f modes occur, of real images %.0f", f.Value, f.Floor))
	}
	return strings.Join(found, ", ")
}
