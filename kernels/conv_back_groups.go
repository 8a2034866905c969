package kernels

// convBackGroups is conv_back for a convolution with groups: see ConvBack.
var convBackGroups = inGroups(convBack, "conv_back_groups")
