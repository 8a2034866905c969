package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/excerpt"
)

// ErrCheckpoint is wrapped by errors about a file that is not a whole checkpoint.
var ErrCheckpoint = errors.New("not a whole gorgan checkpoint")

// format names the meaning of the metadata. It needs another number when this meaning changes,
// or when a seed gives other random numbers.
const format = "gorgan 1"

// Save writes s to path as a safetensors file, whole or not at all. The metadata hold the format,
// the config as JSON, the step, the seed, the data's fingerprint, the names of the classes if they
// have names, and the SHA-256 of all of these and of the tensors. It returns an error if the file cannot be written; the old file is then
// still there.
func Save(path string, s *State) error {
	meta, err := s.metadata()
	if err != nil {
		return err
	}
	views := make(map[string]safetensors.TensorView, len(s.Tensors))
	for _, t := range s.Tensors {
		shape := make([]uint64, len(t.Shape))
		for i, n := range t.Shape {
			shape[i] = uint64(n)
		}
		if views[t.Name], err = safetensors.NewTensorView(safetensors.F32, shape, littleEndian(t.Values)); err != nil {
			return fmt.Errorf("model: %s: %w", t.Name, err)
		}
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		return safetensors.SerializeToWriter(views, meta, w)
	})
	if err != nil {
		return fmt.Errorf("model: checkpoint: %w", err)
	}
	return nil
}

func (s *State) metadata() (map[string]string, error) {
	config, err := json.Marshal(s.Config)
	if err != nil {
		return nil, fmt.Errorf("model: config: %w", err)
	}
	meta := map[string]string{
		"format": format,
		"config": string(config),
		"step":   strconv.FormatUint(uint64(s.Step), 10),
		"seed":   strconv.FormatUint(s.Config.Seed, 10),
		"data":   s.Data,
	}
	if s.ClassNames != nil {
		if err := checkClassNames(s.ClassNames, s.Config.Classes); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		names, err := json.Marshal(s.ClassNames)
		if err != nil {
			return nil, fmt.Errorf("model: names of the classes: %w", err)
		}
		meta["classes"] = string(names)
	}
	meta["sha256"] = s.checksum(meta)
	return meta, nil
}

func (s *State) checksum(meta map[string]string) string {
	h := sha256.New()
	for _, key := range []string{"format", "config", "step", "seed", "data", "classes"} {
		if text, ok := meta[key]; ok || key != "classes" { // classes without names have no key
			fmt.Fprintf(h, "%s %s\n", key, text)
		}
	}
	for _, t := range s.Tensors {
		t.hash(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Load reads a file that Save wrote. It returns an error that wraps ErrCheckpoint if the file is
// cut short, was changed, holds a NaN or an infinity, or lacks a tensor of its config. Another
// error means that the file cannot be read, and wraps that of the operating system. State.Note says
// what Load changed.
func Load(path string) (*State, error) {
	f, info, err := atomicfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("model: checkpoint: %w", err)
	}
	err = checkHeader(f, info.Size())
	f.Close()
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w: %w", path, ErrCheckpoint, err)
	}
	text, err := atomicfile.Read(path, info.Size())
	if err != nil {
		return nil, fmt.Errorf("model: checkpoint: %w", err)
	}
	s, err := parseCheckpoint(text)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w: %w", path, ErrCheckpoint, err)
	}
	return s, nil
}

// maxHeader is more than the bytes of a checkpoint's header: 100 layers take 30 kB, and the names of
// classes up to twice maxClassNames.
const maxHeader = 16 << 20

// checkHeader returns an error if the header of a file of that size describes more tensors than
// the file holds. It reads no more than the header.
func checkHeader(f io.Reader, size int64) error {
	head := make([]byte, 8)
	if _, err := io.ReadFull(f, head); err != nil {
		return fmt.Errorf("safetensors header: header too small: the file has %d bytes", size)
	}
	n := binary.LittleEndian.Uint64(head)
	if n == 0 || n > maxHeader || int64(n) > size-8 {
		return fmt.Errorf("safetensors header: invalid header length: %d bytes, in a file of %d", n, size)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(f, header); err != nil {
		return fmt.Errorf("safetensors header: %w", err)
	}
	end, err := dataEnd(header)
	if err == nil && end > uint64(size-8-int64(n)) {
		err = fmt.Errorf("its tensors take %d bytes, but the file has only %d for them", end, size-8-int64(n))
	}
	return err
}

// dataEnd returns the number of bytes that a header's tensors take. A name that occurs twice is
// an error, because the format forbids it.
func dataEnd(header []byte) (end uint64, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0, errors.New("the header is not a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return 0, fmt.Errorf("header: %w", err)
		}
		key, ok := name.(string)
		if !ok || seen[key] {
			return 0, fmt.Errorf("the header has %.80q twice", name)
		}
		seen[key] = true
		var tensor struct {
			Offsets [2]uint64 `json:"data_offsets"`
		}
		if err := d.Decode(&tensor); err != nil {
			return 0, fmt.Errorf("header of %.80q: %w", key, err)
		}
		end = max(end, tensor.Offsets[1])
	}
	return end, nil
}

func parseCheckpoint(text []byte) (*State, error) {
	_, header, err := safetensors.ReadMetadata(text)
	if err != nil {
		return nil, fmt.Errorf("safetensors header: %w", err)
	}
	meta := header.Metadata()
	if meta["format"] != format {
		return nil, fmt.Errorf("format is %.80q, want %q", meta["format"], format)
	}
	s := &State{Data: meta["data"]}
	var said bool // older versions did not say the channels, and stacked planes
	if s.Config, said, err = parseConfig([]byte(meta["config"])); err != nil {
		return nil, err
	}
	if s.ClassNames, err = parseClassNames(meta["classes"], s.Config.Classes); err != nil {
		return nil, err
	}
	step, err := strconv.ParseUint(meta["step"], 10, 32)
	if err != nil {
		return nil, fmt.Errorf("step is %.80q, want a whole number below 2^32", meta["step"])
	}
	s.Step = uint32(step)
	file, err := safetensors.Deserialize(text)
	if err != nil {
		return nil, err
	}
	for _, t := range file.Tensors() {
		v := t.TensorView
		if v.DType() != safetensors.F32 {
			return nil, fmt.Errorf("tensor %s is of type %v, want F32", excerpt.Of(t.Name), v.DType())
		}
		s.Tensors = append(s.Tensors, Tensor{t.Name, ints(v.Shape()), floats(v.Data())})
	}
	slices.SortFunc(s.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	if err := s.check(); err != nil {
		return nil, err
	}
	if got := s.checksum(meta); got != meta["sha256"] {
		return nil, fmt.Errorf("SHA-256 is %s, but the metadata have %.80q", got, meta["sha256"])
	}
	// With such a value a generator makes no images, and a resumed run stops at once.
	if e, ok := errors.AsType[*NonFiniteError](s.finite()); ok {
		return nil, fmt.Errorf("tensor %s holds %v, want finite numbers", e.Tensor, e.Value)
	}
	if !said && s.Config.Stack > 1 {
		s.fromPlanes()
		s.Note = "an older version wrote the checkpoint, with an image's red before its green and blue: " +
			"its weights are put in the order of pixels; it makes the same images, and goes on from there with other last bits"
	}
	return s, nil
}

func ints(shape []uint64) []int {
	s := make([]int, len(shape))
	for i, n := range shape {
		s[i] = int(n)
	}
	return s
}

func floats(b []byte) []float32 {
	f := make([]float32, len(b)/4)
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return f
}
