package kernels

// convGroups is conv for a convolution with groups: see Conv.
var convGroups = inGroups(conv, "conv_groups")
