package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
)

// Config is all that, with the data, decides the weights a run arrives at.
type Config struct {
	Loss           string  `json:"loss"`            // a name of Losses
	LabelSmoothing float64 `json:"label_smoothing"` // [0,0.5): D's target on data is 1 less this; loss bce only
	NoiseDim       int     `json:"noise_dim"`
	GenHidden      []int   `json:"gen_hidden"` // widths of G's hidden layers, from the noise up
	DisHidden      []int   `json:"dis_hidden"` // widths of D's hidden layers, from the image down
	Height         int     `json:"height"`     // of an image, pixels
	Width          int     `json:"width"`
	Optimizer      string  `json:"optimizer"` // a name of Optimizers
	LearningRate   float64 `json:"learning_rate"`
	Beta1          float64 `json:"beta1"`    // Adam
	Beta2          float64 `json:"beta2"`    // Adam
	Epsilon        float64 `json:"epsilon"`  // Adam
	Momentum       float64 `json:"momentum"` // SGD
	BatchSize      int     `json:"batch_size"`
	DisSteps       int     `json:"dis_steps"`    // discriminator steps before each generator step
	UpdateOrder    string  `json:"update_order"` // a name of UpdateOrders
	FreshNoise     bool    `json:"fresh_noise"`  // the generator step draws its own noise, as it always does after more than one discriminator step
	Seed           uint64  `json:"seed"`
}

// The orders of the two updates of a step.
const (
	// DiscriminatorFirst updates D, then G against the new D.
	DiscriminatorFirst = "discriminator-first"
	// Simultaneous takes both gradients at the old weights.
	Simultaneous = "simultaneous"
)

// UpdateOrders returns the names Config.UpdateOrder takes.
func UpdateOrders() []string { return []string{DiscriminatorFirst, Simultaneous} }

// Default is the tutorial's configuration.
func Default() Config {
	return Config{
		Loss: "non-saturating", NoiseDim: 100, GenHidden: []int{256}, DisHidden: []int{256}, Height: 28, Width: 28,
		Optimizer: "adam", LearningRate: 2e-4, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Momentum: 0.9,
		BatchSize: 128, DisSteps: 1, UpdateOrder: DiscriminatorFirst, Seed: 1,
	}
}

// The largest that are taken for meant: a layer's width or a batch, an image's side.
const (
	maxSize = 1 << 20
	maxSide = 1 << 12
)

// Validate reports every field that is out of range.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, field string, got any, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("model: %s is %v, want %s", field, got, want))
		}
	}
	size := func(field string, n int) {
		check(n >= 1 && n <= maxSize, field, n, fmt.Sprintf("1 to %d", maxSize))
	}
	_, known := losses.find(c.Loss)
	check(known, "loss", quoted(c.Loss), "one of "+strings.Join(Losses(), ", "))
	check(c.LabelSmoothing >= 0 && c.LabelSmoothing < 0.5, "label_smoothing", c.LabelSmoothing, "0 to below 0.5")
	check(c.LabelSmoothing == 0 || c.Loss == "bce", "label_smoothing", c.LabelSmoothing, "0 unless the loss is bce")
	size("noise_dim", c.NoiseDim)
	check(len(c.GenHidden) <= 100, "gen_hidden", len(c.GenHidden), "at most 100 layers")
	for _, n := range c.GenHidden {
		size("gen_hidden", n)
	}
	check(len(c.DisHidden) <= 100, "dis_hidden", len(c.DisHidden), "at most 100 layers")
	for _, n := range c.DisHidden {
		size("dis_hidden", n)
	}
	check(c.Height >= 1 && c.Height <= maxSide, "height", c.Height, fmt.Sprintf("1 to %d", maxSide))
	check(c.Width >= 1 && c.Width <= maxSide, "width", c.Width, fmt.Sprintf("1 to %d", maxSide))
	_, known = optimizers.find(c.Optimizer)
	check(known, "optimizer", quoted(c.Optimizer), "one of "+strings.Join(Optimizers(), ", "))
	// As float32, which the optimizers compute in: 1-beta and epsilon must not vanish.
	fraction := func(field string, v float64) { check(v >= 0 && float32(v) < 1, field, v, "0 to below 1") }
	check(float32(c.LearningRate) > 0 && c.LearningRate <= math.MaxFloat32, "learning_rate", c.LearningRate, "above 0")
	fraction("beta1", c.Beta1)
	fraction("beta2", c.Beta2)
	check(float32(c.Epsilon) > 0 && c.Epsilon < 1, "epsilon", c.Epsilon, "above 0, below 1")
	fraction("momentum", c.Momentum)
	size("batch_size", c.BatchSize)
	check(c.DisSteps >= 1 && c.DisSteps <= 1000, "dis_steps", c.DisSteps, "1 to 1000")
	check(c.UpdateOrder == DiscriminatorFirst || c.UpdateOrder == Simultaneous, "update_order", quoted(c.UpdateOrder),
		"one of "+strings.Join(UpdateOrders(), ", "))
	check(c.UpdateOrder != Simultaneous || c.DisSteps == 1, "dis_steps", c.DisSteps, "1 when update_order is simultaneous")
	check(c.UpdateOrder != Simultaneous || !c.FreshNoise, "fresh_noise", c.FreshNoise, "false when update_order is simultaneous")
	return errors.Join(errs...)
}

// quoted keeps an empty or odd name visible in a message.
func quoted(s string) string { return fmt.Sprintf("%q", s) }

// Pixels is the number of pixels of an image.
func (c Config) Pixels() int { return c.Height * c.Width }

// ParseConfig reads the JSON of a Config; an unknown key is an error.
func ParseConfig(text []byte) (Config, error) {
	var c Config
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("model: config: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Config{}, errors.New("model: config: got more after the object")
	}
	return c, c.Validate()
}

// Differences names each field in which c and other differ: "batch_size is 64,
// was 128".
func (c Config) Differences(other Config) []string {
	var all []string
	now, was := reflect.ValueOf(c), reflect.ValueOf(other)
	for i := range now.NumField() {
		// As text, where no hidden layers are the same however they are written.
		if a, b := fmt.Sprint(now.Field(i)), fmt.Sprint(was.Field(i)); a != b {
			all = append(all, fmt.Sprintf("%s is %v, was %v", now.Type().Field(i).Tag.Get("json"), a, b))
		}
	}
	return all
}
