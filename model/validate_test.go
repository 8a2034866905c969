package model_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

func TestValidate(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*model.Config)
		want   string
	}{
		"loss":                {func(c *model.Config) { c.Loss = "wgan2" }, `loss is "wgan2", want one of ` + strings.Join(model.Losses(), ", ")},
		"no loss":             {func(c *model.Config) { c.Loss = "" }, `loss is "", want one of`},
		"smoothing high":      {func(c *model.Config) { c.Loss, c.LabelSmoothing = "bce", 0.5 }, "label_smoothing is 0.5, want 0 to below 0.5"},
		"smoothing low":       {func(c *model.Config) { c.Loss, c.LabelSmoothing = "bce", -0.1 }, "label_smoothing is -0.1, want 0 to below 0.5"},
		"smoothing elsewhere": {func(c *model.Config) { c.LabelSmoothing = 0.1 }, "label_smoothing is 0.1, want 0 unless the loss is bce"},
		"arch":                {func(c *model.Config) { c.Arch = "unet" }, `arch is "unet", want one of mlp, dcgan, resnet, layers`},
		"net width":           {func(c *model.Config) { c.NetWidth = 0 }, "net_width is 0, want 1 to 4096"},
		"net width high":      {func(c *model.Config) { c.Arch, c.NetWidth = model.DCGAN, 4097 }, "net_width is 4097, want 1 to 4096"},
		"dcgan side":          {func(c *model.Config) { c.Arch, c.Height = model.DCGAN, 30 }, "images of 30x28 do not suit arch dcgan, which halves both sides until none is above 7, at least once; try --size 32"},
		"dcgan small":         {func(c *model.Config) { c.Arch, c.Height, c.Width = model.DCGAN, 7, 7 }, "images of 7x7 do not suit arch dcgan, which halves both sides until none is above 7, at least once; try --size 8"},
		"dcgan 33":            {func(c *model.Config) { c.Arch, c.Height, c.Width = model.DCGAN, 33, 33 }, "images of 33x33 do not suit arch dcgan, which halves both sides until none is above 7, at least once; try --size 32"},
		"dcgan flat":          {func(c *model.Config) { c.Arch, c.Height, c.Width = model.DCGAN, 16, 2 }, "images of 16x2 do not suit arch dcgan"},
		"dcgan 1":             {func(c *model.Config) { c.Arch, c.Height, c.Width = model.DCGAN, 1, 1 }, "images of 1x1 do not suit arch dcgan, which halves both sides until none is above 7, at least once; try --size 2"},
		"dis norm":            {func(c *model.Config) { c.DisNorm = "layer" }, `dis_norm is "layer", want one of batch, spectral, none`},
		"dcgan r1":            {func(c *model.Config) { c.Arch, c.R1 = model.DCGAN, 1 }, `dis_norm is "batch", want spectral or none where gradients are penalised`},
		"dcgan wgan-gp":       {func(c *model.Config) { c.Arch, c.Loss = model.DCGAN, "wgan-gp" }, `dis_norm is "batch", want spectral or none where gradients are penalised`},
		"dcgan classes":       {func(c *model.Config) { c.Arch, c.Classes, c.DisLabels = model.DCGAN, 10, model.InputLabels }, "layer 1 of the discriminator of arch dcgan, `down 64 leaky-relu`, is the first layer, want dense where there are 10 classes"},
		"dis labels":          {func(c *model.Config) { c.DisLabels = "output" }, `dis_labels is "output", want one of auto, input, logits, projection, classifier`},
		"logits of packs":     {func(c *model.Config) { c.Classes, c.DisLabels, c.Pack = 10, model.LogitLabels, 2 }, `dis_labels is "logits", want auto, input or classifier where pack is above 1`},
		"projection of packs": {func(c *model.Config) { c.Classes, c.DisLabels, c.Pack = 10, model.ProjectionLabels, 2 }, `dis_labels is "projection", want auto, input or classifier where pack is above 1`},
		"class weight":        {func(c *model.Config) { c.ClassWeight = 0 }, "class_weight is 0, want a finite number above 0"},
		"gen class weight":    {func(c *model.Config) { c.GenClassWeight = -1 }, "gen_class_weight is -1, want a finite number, 0 or more"},
		"code of one class":   {func(c *model.Config) { c.CodeClasses = 1 }, "code_classes is 1, want 0, or 2 to 65536"},
		"code values":         {func(c *model.Config) { c.CodeValues = 1025 }, "code_values is 1025, want 0 to 1024"},
		"code value weight":   {func(c *model.Config) { c.CodeValueWeight = -1 }, "code_value_weight is -1, want a finite number above 0"},
		"code weight":         {func(c *model.Config) { c.CodeWeight = 0 }, "code_weight is 0, want a finite number above 0"},
		"classifier of bias": {func(c *model.Config) {
			layersOf("dense 784", "dense 3, bias")(c)
			c.Classes, c.DisLabels = 10, model.ClassifierLabels
		}, "layer 2 of dis_layers, `bias`, is the last layer with an activation, want dense or a convolution where it makes a logit and 10 values beside it"},
		"codes of two values": {func(c *model.Config) { layersOf("dense 784", "dense 2")(c); c.CodeValues, c.CodeClasses = 2, 3 }, "layer 1 of dis_layers, `dense 2`, makes 12 values of an image with 6 for each of 1, want 6: the discriminator ends with a logit and 5 values beside it, as `dense 1` does"},
		"dcgan pack":          {func(c *model.Config) { c.Arch, c.Pack = model.DCGAN, 2 }, "pack is 2, want 1 where arch is dcgan, as its discriminator begins with a convolution, which takes one image and not a pack"},
		"dcgan clipped":       {func(c *model.Config) { c.Arch, c.DisNorm, c.Loss = model.DCGAN, model.SpectralNorm, "wgan" }, `dis_norm is "spectral", want batch or none with the loss wgan`},
		"dcgan bias":          {func(c *model.Config) { c.Arch, c.GenBiasInit = model.DCGAN, model.MarginalBias }, `gen_bias_init is "marginals", want zero where the last layer of the generator is not dense, and so has no bias for each value of an image`},
		"no layers":           {func(c *model.Config) { c.Arch, c.DisLayers = model.Layers, "dense 1" }, `gen_layers is empty, want the layers of the generator where arch is layers, as in "dense 256, dense 28x28x1"`},
		"layers of mlp":       {func(c *model.Config) { c.DisLayers = "dense 1" }, `dis_layers is "dense 1", want none unless arch is layers`},
		"unknown layer":       {layersOf("dense 784, deconv 3", "dense 1"), "layer 2 of gen_layers, `deconv`, is unknown, want one of dense, conv, down, up, "},
		"other images":        {layersOf("dense 15x15x8, up 1", "dense 1"), "layer 2 of gen_layers, `up 1`, makes images of 30x30x1, want 28x28x1, the images of the data"},
		"many logits":         {layersOf("dense 784", "down 8, conv 1"), "layer 2 of dis_layers, `conv 1`, makes 14x14x1 values of an image, want 1"},
		"penalised norm":      {func(c *model.Config) { layersOf("dense 784", "down 8 batch-norm, dense 1")(c); c.R2 = 1 }, "layer 1 of dis_layers, `down 8 batch-norm`, normalises batches, want no batch-norm where gradients are penalised"},
		"zero norm":           {layersOf("dense 784", "dense 1 spectral-norm zero"), "layer 1 of dis_layers, `dense 1 spectral-norm zero`, has zero and spectral-norm, want one of them"},
		"groups of a batch": {func(c *model.Config) {
			layersOf("dense 784", "down 8, minibatch-stddev, dense 1")(c)
			c.BatchSize = 6
		}, "layer 2 of dis_layers, `minibatch-stddev`, takes groups of 4 from batches of 6, want a batch size that 4 divides"},
		"groups of fakes": {layersOf("minibatch-stddev, dense 784", "dense 1"), "layer 1 of gen_layers, `minibatch-stddev`, is in the generator"},
		"clipped norm":    {func(c *model.Config) { layersOf("dense 784", "dense 1 spectral-norm")(c); c.Loss = "wgan" }, "layer 1 of dis_layers, `dense 1 spectral-norm`, divides its weights by their largest singular value, want no spectral-norm with a loss that clips"},
		"labels of images": {func(c *model.Config) {
			layersOf("dense 784", "down 8, dense 1")(c)
			c.Classes, c.DisLabels = 10, model.InputLabels
		}, "layer 1 of dis_layers, `down 8`, is the first layer, want dense where there are 10 classes"},
		"pack of images":      {func(c *model.Config) { layersOf("dense 784", "down 8, dense 1")(c); c.Pack = 2 }, "layer 1 of dis_layers, `down 8`, takes one image and not a pack, want dense where pack is 2"},
		"dropout elsewhere":   {func(c *model.Config) { layersOf("dense 784", "dense 1")(c); c.DisDropoutInput = 0.5 }, "dis_dropout_input is 0.5, want 0 where arch is layers; write dropout and a probability in dis_layers"},
		"deviation":           {func(c *model.Config) { c.InitDeviation = -1 }, "init_deviation is -1, want a finite number, 0 or more"},
		"deviation and scale": {func(c *model.Config) { c.InitDeviation, c.GenInitScale, c.DisInitScale = 1, 1, 1 }, "init_deviation is 1, want 0 where gen_init_scale and dis_init_scale are above 0"},
		"noise":               {func(c *model.Config) { c.NoiseDim = 0 }, "noise_dim is 0, want 1 to 1048576"},
		"noise high":          {func(c *model.Config) { c.NoiseDim = 1<<20 + 1 }, "noise_dim is 1048577, want 1 to 1048576"},
		"gen width":           {func(c *model.Config) { c.GenHidden = []int{5, -2} }, "gen_hidden is -2, want 1 to 1048576"},
		"dis width":           {func(c *model.Config) { c.DisHidden = []int{0} }, "dis_hidden is 0, want 1 to 1048576"},
		"gen depth":           {func(c *model.Config) { c.GenHidden = slices.Repeat([]int{1}, 101) }, "gen_hidden is 101, want at most 100 layers"},
		"dis depth":           {func(c *model.Config) { c.DisHidden = slices.Repeat([]int{1}, 101) }, "dis_hidden is 101, want at most 100 layers"},
		"height":              {func(c *model.Config) { c.Height = 0 }, "height is 0, want 1 to 4096"},
		"width":               {func(c *model.Config) { c.Width = 4097 }, "width is 4097, want 1 to 4096"},
		"optimizer":           {func(c *model.Config) { c.Optimizer = "rmsprop" }, `optimizer is "rmsprop", want one of ` + strings.Join(model.Optimizers(), ", ")},
		"rate":                {func(c *model.Config) { c.LearningRate = 0 }, "learning_rate is 0, want a finite number above 0"},
		"rate NaN":            {func(c *model.Config) { c.LearningRate = math.NaN() }, "learning_rate is NaN, want a finite number above 0"},
		"rate infinite":       {func(c *model.Config) { c.LearningRate = math.Inf(1) }, "learning_rate is +Inf, want a finite number above 0"},
		"rate 0 as float32":   {func(c *model.Config) { c.LearningRate = 1e-50 }, "learning_rate is 1e-50, want a finite number above 0"},
		"beta1":               {func(c *model.Config) { c.Beta1 = 1 }, "beta1 is 1, want 0 to below 1"},
		"beta1 low":           {func(c *model.Config) { c.Beta1 = -0.5 }, "beta1 is -0.5, want 0 to below 1"},
		"beta1 1 as float32":  {func(c *model.Config) { c.Beta1 = 0.999999999 }, "beta1 is 0.999999999, want 0 to below 1"},
		"beta2":               {func(c *model.Config) { c.Beta2 = 1.5 }, "beta2 is 1.5, want 0 to below 1"},
		"epsilon":             {func(c *model.Config) { c.Epsilon = 0 }, "epsilon is 0, want 1.18e-38, the least normal float32, to below 1"},
		"epsilon high":        {func(c *model.Config) { c.Epsilon = 1 }, "epsilon is 1, want 1.18e-38, the least normal float32, to below 1"},
		"epsilon as float32":  {func(c *model.Config) { c.Epsilon = 1e-60 }, "epsilon is 1e-60, want 1.18e-38, the least normal float32, to below 1"},
		"momentum":            {func(c *model.Config) { c.Momentum = math.NaN() }, "momentum is NaN, want 0 to below 1"},
		"batch":               {func(c *model.Config) { c.BatchSize = -1 }, "batch_size is -1, want 1 to 1048576"},
		"no steps":            {func(c *model.Config) { c.DisSteps = 0 }, "dis_steps is 0, want 1 to 1000"},
		"many steps":          {func(c *model.Config) { c.DisSteps = 1001 }, "dis_steps is 1001, want 1 to 1000"},
		"order":               {func(c *model.Config) { c.UpdateOrder = "generator-first" }, `update_order is "generator-first", want one of discriminator-first, simultaneous`},
		"steps at once":       {func(c *model.Config) { c.UpdateOrder, c.DisSteps = model.Simultaneous, 2 }, "dis_steps is 2, want 1 when update_order is simultaneous"},
		"clip":                {func(c *model.Config) { c.WeightClip = 0 }, "weight_clip is 0, want a finite number above 0"},
		"gp weight":           {func(c *model.Config) { c.GPWeight = -1 }, "gp_weight is -1, want a finite number above 0"},
		"margin":              {func(c *model.Config) { c.Margin = 0 }, "margin is 0, want a finite number above 0"},
		"gamma":               {func(c *model.Config) { c.Gamma = 1.5 }, "gamma is 1.5, want above 0, at most 1"},
		"k rate":              {func(c *model.Config) { c.KRate = 1001 }, "k_rate is 1001, want above 0, at most 1000"},
		"pull-away":           {func(c *model.Config) { c.PullAway = 0.1 }, "pull_away is 0.1, want 0 unless the loss is ebgan or began, whose discriminator makes a code of an image"},
		"pull-away low":       {func(c *model.Config) { c.Loss, c.PullAway = "ebgan", -1 }, "pull_away is -1, want a finite number, 0 or more"},
		"pull-away of one": {func(c *model.Config) { c.Loss, c.PullAway, c.BatchSize, c.Pack = "ebgan", 0.1, 4, 4 },
			"pull_away is 0.1, want 0 where batch_size is pack, as it compares the codes of a batch"},
		"pull-away without a code": {func(c *model.Config) {
			layersOf("dense 28x28x1", "dropout 0.1, dense 784")(c)
			c.Loss, c.PullAway = "began", 0.1
		}, "pull_away is 0.1, want 0 where the discriminator has a single layer, and so no code"},
		"autoencoder's end": {func(c *model.Config) { layersOf("dense 28x28x1", "dense 8, dense 1")(c); c.Loss = "ebgan" },
			"layer 2 of dis_layers, `dense 1`, makes 1, want 28x28x1: the discriminator of this loss is an autoencoder, which ends with the images that it takes, as `dense 28x28x1` does"},
		"autoencoder's activation": {func(c *model.Config) { layersOf("dense 28x28x1", "dense 8, dense 784 linear")(c); c.Loss = "ebgan" },
			"layer 2 of dis_layers, `dense 784 linear`, is the last layer with an activation, and that is linear, want sigmoid, as the nets have images in [0,1] unless gen_output is tanh"},
		"autoencoder's text": {func(c *model.Config) { layersOf("dense 28x28x1", "")(c); c.Loss, c.Pack = "ebgan", 2 },
			"dis_layers is empty, want the layers of the discriminator where arch is layers, as in \"dense 256, dense 1568\""},
		"autoencoder's logits": {func(c *model.Config) { c.Loss, c.Classes, c.DisLabels = "began", 3, model.LogitLabels },
			`dis_labels is "logits", want auto or input with the loss began, whose discriminator is an autoencoder and makes no logits`},
		"autoencoder's classifier": {func(c *model.Config) { c.Loss, c.Classes, c.DisLabels = "began", 3, model.ClassifierLabels },
			`dis_labels is "classifier", want auto or input with the loss began`},
		"autoencoder's codes": {func(c *model.Config) { c.Loss, c.CodeClasses = "ebgan", 3 },
			"code_classes is 3, want 0 with the loss ebgan, whose discriminator is an autoencoder and makes nothing beside an image"},
		"autoencoder's labels": {func(c *model.Config) { c.Arch, c.Loss, c.Classes = model.DCGAN, "began", 3 },
			"layer 1 of the discriminator of arch dcgan, `down 64 leaky-relu`, is the first layer, want dense where there are 3 classes, as the labels are inputs of the first layer"},
		"r1":                {func(c *model.Config) { c.R1 = -1 }, "r1 is -1, want a finite number, 0 or more"},
		"r2":                {func(c *model.Config) { c.R2 = math.Inf(1) }, "r2 is +Inf, want a finite number, 0 or more"},
		"gen activation":    {func(c *model.Config) { c.GenActivation = "maxout" }, `gen_activation is "maxout", want one of ` + strings.Join(model.GenActivations(), ", ")},
		"dis activation":    {func(c *model.Config) { c.DisActivation = "gelu" }, `dis_activation is "gelu", want one of ` + strings.Join(model.Activations(), ", ")},
		"slope":             {func(c *model.Config) { c.LeakySlope = 0 }, "leaky_slope is 0, want above 0, below 1"},
		"slope high":        {func(c *model.Config) { c.LeakySlope = 1 }, "leaky_slope is 1, want above 0, below 1"},
		"pieces":            {func(c *model.Config) { c.MaxoutPieces = 1 }, "maxout_pieces is 1, want 2 to 100"},
		"pieces high":       {func(c *model.Config) { c.MaxoutPieces = 101 }, "maxout_pieces is 101, want 2 to 100"},
		"input dropout":     {func(c *model.Config) { c.DisDropoutInput = 1 }, "dis_dropout_input is 1, want 0 to below 1"},
		"hidden dropout":    {func(c *model.Config) { c.DisDropoutHidden = -0.5 }, "dis_dropout_hidden is -0.5, want 0 to below 1"},
		"gen scale":         {func(c *model.Config) { c.GenInitScale = -1 }, "gen_init_scale is -1, want a finite number, 0 or more"},
		"dis scale":         {func(c *model.Config) { c.DisInitScale = math.NaN() }, "dis_init_scale is NaN, want a finite number, 0 or more"},
		"bias":              {func(c *model.Config) { c.GenBiasInit = "" }, `gen_bias_init is "", want one of zero, marginals`},
		"classes":           {func(c *model.Config) { c.Classes = 65537 }, "classes is 65537, want 0 to 65536"},
		"classes low":       {func(c *model.Config) { c.Classes = -1 }, "classes is -1, want 0 to 65536"},
		"pack":              {func(c *model.Config) { c.Pack = 0 }, "pack is 0, want 1 or another divisor of batch_size, 128"},
		"pack odd":          {func(c *model.Config) { c.Pack = 3 }, "pack is 3, want 1 or another divisor of batch_size, 128"},
		"stack":             {func(c *model.Config) { c.Stack = 2 }, "stack is 2, want 1 or 3"},
		"grey stack":        {func(c *model.Config) { c.Stack = 3 }, "channels is 1, want 3 where stack is 3"},
		"channels":          {func(c *model.Config) { c.Channels = 2 }, "channels is 2, want 1 or 3"},
		"no stack":          {func(c *model.Config) { c.Stack = 0 }, "stack is 0, want 1 or 3"},
		"stacked classes":   {func(c *model.Config) { c.Stack, c.Channels, c.Classes = 3, 3, 10 }, "classes is 10, want 0 where stack is 3, as such an image has three labels"},
		"dis rate":          {func(c *model.Config) { c.DisLearningRate = 0 }, "dis_learning_rate is 0, want a finite number above 0"},
		"decay":             {func(c *model.Config) { c.LearningRateDecay = 0 }, "learning_rate_decay is 0, want above 0, at most 1"},
		"decay high":        {func(c *model.Config) { c.LearningRateDecay = 1.1 }, "learning_rate_decay is 1.1, want above 0, at most 1"},
		"least rate":        {func(c *model.Config) { c.LearningRateLeast = 3e-4 }, "learning_rate_least is 0.0003, want 0 to the learning rates"},
		"least of one":      {func(c *model.Config) { c.DisLearningRate, c.LearningRateLeast = 1e-5, 1e-4 }, "learning_rate_least is 0.0001, want 0 to the learning rates"},
		"least rate low":    {func(c *model.Config) { c.LearningRateLeast = -1 }, "learning_rate_least is -1, want 0 to the learning rates"},
		"dis beta1":         {func(c *model.Config) { c.DisBeta1 = -0.5 }, "dis_beta1 is -0.5, want 0 to below 1"},
		"dis beta2":         {func(c *model.Config) { c.DisBeta2 = 1 }, "dis_beta2 is 1, want 0 to below 1"},
		"momentum end":      {func(c *model.Config) { c.MomentumEnd, c.MomentumSteps = 1, 5 }, "momentum_end is 1, want 0 to below 1"},
		"end without steps": {func(c *model.Config) { c.MomentumEnd = 0.5 }, "momentum_end is 0.5, want 0 unless momentum_steps is above 0"},
		"momentum steps":    {func(c *model.Config) { c.MomentumSteps = -1 }, "momentum_steps is -1, want 0 to 2147483647"},
		"augment":           {func(c *model.Config) { c.Augment = []string{"color"} }, `augment is "color", want one of colour, translation, cutout`},
		"augment twice":     {func(c *model.Config) { c.Augment = []string{"cutout", "cutout"} }, "augment is cutout,cutout, want each name once"},
		"instance noise":    {func(c *model.Config) { c.InstanceNoise = -1 }, "instance_noise is -1, want a finite number, 0 or more"},
		"fade":              {func(c *model.Config) { c.InstanceNoise, c.InstanceNoiseSteps = 1, 1<<31 }, "instance_noise_steps is 2147483648, want 0 to 2147483647"},
		"fade of nothing":   {func(c *model.Config) { c.InstanceNoiseSteps = 5 }, "instance_noise_steps is 5, want 0 unless instance_noise is above 0"},
		"noise scale":       {func(c *model.Config) { c.NoiseScale = 0 }, "noise_scale is 0, want a finite number above 0"},
		"ema":               {func(c *model.Config) { c.EMA = 1 }, "ema is 1, want 0 to below 1"},
		"ema as float32":    {func(c *model.Config) { c.EMA = 0.999999999 }, "ema is 0.999999999, want 0 to below 1"},
		"noise at once":     {func(c *model.Config) { c.UpdateOrder, c.FreshNoise = model.Simultaneous, true }, "fresh_noise is true, want false when update_order is simultaneous"},
	} {
		t.Run(name, func(t *testing.T) {
			c := model.Default()
			tc.change(&c)
			err := c.Validate()
			contains(t, err, "model: "+tc.want)
			// One bad field is one complaint.
			if err != nil && strings.Count(err.Error(), "\n") != 0 {
				t.Errorf("got more than one line: %v", err)
			}
		})
	}
	c := model.Default()
	c.NoiseDim, c.BatchSize, c.Epsilon = 0, 0, 0
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "want") != 3 {
		t.Errorf("got %v, want three complaints", err)
	}
}

// layersOf sets the texts of both nets.
func layersOf(gen, dis string) func(*model.Config) {
	return func(c *model.Config) { c.Arch, c.GenLayers, c.DisLayers = model.Layers, gen, dis }
}
