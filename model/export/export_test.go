package export_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"gorgan/dataset"
	"gorgan/kernels"
	devices "gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/export"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// nets are configs of every kind of net.
var nets = map[string]func(*model.Config){
	"grey":      func(*model.Config) {},
	"no hidden": func(c *model.Config) { c.GenHidden, c.DisHidden = nil, nil },
	"colour":    func(c *model.Config) { c.Channels, c.NoiseScale = 3, 0.5 },
	"leaky relu": func(c *model.Config) {
		c.GenActivation, c.DisActivation, c.LeakySlope = "leaky-relu", "leaky-relu", 0.3
	},
	"tanh":                func(c *model.Config) { c.GenActivation, c.DisActivation = "tanh", "tanh" },
	"tanh output":         func(c *model.Config) { c.GenOutput, c.Classes = model.TanhOutput, 3 },
	"maxout":              func(c *model.Config) { c.DisActivation, c.MaxoutPieces = "maxout", 3 },
	"dropout":             func(c *model.Config) { c.DisDropoutInput, c.DisDropoutHidden = 0.2, 0.5 },
	"average":             func(c *model.Config) { c.EMA = 0.9 },
	"classes":             func(c *model.Config) { c.Classes = 3 },
	"packed":              func(c *model.Config) { c.Pack = 2 },
	"classifier of packs": func(c *model.Config) { c.Classes, c.DisLabels, c.Pack = 3, model.ClassifierLabels, 2 },
	"codes":               func(c *model.Config) { c.CodeClasses, c.CodeValues, c.NoiseScale = 3, 2, 0.5 },
	"code beside classes": func(c *model.Config) { c.Classes, c.CodeClasses, c.DisHidden = 3, 4, nil },
	"packed classes, maxout": func(c *model.Config) {
		c.Pack, c.Classes, c.DisActivation, c.MaxoutPieces, c.Channels = 2, 3, "maxout", 2, 3
	},
}

func device(t *testing.T) kernels.Device {
	t.Helper()
	dev, _, err := devices.Open("cpu", devices.Options{Workers: 1})
	must(t, err)
	t.Cleanup(func() { dev.Close() })
	return dev
}

// trained returns the state of a few steps, whose biases are not 0.
func trained(t *testing.T, change func(*model.Config)) (kernels.Device, *model.State) {
	t.Helper()
	c := model.Default()
	c.NoiseDim, c.GenHidden, c.DisHidden, c.Height, c.Width, c.BatchSize, c.LearningRate = 5, []int{8, 6}, []int{6, 4}, 3, 4, 8, 1e-2
	change(&c)
	dev := device(t)
	r := rand.New(rand.NewPCG(1, 2))
	pixels, labels := make([]byte, 16*c.Values()), []int(nil)
	for i := range pixels {
		pixels[i] = byte(r.Uint32())
	}
	if c.Classes > 0 {
		for i := range 16 {
			labels = append(labels, i%c.Classes)
		}
	}
	set, err := dataset.FromPixels("noise", c.Shape(), pixels, labels)
	must(t, err)
	trainer, err := model.NewTrainer(dev, c, set)
	must(t, err)
	must(t, trainer.Run(t.Context(), model.RunOptions{Steps: 5}))
	s, err := trainer.State()
	must(t, err)
	if c.Classes > 0 {
		s.ClassNames = []string{"a", "b \"x\"", "ü"}
	}
	return dev, s
}

// exported returns a net of a state, and what write makes of it.
func exported(t *testing.T, s *model.State, name string, raw bool, write func(*export.Net, io.Writer) error) []byte {
	t.Helper()
	n, err := export.New(s, name, raw, "v1")
	must(t, err)
	var b bytes.Buffer
	must(t, write(n, &b))
	return b.Bytes()
}

func wide(values []float32) (all []float64) {
	for _, v := range values {
		all = append(all, float64(v))
	}
	return all
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%s: got %d values, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if d := math.Abs(got[i] - w); !(d <= tolerance) {
			t.Fatalf("%s: value %d is %v, want %v", what, i, got[i], w)
		}
	}
}

// TestONNXGenerator: the ONNX graph of a generator, computed by the definitions of its operators, gives the images
// that the generator gives.
func TestONNXGenerator(t *testing.T) {
	all := maps.Clone(nets)
	maps.Copy(all, convolutions)
	for name, change := range all {
		t.Run(name, func(t *testing.T) {
			dev, s := trained(t, change)
			sameImages(t, dev, s, false)
			sameImages(t, dev, s, true)
		})
	}
}

// TestOldCheckpoints exports what older versions wrote.
func TestOldCheckpoints(t *testing.T) {
	files, err := filepath.Glob("../testdata/old_*.safetensors")
	must(t, err)
	if len(files) < 5 {
		t.Fatalf("there are only %v", files)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := model.Load(file)
			must(t, err)
			sameImages(t, device(t), s, false)
		})
	}
}

// sameImages compares the images of the exported generator of s with those of the generator.
func sameImages(t *testing.T, dev kernels.Device, s *model.State, raw bool) {
	t.Helper()
	seeds := []uint64{0, 1, 2, 3, 4, 5, 1 << 40}
	g, err := model.NewGenerator(dev, s, raw)
	must(t, err)
	noise, labels := s.Config.Noise(seeds), s.Config.Labels(seeds)
	want, err := g.Sample(noise, labels)
	must(t, err)
	in := map[string]array{"noise": {[]int{len(seeds), s.Config.InputDim()}, wide(noise)}, "class": {dims: []int{len(seeds)}}}
	for _, l := range labels {
		in["class"] = array{in["class"].dims, append(in["class"].values, float64(l))}
	}
	got := interpret(t, exported(t, s, export.Generator, raw, (*export.Net).WriteONNX), in)["images"]
	if want := []int{len(seeds), s.Config.Height, s.Config.Width, s.Config.Channels}; !slices.Equal(got.dims, want) {
		t.Errorf("images are %v, want %v", got.dims, want)
	}
	near(t, "images", got.values, wide(want), 1e-6)
}

// TestONNXDiscriminator holds the graph of a discriminator against the formula of its layers.
func TestONNXDiscriminator(t *testing.T) {
	all := maps.Clone(nets)
	maps.Copy(all, convolutions)
	for name, change := range all {
		t.Run(name, func(t *testing.T) {
			_, s := trained(t, change)
			c := s.Config
			const n = 5
			r := rand.New(rand.NewPCG(5, 6))
			x, labels := array{dims: []int{n, c.Height, c.Width, c.Channels}}, array{dims: []int{n}}
			if c.Pack > 1 {
				x.dims, labels.dims = slices.Insert(x.dims, 1, c.Pack), append(labels.dims, c.Pack)
			}
			for range size(x.dims) {
				x.values = append(x.values, r.Float64())
			}
			for range size(labels.dims) {
				labels.values = append(labels.values, float64(r.IntN(max(c.Classes, 1))))
			}
			got := interpret(t, exported(t, s, export.Discriminator, false, (*export.Net).WriteONNX), map[string]array{"images": x, "class": labels})["logits"]
			if want := []int{n, 1}; !slices.Equal(got.dims, want) {
				t.Errorf("logits are %v, want %v", got.dims, want)
			}
			want := discriminate
			if convolutions[name] != nil {
				want = discriminateImages
			}
			tolerance := 1e-9
			if c.GenOutput == model.TanhOutput { // weights and biases with a factor and an offset are rounded once more
				tolerance = 1e-6
			}
			near(t, "logits", got.values, want(s, n, x.values, labels.values), tolerance)
		})
	}
}

// TestONNXAutoencoder: a discriminator that is an autoencoder makes images of the shape that it takes.
func TestONNXAutoencoder(t *testing.T) {
	_, s := trained(t, func(c *model.Config) { c.Loss, c.DisHidden, c.Pack = "ebgan", nil, 2 })
	c := s.Config
	const n = 3
	x := array{dims: []int{n, c.Pack, c.Height, c.Width, c.Channels}}
	r := rand.New(rand.NewPCG(7, 8))
	for range size(x.dims) {
		x.values = append(x.values, r.Float64())
	}
	got := interpret(t, exported(t, s, export.Discriminator, false, (*export.Net).WriteONNX), map[string]array{"images": x})["reconstruction"]
	if !slices.Equal(got.dims, x.dims) {
		t.Errorf("the reconstruction is %v, want %v", got.dims, x.dims)
	}
	y := x.values
	for layer := range 2 {
		var parts [2][]float64
		for i, name := range []string{"weight", "bias"} {
			at := slices.IndexFunc(s.Tensors, func(t model.Tensor) bool { return t.Name == fmt.Sprintf("discriminator.%d.%s", layer, name) })
			parts[i] = wide(s.Tensors[at].Values)
		}
		var next []float64
		for row := range slices.Chunk(y, len(y)/n) {
			for j, v := range parts[1] {
				for k, u := range row {
					v += u * parts[0][k*len(parts[1])+j]
				}
				if layer == 1 {
					v = 1 / (1 + math.Exp(-v))
				}
				next = append(next, v)
			}
		}
		y = next
	}
	near(t, "the reconstruction", got.values, y, 1e-9)
}

// discriminate computes the discriminator of s in float64, from its tensors by their names.
func discriminate(s *model.State, n int, x, labels []float64) []float64 {
	c := s.Config
	tensor := func(name string) []float64 {
		i := slices.IndexFunc(s.Tensors, func(t model.Tensor) bool { return t.Name == "discriminator."+name })
		return wide(s.Tensors[i].Values)
	}
	if c.GenOutput == model.TanhOutput {
		x = slices.Clone(x)
		for i, v := range x {
			x[i] = 2*v - 1
		}
	}
	for i := range len(c.DisHidden) + 1 {
		number := string(rune('0' + i))
		w, b := tensor(number+".weight"), tensor(number+".bias")
		in, out := len(x)/n, len(b)
		var y []float64
		for row := range n {
			v := slices.Clone(b)
			for j := range v {
				for k := range in {
					v[j] += x[row*in+k] * w[k*out+j]
				}
			}
			if i == 0 && c.Classes > 0 && c.DisLabels != model.ClassifierLabels {
				table := tensor("class.weight")
				for image := range c.Pack {
					for j := range v {
						v[j] += table[(image*c.Classes+int(labels[row*c.Pack+image]))*out+j]
					}
				}
			}
			if i == len(c.DisHidden) {
				y = append(y, v[0]) // without the heads
				continue
			}
			switch c.DisActivation {
			case "maxout":
				for pieces := range slices.Chunk(v, c.MaxoutPieces) {
					y = append(y, slices.Max(pieces))
				}
			default:
				for _, v := range v {
					y = append(y, map[string]float64{"relu": max(v, 0), "tanh": math.Tanh(v),
						"leaky-relu": max(v, 0) + float64(float32(c.LeakySlope))*min(v, 0)}[c.DisActivation])
				}
			}
		}
		x = y
	}
	return x
}

// TestTorch computes both nets as PyTorch does from its layout: x·Wᵀ + b, with one-hot vectors behind the other inputs. The
// same arrays, transposed, are in the file for NumPy.
func TestTorch(t *testing.T) {
	for name, change := range nets {
		t.Run(name, func(t *testing.T) {
			dev, s := trained(t, change)
			g, err := model.NewGenerator(dev, s, false)
			must(t, err)
			seeds := []uint64{0, 1, 2, 3, 4}
			noise, labels := s.Config.Noise(seeds), s.Config.Labels(seeds)
			want, err := g.Sample(noise, labels)
			must(t, err)
			text := exported(t, s, export.Generator, false, (*export.Net).WriteTorch)
			file, err := safetensors.Deserialize(text)
			must(t, err)
			_, header, err := safetensors.ReadMetadata(text)
			must(t, err)
			if got := header.Metadata()["format"]; got != "pt" {
				t.Errorf("the format is %q, want pt", got)
			}
			var about export.About
			must(t, json.Unmarshal([]byte(header.Metadata()["about"]), &about))
			if !slices.Equal(about.ClassNames, s.ClassNames) || about.Step != 5 || about.NoiseScale != s.Config.NoiseScale {
				t.Errorf("the metadata are %+v", about)
			}
			npz := arraysOf(t, exported(t, s, export.Generator, false, (*export.Net).WriteNpz))
			var x [][]float64
			for row := range seeds {
				z := wide(noise[row*s.Config.InputDim():][:s.Config.InputDim()])
				if labels != nil {
					z = append(z, make([]float64, about.Classes)...)
					z[len(z)-about.Classes+int(labels[row])] = 1
				}
				x = append(x, z)
			}
			for i, l := range about.Layers {
				if want := string(rune('0' + 2*i)); l.Name != want {
					t.Fatalf("layer %d is called %s, want %s", i, l.Name, want)
				}
				w, ok := file.Tensor(l.Name + ".weight")
				b, _ := file.Tensor(l.Name + ".bias")
				if !ok || !slices.Equal(w.Shape(), []uint64{uint64(l.Out), uint64(l.In)}) || !slices.Equal(b.Shape(), []uint64{uint64(l.Out)}) {
					t.Fatalf("layer %+v has weights %v and biases %v", l, w.Shape(), b.Shape())
				}
				weight, bias := floats(w.Data()), floats(b.Data())
				plain := npz[string(rune('0'+i))+".weight.npy"].values
				if dims := npz[string(rune('0'+i))+".weight.npy"].dims; !slices.Equal(dims, []int{l.In, l.Out}) {
					t.Fatalf("the file for NumPy has weights %v, want %v", dims, []int{l.In, l.Out})
				}
				if !slices.Equal(npz[string(rune('0'+i))+".bias.npy"].values, bias) {
					t.Fatalf("layer %d: the biases differ between the files", i)
				}
				for row := range x {
					y := slices.Clone(bias)
					for j := range y {
						for k, v := range x[row] {
							y[j] += v * weight[j*l.In+k]
							if plain[k*l.Out+j] != weight[j*l.In+k] {
								t.Fatalf("layer %d: weight %d,%d differs between the files", i, j, k)
							}
						}
						switch l.Activation {
						case "relu", "leaky-relu":
							y[j] = max(y[j], 0) + float64(l.Slope)*min(y[j], 0)
						case "tanh":
							y[j] = math.Tanh(y[j])
						case "sigmoid":
							y[j] = 1 / (1 + math.Exp(-y[j]))
						}
					}
					x[row] = y
				}
			}
			near(t, "images", slices.Concat(x...), wide(want), 1e-6)
		})
	}
}

func floats(b []byte) (all []float64) {
	for ; len(b) > 0; b = b[4:] {
		all = append(all, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	}
	return all
}

// arraysOf returns the arrays of a .npz file.
func arraysOf(t *testing.T, text []byte) map[string]array {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	must(t, err)
	all := map[string]array{}
	for _, m := range z.File {
		if !strings.HasSuffix(m.Name, ".npy") {
			continue
		}
		f, err := m.Open()
		must(t, err)
		b, err := io.ReadAll(f)
		must(t, err)
		start := 10 + int(binary.LittleEndian.Uint16(b[8:]))
		var a array
		_, shape, _ := strings.Cut(string(b[10:start]), "'shape': (")
		for d := range strings.FieldsFuncSeq(shape[:strings.Index(shape, ")")], func(r rune) bool { return r == ',' || r == ' ' }) {
			n, err := strconv.Atoi(d)
			must(t, err)
			a.dims = append(a.dims, n)
		}
		a.values = floats(b[start:])
		all[m.Name] = a
	}
	return all
}
