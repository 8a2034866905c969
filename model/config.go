package model

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"gorgan/dataset/raster"
)

// Config is all that, with the data, decides the weights a run arrives at, and how images
// are made with them.
type Config struct {
	Loss           string  `json:"loss"`            // a name of Losses
	LabelSmoothing float64 `json:"label_smoothing"` // [0,0.5): D's target on data is 1 less this; loss bce only
	WeightClip     float64 `json:"weight_clip"`     // D's parameters stay within this of 0; loss wgan only
	GPWeight       float64 `json:"gp_weight"`       // of the gradient penalty; losses wgan-gp and dragan only
	Margin         float64 `json:"margin"`          // that D's error on fake images shall reach; loss ebgan only
	PullAway       float64 `json:"pull_away"`       // weight of the pull-away term in G's loss, 0 for none; losses with an autoencoder only
	Gamma          float64 `json:"gamma"`           // D's error on fake images over that on real ones; loss began only
	KRate          float64 `json:"k_rate"`          // how fast k moves towards that; loss began only
	R1             float64 `json:"r1"`              // gamma of the penalty r1/2 · mean |∇D(x)|² on data, 0 for none
	R2             float64 `json:"r2"`              // the same at fake images

	Arch             string  `json:"arch"`       // a name of Archs
	NetWidth         int     `json:"net_width"`  // channels of the layers of a dcgan or resnet next to the images; others have 2, 4, … times as many
	DisNorm          string  `json:"dis_norm"`   // a name of DisNorms, of a dcgan's D
	GenLayers        string  `json:"gen_layers"` // the layers of G's net as text, of arch layers: see package layers
	DisLayers        string  `json:"dis_layers"` // those of D's
	NoiseDim         int     `json:"noise_dim"`
	CodeClasses      int     `json:"code_classes"`       // of the categorical code in G's input, 0 for no such code
	CodeValues       int     `json:"code_values"`        // continuous codes in G's input, each uniform on [-1,1)
	CodeWeight       float64 `json:"code_weight"`        // of the categorical code's loss in the losses of D and G
	CodeValueWeight  float64 `json:"code_value_weight"`  // the same of the continuous codes
	GenHidden        []int   `json:"gen_hidden"`         // widths of G's hidden layers, from the noise up
	DisHidden        []int   `json:"dis_hidden"`         // widths of D's hidden layers, from the image down
	GenActivation    string  `json:"gen_activation"`     // a name of GenActivations
	DisActivation    string  `json:"dis_activation"`     // a name of Activations
	GenOutput        string  `json:"gen_output"`         // a name of GenOutputs: what G's images end with
	LeakySlope       float64 `json:"leaky_slope"`        // leaky-relu's below 0
	MaxoutPieces     int     `json:"maxout_pieces"`      // sums that a maxout unit takes the largest of
	DisDropoutInput  float64 `json:"dis_dropout_input"`  // probability that D does not see a value of its images
	DisDropoutHidden float64 `json:"dis_dropout_hidden"` // probability that D leaves out a hidden unit's output
	InitDeviation    float64 `json:"init_deviation"`     // both nets' weights begin normal with this standard deviation; 0: that of the arch
	GenInitScale     float64 `json:"gen_init_scale"`     // G's weights begin uniform on ± this; 0: normal
	DisInitScale     float64 `json:"dis_init_scale"`
	GenBiasInit      string  `json:"gen_bias_init"`    // a name of BiasInits, of G's last layer
	Classes          int     `json:"classes"`          // both nets get labels 0 to classes-1; 0 for no labels
	DisLabels        string  `json:"dis_labels"`       // a name of DisLabels: how D is told the labels, or asked for them
	ClassWeight      float64 `json:"class_weight"`     // of the loss of D's classes in D's loss; dis_labels classifier only
	GenClassWeight   float64 `json:"gen_class_weight"` // the same in G's loss
	Pack             int     `json:"pack"`             // images that D sees side by side
	Stack            int     `json:"stack"`            // grey images of the set that make one, each a channel: 1, or 3 for colours
	Channels         int     `json:"channels"`         // of an image: 1 is grey, 3 are colours
	Height           int     `json:"height"`           // of an image, pixels
	Width            int     `json:"width"`

	Optimizer         string  `json:"optimizer"` // a name of Optimizers
	LearningRate      float64 `json:"learning_rate"`
	DisLearningRate   float64 `json:"dis_learning_rate"`   // D's own, -1 for learning_rate
	LearningRateDecay float64 `json:"learning_rate_decay"` // factor of the learning rates at each step, 1 for none
	LearningRateLeast float64 `json:"learning_rate_least"` // where they stop to fall
	Beta1             float64 `json:"beta1"`               // Adam
	Beta2             float64 `json:"beta2"`               // Adam
	DisBeta1          float64 `json:"dis_beta1"`           // D's own, -1 for beta1
	DisBeta2          float64 `json:"dis_beta2"`           // D's own, -1 for beta2
	Epsilon           float64 `json:"epsilon"`             // Adam
	Momentum          float64 `json:"momentum"`            // SGD
	MomentumEnd       float64 `json:"momentum_end"`        // what it goes to
	MomentumSteps     int     `json:"momentum_steps"`      // in a line over so many steps, 0 for not at all

	BatchSize          int      `json:"batch_size"`
	Shards             int      `json:"shards"`               // small batches that a batch is the sum of, which ranks can share; a power of two
	DisSteps           int      `json:"dis_steps"`            // discriminator steps before each generator step
	UpdateOrder        string   `json:"update_order"`         // a name of UpdateOrders
	FreshNoise         bool     `json:"fresh_noise"`          // the generator step draws its own noise, as it always does after more than one discriminator step
	Augment            []string `json:"augment"`              // names of Augmentations, of the images that D gets, real and fake
	InstanceNoise      float64  `json:"instance_noise"`       // standard deviation of normal noise on all images D sees
	InstanceNoiseSteps int      `json:"instance_noise_steps"` // it fades over so many steps, 0 for never
	EMA                float64  `json:"ema"`                  // decay of the average of G's weights that images are made with (kernels.EMA), 0 for none
	NoiseScale         float64  `json:"noise_scale"`          // images are made from noise this many times as wide as training's
	Seed               uint64   `json:"seed"`
}

// The first values of the biases of G's last layer.
const (
	// ZeroBias is 0: G begins with grey images.
	ZeroBias = "zero"
	// MarginalBias makes G begin with the data's mean image, as in the published configuration
	// of the 2014 paper.
	MarginalBias = "marginals"
)

// BiasInits returns the names that Config.GenBiasInit can have.
func BiasInits() []string { return []string{ZeroBias, MarginalBias} }

// The orders of the two updates of a step.
const (
	// DiscriminatorFirst updates D, and then G with the new D.
	DiscriminatorFirst = "discriminator-first"
	// Simultaneous computes both gradients with the old weights.
	Simultaneous = "simultaneous"
)

// UpdateOrders returns the names that Config.UpdateOrder can have.
func UpdateOrders() []string { return []string{DiscriminatorFirst, Simultaneous} }

// Default returns the tutorial's configuration.
func Default() Config {
	return Config{
		Loss: "non-saturating", WeightClip: 0.01, GPWeight: 10, Margin: 0.3, Gamma: 0.75, KRate: 0.003,
		Arch: MLP, NetWidth: 64, DisNorm: BatchNorm, NoiseDim: 100, CodeWeight: 1, CodeValueWeight: 1, GenHidden: []int{256}, DisHidden: []int{256}, GenActivation: "relu", DisActivation: "relu", GenOutput: SigmoidOutput,
		LeakySlope: 0.2, MaxoutPieces: 5, GenBiasInit: ZeroBias, DisLabels: AutoLabels, ClassWeight: 1, GenClassWeight: 1, Pack: 1, Stack: 1, Channels: 1, Height: 28, Width: 28,
		Optimizer: "adam", LearningRate: 2e-4, DisLearningRate: -1, LearningRateDecay: 1,
		Beta1: 0.9, Beta2: 0.999, DisBeta1: -1, DisBeta2: -1, Epsilon: 1e-8, Momentum: 0.9,
		BatchSize: 128, Shards: 1, DisSteps: 1, UpdateOrder: DiscriminatorFirst, Augment: []string{}, NoiseScale: 1, Seed: 1,
	}
}

// ofDiscriminator returns c with the learning rate and the betas of D's updates.
func (c Config) ofDiscriminator() Config {
	for own, common := range map[*float64]*float64{&c.DisLearningRate: &c.LearningRate, &c.DisBeta1: &c.Beta1, &c.DisBeta2: &c.Beta2} {
		if *own != -1 {
			*common = *own
		}
	}
	return c
}

// Shape returns the shape of an image. Its values are in the order of a [raster.Image].
func (c Config) Shape() raster.Shape {
	return raster.Shape{Size: raster.Size{Height: c.Height, Width: c.Width}, Channels: c.Channels}
}

// Values returns the number of values of an image.
func (c Config) Values() int { return c.Shape().Values() }

// ForSet returns c with the height, the width and the channels of images that are made of a set of
// images of a shape. NewTrainer refuses a shape of which c cannot make images.
func (c Config) ForSet(shape raster.Shape) Config {
	c.Height, c.Width, c.Channels = shape.Height, shape.Width, shape.Channels
	if c.Stack > 1 {
		c.Channels = c.Stack
	}
	return c
}

// setShape returns the shape that the images of the set must have.
func (c Config) setShape() raster.Shape {
	if c.Stack > 1 {
		return raster.Grey(c.Shape().Size)
	}
	return c.Shape()
}

// batchImages returns the number of images of the set in a batch.
func (c Config) batchImages() int { return c.Stack * c.BatchSize }

// ParseConfig reads a Config from JSON. A missing key has Default's value, because older versions
// without the key behaved so; for channels see Complete. It returns an error if the text is not
// one JSON object, has an unknown key, or is a config that Validate refuses.
func ParseConfig(text []byte) (Config, error) {
	c, _, err := parseConfig(text)
	return c, err
}

// Unsaid returns what a config is decoded from JSON into. Complete fills in afterwards what the JSON
// leaves unsaid.
func Unsaid() Config {
	c := Default()
	c.Channels = 0
	return c
}

// Complete sets Channels, if it is 0, to Stack. Older versions did not write it: their images were
// grey or stacked.
func (c *Config) Complete() {
	if c.Channels == 0 {
		c.Channels = c.Stack
	}
}

// parseConfig is ParseConfig. said reports whether the text has the channels.
func parseConfig(text []byte) (c Config, said bool, err error) {
	c = Unsaid()
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Config{}, false, fmt.Errorf("model: config: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Config{}, false, errors.New("model: config: more text follows the JSON object, want one object")
	}
	said = c.Channels != 0
	c.Complete()
	return c, said, c.Validate()
}

// Differences describes each field in which c and other differ: "batch_size is 64, was 128".
func (c Config) Differences(other Config) []string {
	var all []string
	now, was := reflect.ValueOf(c), reflect.ValueOf(other)
	for i := range now.NumField() {
		// As text, nil and an empty list of hidden layers are the same.
		if a, b := fmt.Sprint(now.Field(i)), fmt.Sprint(was.Field(i)); a != b {
			all = append(all, fmt.Sprintf("%s is %v, was %v", now.Type().Field(i).Tag.Get("json"), cmp.Or(a, `""`), cmp.Or(b, `""`)))
		}
	}
	return all
}
