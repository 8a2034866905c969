package evaluate

import (
	"fmt"
	"math"

	"gorgan/dataset/raster"
)

// Recipe says how a classifier is trained. The same recipe and the same images give the same
// classifier, for any number of workers.
type Recipe struct {
	Task         Task    `json:"task,omitempty"`
	Hidden       []int   `json:"hidden"` // widths of the hidden layers; the outputs of the last are the features
	Epochs       int     `json:"epochs"`
	BatchSize    int     `json:"batch_size"`
	LearningRate float32 `json:"learning_rate"` // Adam's first learning rate; it falls linearly to 0
	Shift        int     `json:"shift"`         // images are moved by up to that many pixels each way
	// Centred means that the net is trained on images without their mean. Its first layer then takes
	// the mean into account. A net learns badly where most pixels are bright, as those of a white
	// background.
	Centred bool   `json:"centred,omitempty"`
	Seed    uint64 `json:"seed"`
}

// DefaultRecipe returns a recipe that reaches about 99 % on MNIST's test images, in less than a
// minute on two cores.
func DefaultRecipe() Recipe {
	return Recipe{Hidden: []int{512, 128}, Epochs: 20, BatchSize: 128, LearningRate: 1e-3, Shift: 1, Seed: 1}
}

// The sizes of RecipeFor's trainings and nets.
const (
	labelledImages = 1_200_000 // shown in a training by labels, of which MNIST's has so many
	pretextImages  = 128_000   // shown in a training by a pretext task
	pretextEpochs  = 100       // at most, for small sets
	fullWidth      = 1024      // number of values of the largest image that the full net is for
	leastHidden    = 16
	pretextFeatures,
	leastFeatures = 64, 32
)

// RecipeFor returns DefaultRecipe adapted to r. Its task is ByLabel if r.Labels allows that, and
// otherwise the pretext task for r's images, with 64 features instead of 128. There are fewer
// features, but at least 32, if the validation or test images are too few for a Fréchet distance of
// more. The net for large images is narrower: four times the pixels have half the units. Fewer
// epochs bound the time for large sets. The images are centred. r must be valid.
func RecipeFor(r Reference) Recipe {
	recipe, shape := DefaultRecipe(), r.Train.Set.Shape()
	recipe.Centred = true
	images := r.learnable().Len()
	features := recipe.features()
	if r.labels() == nil {
		recipe.Epochs = min(recipe.Epochs, max(labelledImages/images, 1))
	} else {
		recipe.Task = PretextFor(shape)
		recipe.Epochs = min(pretextEpochs, max(pretextImages/images, 2))
		features = pretextFeatures
	}
	for features > leastFeatures && min(r.Validation.Len(), r.Test.Len()) < rowsPerFeature*features {
		features /= 2
	}
	hidden := recipe.Hidden[0]
	for hidden > leastHidden && float64(hidden) > float64(recipe.Hidden[0])*math.Sqrt(fullWidth/float64(shape.Values())) {
		hidden /= 2
	}
	recipe.Hidden = []int{hidden, features}
	return recipe
}

func (r Recipe) features() int { return r.Hidden[len(r.Hidden)-1] }

// FrechetImages returns the number of real images, and of samples, that the Fréchet distance needs
// with the features of a classifier of this recipe.
func (r Recipe) FrechetImages() int { return rowsPerFeature * r.features() }

// check returns an error unless the recipe is for images of that shape.
func (r Recipe) check(shape raster.Shape) error {
	for _, n := range append([]int{r.Epochs, r.BatchSize}, r.Hidden...) {
		if n < 1 {
			return fmt.Errorf("evaluate: recipe %+v, want epochs, batch size and widths of at least 1", r)
		}
	}
	if len(r.Hidden) == 0 || !(r.LearningRate > 0) || r.Shift < 0 {
		return fmt.Errorf("evaluate: recipe %+v, want a hidden layer, a learning rate above 0 and a shift of 0 or more", r)
	}
	if want := PretextFor(shape); r.Task != ByLabel && r.Task != want {
		return fmt.Errorf("evaluate: recipe with task %.80q, want %q for images of %v, or none", string(r.Task), want, shape)
	}
	return nil
}
