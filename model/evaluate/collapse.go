package evaluate

import (
	"fmt"
	"math"
	"strings"
)

// The limits of the figures that show a collapse. See Report.Collapse.
const (
	missingPart   = 0.4 // of the classes
	varietyPart   = 0.5 // of the variety of the floor
	duplicatePart = 0.5 // of the samples
)

// Collapse says how the samples lack the variety of the data. It returns "" if the report shows no
// lack. Samples lack variety if
//
//   - two fifths of the classes are missing, beside those that real images lack when there are few
//     of them for each class;
//   - the variety of the classes is at most half the floor's. The variety is exp of the class
//     entropy: so many classes of equal frequency have that entropy;
//   - half of the samples are near duplicates;
//   - for stacked images, at most half as many modes occur as in real images.
//
// Without labels, only near duplicates show it.
//
// Samples of the tutorial's GAN that look like digits lack one class at most, have a variety of
// 7.6, and fewer near duplicates than real images.
func (r *Report) Collapse() string {
	var found []string
	if f, ok := r.Figure("missing_classes"); ok && f.Value-f.Floor >= missingPart*float64(len(r.Classes)) {
		found = append(found, fmt.Sprintf("%.0f of %d classes are missing", f.Value, len(r.Classes)))
	}
	if f, ok := r.Figure("class_entropy"); ok && f.Value <= f.Floor+math.Log(varietyPart) {
		found = append(found, fmt.Sprintf("the classes are as varied as %.1f equally frequent ones, and real images as %.1f", math.Exp(f.Value), math.Exp(f.Floor)))
	}
	if f, ok := r.Figure("near_duplicates"); ok && f.Value >= duplicatePart {
		found = append(found, fmt.Sprintf("%.0f %% of the images are near duplicates", 100*f.Value))
	}
	if f, ok := r.Figure("modes"); ok && f.Value <= varietyPart*f.Floor {
		found = append(found, fmt.Sprintf("%.0f modes occur, and %.0f in real images", f.Value, f.Floor))
	}
	return strings.Join(found, ", ")
}
