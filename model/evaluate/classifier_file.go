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
	"gorgonia.org/tensor"

	"gorgan/dataset/atomicfile"
	"gorgan/model/nn"
)

// ErrClassifier is wrapped by errors about a file that is not a whole classifier.
var ErrClassifier = errors.New("not a whole gorgan classifier")

// classifierFormat names the meaning of the metadata and of the tensors.
const classifierFormat = "gorgan classifier 1"

// Save writes c to path as a safetensors file, whole or not at all. The tensors are
// classifier.N.weight (in,out) and classifier.N.bias (out) as float16. The metadata are the format,
// the labels and the recipe as JSON, the data, its fingerprint and SHA256. It returns an error if
// the file cannot be written; the old file is then still there.
func (c *Classifier) Save(path string) error {
	meta, err := c.metadata()
	if err != nil {
		return err
	}
	views := map[string]safetensors.TensorView{}
	weights := c.weights
	for _, t := range c.tensors() {
		var dims []uint64
		for _, n := range t.Shape {
			dims = append(dims, uint64(n))
		}
		n := tensor.Shape(t.Shape).TotalSize()
		view, err := safetensors.NewTensorView(safetensors.F16, dims, littleEndian(weights[:n]))
		if err != nil {
			return fmt.Errorf("evaluate: classifier: %w", err)
		}
		views[t.Name], weights = view, weights[n:]
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

// tensors returns the names and shapes of the parameters, in the order of the weights.
func (c *Classifier) tensors() []nn.Tensor {
	all, _ := newNet(c.Widths).Layout()
	return all
}

func littleEndian(weights []uint16) []byte {
	b := make([]byte, 0, 2*len(weights))
	for _, w := range weights {
		b = binary.LittleEndian.AppendUint16(b, w)
	}
	return b
}

// ParseClassifier reads the content of a file that Save wrote. It returns an error that wraps
// ErrClassifier if the content is cut short or was changed. It does not keep text.
func ParseClassifier(text []byte) (*Classifier, error) {
	c, err := parseClassifier(text)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w: %w", ErrClassifier, err)
	}
	return c, nil
}

// LoadClassifier reads a file that Save wrote. It returns the errors of ParseClassifier, or that of
// the operating system if the file cannot be read.
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
		return nil, fmt.Errorf("SHA-256 is %s, but the metadata have %s", got, meta["sha256"])
	}
	return c, c.finite()
}

// take reads the tensors. The shape of the first gives the number of pixels, and the recipe and
// the labels give the widths of the layers.
func (c *Classifier) take(file safetensors.SafeTensors) error {
	hidden, classes := c.Recipe.Hidden, len(c.Labels)
	if n, err := c.Recipe.Task.versions(); err != nil || n > 0 && n != classes {
		return fmt.Errorf("%d labels for task %.80q, want one for each of %d versions", classes, string(c.Recipe.Task), n)
	}
	if len(hidden) == 0 || slices.Min(hidden) < 1 || classes < 2 {
		return fmt.Errorf("hidden layers of widths %v and %d labels, want one or more layers, and two or more labels", hidden, classes)
	}
	first, ok := file.Tensor("classifier.0.weight")
	if !ok || len(first.Shape()) != 2 || first.Shape()[0] < 1 {
		return errors.New("no matrix classifier.0.weight")
	}
	c.Widths = slices.Concat([]int{int(first.Shape()[0])}, hidden, []int{classes})
	tensors := c.tensors()
	if file.Len() != len(tensors) {
		return fmt.Errorf("%d tensors, want two for each of %d layers", file.Len(), len(hidden)+1)
	}
	for _, t := range tensors {
		view, ok := file.Tensor(t.Name)
		if !ok {
			return fmt.Errorf("no tensor %s", t.Name)
		}
		if got, want := fmt.Sprint(view.DType(), view.Shape()), fmt.Sprint(safetensors.F16, t.Shape); got != want {
			return fmt.Errorf("tensor %s is %s, want %s by the recipe and the labels", t.Name, got, want)
		}
		for b := view.Data(); len(b) > 0; b = b[2:] {
			c.weights = append(c.weights, binary.LittleEndian.Uint16(b))
		}
	}
	return nil
}
