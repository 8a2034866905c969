// Package nn has the layers of the nets, one file each, and the memory of a net's parameters. A
// layer describes its parameters, and appends its operations to a graph:
//
//	net := nn.Net{Name: "discriminator", Layers: []nn.Layer{
//		nn.Dense{Number: 0, In: 784, Units: 256, Activation: nn.ReLU(0)},
//		nn.Dropout{Number: 1, Rate: 0.5},
//		nn.Dense{Number: 1, In: 256, Units: 1, Activation: nn.Linear()},
//	}}
//	weights, err := net.New(dev)
//	...
//	logits := weights.Apply(&nn.Pass{Builder: b}, x)
//
// The gradients come from package graph: a layer has no backward code.
package nn
