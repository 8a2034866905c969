package kernels

// convWeightGroups is conv_weight for a convolution with groups: see ConvWeight.
var convWeightGroups = inGroups(convWeight, "conv_weight_groups")
