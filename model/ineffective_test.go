package model_test

import (
	"encoding/json"
	"slices"
	"testing"

	"gorgan/model"
)

// TestIneffective: a setting that is said to have no effect changes no weight, and one that
// is said to have one does.
func TestIneffective(t *testing.T) {
	onCPU(t)
	other := map[string]any{
		"weight_clip": 0.002, "gp_weight": 3, "margin": 0.05, "pull_away": 0.5, "gamma": 0.3, "k_rate": 0.5, "leaky_slope": 0.4, "maxout_pieces": 3, "beta1": 0.5, "beta2": 0.9, "dis_beta1": 0.3, "dis_beta2": 0.8,
		"momentum": 0.5, "momentum_end": 0.7, "momentum_steps": 2, "learning_rate_least": 1e-4,
		"net_width": 3, "dis_norm": "none", "gen_hidden": []int{9}, "dis_hidden": []int{9}, "gen_activation": "leaky-relu", "dis_activation": "leaky-relu", "gen_output": "tanh", "dis_labels": "logits", "class_weight": 2, "gen_class_weight": 3, "code_weight": 4, "code_value_weight": 5,
	}
	for name, set := range map[string]map[string]any{
		"default": {}, "sgd": {"optimizer": "sgd", "momentum_steps": 5}, "wgan": {"loss": "wgan"}, "dragan": {"loss": "dragan"}, "wgan-gp": {"loss": "wgan-gp"},
		"ebgan": {"loss": "ebgan"}, "began": {"loss": "began"},
		"leaky": {"gen_activation": "leaky-relu"}, "maxout": {"dis_activation": "maxout"}, "decay": {"learning_rate_decay": 0.1},
		"layers":       {"arch": "layers", "gen_layers": "dense 8, dense 16", "dis_layers": "dense 6 maxout, dense 1"},
		"named layers": {"arch": "layers", "gen_layers": "dense 8 leaky-relu, dense 16 sigmoid", "dis_layers": "conv 2 tanh, dense 1"},
		"resnet":       {"arch": "resnet", "net_width": 2, "height": 16, "width": 8},
		"dcgan":        {"arch": "dcgan", "net_width": 2, "height": 16, "width": 8},
		"classifier":   {"classes": 3, "dis_labels": "classifier"},
		"codes":        {"code_classes": 3},
		"code values":  {"code_values": 2},
	} {
		base := changed(t, small(), set)
		weights := func(c model.Config) string {
			trainer := trainerOf(t, c)
			run(t, trainer, model.RunOptions{Steps: 4})
			return stateOf(t, trainer).WeightHash()
		}
		before := weights(base)
		for field, value := range other {
			if _, taken := set[field]; taken {
				continue
			}
			c := changed(t, base, map[string]any{field: value})
			if c.Validate() != nil {
				continue
			}
			none := c.Ineffective(func(f string) bool { return f == field })[field] != ""
			if same := weights(c) == before; same != none {
				t.Errorf("%s: %s changes no weight: %v, and is said to have no effect: %v", name, field, same, none)
			}
		}
	}
}

func changed(t *testing.T, c model.Config, set map[string]any) model.Config {
	t.Helper()
	text, err := json.Marshal(set)
	must(t, err)
	c.GenHidden, c.DisHidden = slices.Clone(c.GenHidden), slices.Clone(c.DisHidden) // Unmarshal writes into them
	must(t, json.Unmarshal(text, &c))
	return c
}
