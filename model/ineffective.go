package model

import (
	"slices"
	"strings"
)

// effect is the condition under which a setting has an effect.
type effect struct {
	field string // as in JSON
	has   func(Config) bool
	when  string
}

func effects() []effect {
	ofLosses := func(field string, has func(loss) bool) effect {
		names := lossesWith(has)
		when := "with the loss "
		if len(names) > 1 {
			when = "with the losses "
		}
		return effect{field, func(c Config) bool { return slices.Contains(names, c.Loss) }, when + strings.Join(names, " and ")}
	}
	optimizer := func(name string) func(Config) bool { return func(c Config) bool { return c.Optimizer == name } }
	arch := func(field, name string) effect {
		return effect{field, func(c Config) bool { return c.Arch == name }, "with the arch " + name}
	}
	activation := func(name string) func(Config) bool {
		return func(c Config) bool {
			return c.Arch == DCGAN && name == "leaky-relu" || c.Arch == MLP && c.activates(name)
		}
	}
	return []effect{
		ofLosses("weight_clip", func(l loss) bool { return l.clips }),
		ofLosses("gp_weight", func(l loss) bool { return l.points != noPoints }),
		arch("net_width", DCGAN),
		arch("dis_norm", DCGAN),
		arch("gen_hidden", MLP),
		arch("dis_hidden", MLP),
		arch("gen_activation", MLP),
		arch("dis_activation", MLP),
		{"leaky_slope", activation("leaky-relu"), "with the activation leaky-relu or the arch dcgan"},
		{"maxout_pieces", activation("maxout"), "with the activation maxout"},
		{"beta1", optimizer("adam"), "with the optimizer adam"},
		{"beta2", optimizer("adam"), "with the optimizer adam"},
		{"dis_beta1", optimizer("adam"), "with the optimizer adam"},
		{"dis_beta2", optimizer("adam"), "with the optimizer adam"},
		{"momentum", optimizer("sgd"), "with the optimizer sgd"},
		{"momentum_end", optimizer("sgd"), "with the optimizer sgd"},
		{"momentum_steps", optimizer("sgd"), "with the optimizer sgd"},
		{"learning_rate_least", func(c Config) bool { return c.LearningRateDecay < 1 }, "where the learning rate decays"},
	}
}

// activates reports whether a hidden layer has the activation of that name.
func (c Config) activates(name string) bool {
	return c.GenActivation == name && len(c.GenHidden) > 0 || c.DisActivation == name && len(c.DisHidden) > 0
}

// Ineffective returns the given settings that have no effect with the others. The keys are JSON
// names, and a value says when the setting has an effect: "with the optimizer adam".
func (c Config) Ineffective(given func(field string) bool) map[string]string {
	without := map[string]string{}
	for _, e := range effects() {
		if given(e.field) && !e.has(c) {
			without[e.field] = e.when
		}
	}
	return without
}
