package model

import (
	"slices"
	"strings"

	"gorgan/model/layers"
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
	hidden := func(field string, text func(Config) string) effect {
		return effect{field, func(c Config) bool { return c.Arch == MLP || c.Arch == Layers && takesHidden(text(c)) }, "with the arch mlp, or layers that name no activation"}
	}
	activation := func(name string) func(Config) bool { return func(c Config) bool { return c.activates(name) } }
	return []effect{
		ofLosses("weight_clip", func(l loss) bool { return l.clips }),
		ofLosses("gp_weight", func(l loss) bool { return l.points != noPoints }),
		ofLosses("margin", func(l loss) bool { return l.autoencodes && !l.balances }),
		ofLosses("gamma", func(l loss) bool { return l.balances }),
		ofLosses("k_rate", func(l loss) bool { return l.balances }),
		{"net_width", func(c Config) bool { return c.Arch == DCGAN || c.Arch == ResNet }, "with the archs dcgan and resnet"},
		arch("dis_norm", DCGAN),
		arch("gen_hidden", MLP),
		arch("dis_hidden", MLP),
		hidden("gen_activation", func(c Config) string { return c.GenLayers }),
		hidden("dis_activation", func(c Config) string { return c.DisLayers }),
		{"dis_labels", func(c Config) bool { return c.Classes > 0 }, "with classes"},
		{"code_weight", func(c Config) bool { return c.CodeClasses > 0 }, "with code_classes"},
		{"code_value_weight", func(c Config) bool { return c.CodeValues > 0 }, "with code_values"},
		{"class_weight", Config.classifies, "with classes and dis_labels classifier"},
		{"gen_class_weight", Config.classifies, "with classes and dis_labels classifier"},
		{"leaky_slope", activation("leaky-relu"), "with the activation leaky-relu, or the arch dcgan or resnet"},
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

// takesHidden reports whether the text of a net has hidden layers that name no activation.
func takesHidden(text string) bool {
	chain, err := layers.Parse("", text)
	return err != nil || chain.TakesHidden()
}

// activates reports whether a layer has the activation of that name.
func (c Config) activates(name string) bool {
	gen, dis, err := c.nets(asInJSON)
	return err != nil || gen.Chain.Activated(name) || dis.Chain.Activated(name)
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
