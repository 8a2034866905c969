package evaluate

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"gorgan/dataset/atomicfile"
)

// ErrClassifier is wrapped by errors about a file that is no whole classifier.
var ErrClassifier = errors.New("not a whole gorgan classifier")

// classifierFormat names the meaning of the metadata and of the tensors.
const classifierFormat = "gorgan classifier 1"

// Save writes c to path, whole or not at all, as a safetensors file: tensors
// classifier.N.weight (in,out) and classifier.N.bias (out) as float16, and as metadata
// the format, the labels and the recipe as JSON, the data, its fingerprint and SHA256.
func (c *Classifier) Save(path string) error {
	meta, err := c.metadata()
	if err != nil {
		return err
	}
	views := map[string]safetensors.TensorView{}
	err = eachTensor(c.Widths, func(layer, offset int, shape ...int) error {
		n := shape[0]
		dims := []uint64{uint64(shape[0])}
		if len(shape) == 2 {
			n *= shape[1]
			dims = append(dims, uint64(shape[1]))
		}
		view, err := safetensors.NewTensorView(safetensors.F16, dims, littleEndian(c.weights[offset:][:n]))
		views[tensorName(layer, len(shape))] = view
		return err
	})
	if err != nil {
		return fmt.Errorf("evaluate: classifier: %w", err)
	}
	err = atomicfile.Write(path, func(w io.Writer) error { return safetensors.SerializeToWriter(views, meta, w) })
	if err != nil {
		return fmt.Errorf("evaluate: classifier: %w", err)
	}
	return nil
}

func (c *Classifier) metadata() (map[string]string, error) {
	labels, err := json.Marshal(c.Labels)
	if err != nil {
		return nil, err
	}
	recipe, err := json.Marshal(c.Recipe)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"format": classifierFormat, "labels": string(labels), "recipe": string(recipe),
		"data": c.Data, "fingerprint": c.Fingerprint, "sha256": c.SHA256(),
	}, nil
}

// tensorName is the name in the file of a layer's weight, of two dimensions, or bias.
func tensorName(layer, dims int) string {
	return fmt.Sprintf("classifier.%d.%s", layer, []string{"bias", "weight"}[dims-1])
}

func littleEndian(weights []uint16) []byte {
	b := make([]byte, 0, 2*len(weights))
	for _, w := range weights {
		b = binary.LittleEndian.AppendUint16(b, w)
	}
	return b
}

// ParseClassifier reads the content of a file that Save wrote. The error wraps
// ErrClassifier if it is cut short or was changed.
func ParseClassifier(text []byte) (*Classifier, error) {
	c, err := parseClassifier(text)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w: %w", ErrClassifier, err)
	}
	return c, nil
}

// LoadClassifier reads what Save wrote; the error is as ParseClassifier's.
func LoadClassifier(path string) (*Classifier, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("evaluate: classifier: %w", err)
	}
	c, err := parseClassifier(text)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %s: %w: %w", path, ErrClassifier, err)
	}
	return c, nil
}

func parseClassifier(text []byte) (*Classifier, error) {
	_, header, err := safetensors.ReadMetadata(text)
	if err != nil {
		return nil, fmt.Errorf("safetensors header: %w", err)
	}
	meta := header.Metadata()
	if meta["format"] != classifierFormat {
		return nil, fmt.Errorf("format is %q, want %q", meta["format"], classifierFormat)
	}
	c := &Classifier{Data: meta["data"], Fingerprint: meta["fingerprint"]}
	if err := json.Unmarshal([]byte(meta["labels"]), &c.Labels); err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	if err := json.Unmarshal([]byte(meta["recipe"]), &c.Recipe); err != nil {
		return nil, fmt.Errorf("recipe: %w", err)
	}
	file, err := safetensors.Deserialize(text)
	if err != nil {
		return nil, err
	}
	if err := c.take(file); err != nil {
		return nil, err
	}
	if got := c.SHA256(); got != meta["sha256"] {
		return nil, fmt.Errorf("SHA-256 is %s, its metadata say %s", got, meta["sha256"])
	}
	return c, c.finite()
}

// take reads the tensors, which say how wide the layers are.
func (c *Classifier) take(file safetensors.SafeTensors) error {
	layers := len(c.Recipe.Hidden) + 1
	if layers < 2 || file.Len() != 2*layers {
		return fmt.Errorf("%d tensors and %d hidden layers, want one or more of these, and two tensors for each layer", file.Len(), layers-1)
	}
	for i := range layers {
		weight, ok := file.Tensor(tensorName(i, 2))
		if !ok || len(weight.Shape()) != 2 {
			return fmt.Errorf("no matrix %s", tensorName(i, 2))
		}
		in, out := int(weight.Shape()[0]), int(weight.Shape()[1])
		if i == 0 {
			c.Widths = []int{in}
		}
		if in < 1 || out < 1 || in != c.Widths[i] {
			return fmt.Errorf("%s is of shape %v, want %d rows", tensorName(i, 2), weight.Shape(), c.Widths[i])
		}
		c.Widths = append(c.Widths, out)
		bias, ok := file.Tensor(tensorName(i, 1))
		if !ok || !slices.Equal(bias.Shape(), []uint64{uint64(out)}) {
			return fmt.Errorf("no %s of %d values", tensorName(i, 1), out)
		}
		for _, t := range []safetensors.TensorView{weight, bias} {
			if t.DType() != safetensors.F16 {
				return fmt.Errorf("a tensor of type %v, want F16", t.DType())
			}
			for b := t.Data(); len(b) > 0; b = b[2:] {
				c.weights = append(c.weights, binary.LittleEndian.Uint16(b))
			}
		}
	}
	if got := c.Widths[layers]; got != len(c.Labels) || got < 2 {
		return fmt.Errorf("%d outputs and %d labels, want as many, and two or more", got, len(c.Labels))
	}
	return nil
}
