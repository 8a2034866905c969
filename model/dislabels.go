package model

import "gorgan/model/layers"

// The ways in which D is told the labels, or asked for them.
const (
	// AutoLabels is InputLabels where D's first layer is dense, and LogitLabels otherwise.
	AutoLabels = "auto"
	// InputLabels gives them to the first layer, as one-hot vectors: Mirza and Osindero 2014.
	InputLabels = "input"
	// LogitLabels makes a logit for each class, and takes that of the label: Mescheder et al. 2018.
	LogitLabels = "logits"
	// ProjectionLabels adds the logit of the label to one that all classes share: Miyato and Koyama 2018.
	ProjectionLabels = "projection"
	// ClassifierLabels asks D for the class, beside its logit: Odena et al. 2017. D is not told the label.
	ClassifierLabels = "classifier"
)

// DisLabels returns the names that Config.DisLabels can have.
func DisLabels() []string {
	return []string{AutoLabels, InputLabels, LogitLabels, ProjectionLabels, ClassifierLabels}
}

// classifies reports whether D is asked for the class of an image.
func (c Config) classifies() bool { return c.Classes > 0 && c.DisLabels == ClassifierLabels }

// toldLabels adds to the settings of D's net what it makes of labels. dense says that its first layer is.
func (c Config) toldLabels(s *layers.Settings, dense bool) {
	s.Head.Beside = c.headColumns()
	switch way := c.DisLabels; {
	case c.Classes == 0, way == ClassifierLabels:
	case way == InputLabels, way == AutoLabels && (dense || s.Autoencoder):
		s.Classes = c.Classes
	default:
		s.Head.Classes, s.Head.Projection = c.Classes, way == ProjectionLabels
	}
}
