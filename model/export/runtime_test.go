package export_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields are the fields of a protocol buffer: []byte, or the bits of a number.
type fields map[protowire.Number][]any

func parse(t *testing.T, b []byte) fields {
	t.Helper()
	f := fields{}
	for len(b) > 0 {
		field, typ, n := protowire.ConsumeTag(b)
		must(t, protowire.ParseError(n))
		b = b[n:]
		var v any
		switch typ {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			v, n = protowire.ConsumeFixed32(b)
		case protowire.BytesType:
			v, n = protowire.ConsumeBytes(b)
		default:
			t.Fatalf("field %d has wire type %d", field, typ)
		}
		must(t, protowire.ParseError(n))
		f[field] = append(f[field], v)
		b = b[n:]
	}
	return f
}

func (f fields) texts(field protowire.Number) (all []string) {
	for _, v := range f[field] {
		all = append(all, string(v.([]byte)))
	}
	return all
}

func (f fields) text(field protowire.Number) string {
	if all := f.texts(field); len(all) > 0 {
		return all[0]
	}
	return ""
}

func (f fields) numbers(field protowire.Number) (all []int) {
	for _, v := range f[field] {
		all = append(all, int(v.(uint64)))
	}
	return all
}

func (f fields) messages(t *testing.T, field protowire.Number) (all []fields) {
	for _, v := range f[field] {
		all = append(all, parse(t, v.([]byte)))
	}
	return all
}

// array is a tensor of the interpreter, row-major.
type array struct {
	dims   []int
	values []float64
}

func size(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// interpret runs an ONNX model in float64 on its inputs, by the definitions of the operators.
func interpret(t *testing.T, model []byte, inputs map[string]array) map[string]array {
	t.Helper()
	m := parse(t, model)
	if ir, opset := m.numbers(1), m.messages(t, 8); len(opset) != 1 || opset[0].numbers(2)[0] != 17 || ir[0] != 8 {
		t.Errorf("the file has version %v and operators %v, want 8 and 17", ir, opset)
	}
	g := m.messages(t, 7)[0]
	at := map[string]array{}
	for _, c := range g.messages(t, 5) {
		a, raw := array{dims: c.numbers(1)}, c[9][0].([]byte)
		switch c[2][0].(uint64) {
		case 1:
			for ; len(raw) > 0; raw = raw[4:] {
				a.values = append(a.values, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))))
			}
		case 7:
			for ; len(raw) > 0; raw = raw[8:] {
				a.values = append(a.values, float64(int64(binary.LittleEndian.Uint64(raw))))
			}
		}
		if len(a.values) != size(a.dims) {
			t.Fatalf("constant %s has %d values for dims %v", c.text(8), len(a.values), a.dims)
		}
		at[c.text(8)] = a
	}
	for _, in := range g.messages(t, 11) {
		a, ok := inputs[in.text(1)]
		if !ok {
			t.Fatalf("the model wants an input %q", in.text(1))
		}
		at[in.text(1)] = a
		declared(t, in, a)
	}
	for _, n := range g.messages(t, 1) {
		var args []array
		for _, name := range n.texts(1) {
			a, ok := at[name]
			if !ok {
				t.Fatalf("node %s reads %q, which nothing has computed", n.text(3), name)
			}
			args = append(args, a)
		}
		attributes := map[string]fields{}
		for _, a := range n.messages(t, 5) {
			attributes[a.text(1)] = a
		}
		at[n.text(2)] = apply(t, n.text(4), args, attributes)
	}
	out := map[string]array{}
	for _, o := range g.messages(t, 12) {
		out[o.text(1)] = at[o.text(1)]
		declared(t, o, at[o.text(1)])
	}
	return out
}

// declared compares an input or an output with what the model says of it: its dimensions, of which the first is free, and
// that labels alone are whole numbers.
func declared(t *testing.T, value fields, a array) {
	t.Helper()
	name, tensor := value.text(1), value.messages(t, 2)[0].messages(t, 1)[0]
	want := 1
	if name == "class" {
		want = 7
	}
	if got := tensor.numbers(1)[0]; got != want {
		t.Errorf("%s has type %d, want %d", name, got, want)
	}
	var dims []int
	for i, d := range tensor.messages(t, 2)[0].messages(t, 1) {
		if i > 0 {
			dims = append(dims, d.numbers(1)...)
		} else if d.text(2) != "N" || d[1] != nil {
			t.Errorf("%s has the rows %v, want N", name, d)
		}
	}
	if !slices.Equal(dims, a.dims[1:]) {
		t.Errorf("a row of %s is declared as %v, and is %v", name, dims, a.dims[1:])
	}
}

// apply computes one operator.
func apply(t *testing.T, op string, args []array, attributes map[string]fields) array {
	t.Helper()
	x := args[0]
	each := func(f func(float64) float64) array {
		y := array{x.dims, slices.Clone(x.values)}
		for i, v := range y.values {
			y.values[i] = f(v)
		}
		return y
	}
	switch op {
	case "Identity":
		return x
	case "Relu":
		return each(func(v float64) float64 { return max(v, 0) })
	case "LeakyRelu":
		alpha := float64(math.Float32frombits(attributes["alpha"][2][0].(uint32)))
		return each(func(v float64) float64 { return max(v, 0) + alpha*min(v, 0) })
	case "Tanh":
		return each(math.Tanh)
	case "Sigmoid":
		return each(func(v float64) float64 { return 1 / (1 + math.Exp(-v)) })
	case "Flatten":
		axis := attributes["axis"].numbers(3)[0]
		return array{[]int{size(x.dims[:axis]), size(x.dims[axis:])}, x.values}
	case "Reshape":
		y := array{values: x.values}
		for i, d := range args[1].values {
			if d == 0 {
				d = float64(x.dims[i])
			}
			y.dims = append(y.dims, int(d))
		}
		if size(y.dims) != len(y.values) {
			t.Fatalf("Reshape of %v to %v", x.dims, y.dims)
		}
		return y
	case "ReduceMax":
		if axes := attributes["axes"].numbers(8); len(x.dims) != 3 || !slices.Equal(axes, []int{2}) || attributes["keepdims"].numbers(3)[0] != 0 {
			t.Fatalf("ReduceMax of %v over %v", x.dims, axes)
		}
		y := array{dims: x.dims[:2]}
		for group := range slices.Chunk(x.values, x.dims[2]) {
			y.values = append(y.values, slices.Max(group))
		}
		return y
	case "Add":
		if !slices.Equal(x.dims, args[1].dims) {
			t.Fatalf("Add of %v and %v", x.dims, args[1].dims)
		}
		y := array{x.dims, slices.Clone(x.values)}
		for i, v := range args[1].values {
			y.values[i] += v
		}
		return y
	case "Gather":
		return gather(t, x, args[1], attributes["axis"].numbers(3)[0])
	case "Gemm":
		return gemm(t, x, args[1], args[2])
	case "Transpose":
		return permute(x, attributes["perm"].numbers(8))
	case "Conv":
		return convolve(t, x, args[1], args[2], attributes, false)
	case "ConvTranspose":
		return convolve(t, x, args[1], args[2], attributes, true)
	}
	t.Fatalf("operator %s", op)
	return array{}
}

func gather(t *testing.T, x, at array, axis int) array {
	t.Helper()
	y := array{dims: slices.Concat(x.dims[:axis], at.dims, x.dims[axis+1:])}
	inner := size(x.dims[axis+1:])
	for outer := range size(x.dims[:axis]) {
		for _, i := range at.values {
			if i < 0 || int(i) >= x.dims[axis] {
				t.Fatalf("Gather of place %v of %d", i, x.dims[axis])
			}
			y.values = append(y.values, x.values[(outer*x.dims[axis]+int(i))*inner:][:inner]...)
		}
	}
	return y
}

func gemm(t *testing.T, a, b, c array) array {
	t.Helper()
	if len(a.dims) != 2 || len(b.dims) != 2 || a.dims[1] != b.dims[0] || !slices.Equal(c.dims, b.dims[1:]) {
		t.Fatalf("Gemm of %v, %v and %v", a.dims, b.dims, c.dims)
	}
	y := array{dims: []int{a.dims[0], b.dims[1]}}
	for i := range a.dims[0] {
		for j := range b.dims[1] {
			sum := c.values[j]
			for k := range b.dims[0] {
				sum += a.values[i*a.dims[1]+k] * b.values[k*b.dims[1]+j]
			}
			y.values = append(y.values, sum)
		}
	}
	return y
}
