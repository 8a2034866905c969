// Package onnx writes neural nets as ONNX files: a graph of operations with its weights, in protocol buffers. The
// numbers of the fields are those of onnx.proto, https://onnx.ai/onnx/repo-docs/IR.html, and the operations are
// those of operator set 17, https://onnx.ai/onnx/operators.
package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	// Opset is the version of the operators. 2022's version is read by all runtimes in use.
	Opset = 17
	// irVersion is the version of the file format that came with Opset.
	irVersion = 8
	// maxBytes is the most that a message of protocol buffers can have.
	maxBytes = math.MaxInt32
)

// Model is a graph, and what is known about it.
type Model struct {
	Producer, Version string
	Doc               string      // for people
	Metadata          [][2]string // keys and values
	Graph             Graph
}

// Graph computes outputs from inputs. Each node stands after those whose outputs it reads.
type Graph struct {
	Name            string
	Nodes           []Node
	Constants       []Tensor // weights and shapes
	Inputs, Outputs []Value
}

// Node is one use of an operation. The node and its output have the same name.
type Node struct {
	Op         string
	Inputs     []string
	Output     string
	Attributes []Attribute
}

// Attribute is a setting of an operation: an int64, a float32 or an []int64.
type Attribute struct {
	Name  string
	Value any
}

// Tensor is a constant of float32 or, if Ints is not nil, of int64. Its values are row-major.
type Tensor struct {
	Name   string
	Dims   []int
	Floats []float32
	Ints   []int64
}

// Type is the type of a tensor's elements.
type Type uint64

// The types, as TensorProto.DataType numbers them.
const (
	Float Type = 1
	Int64 Type = 7
)

// Value describes an input or an output. A dimension is an int, or a string that names a number which is
// chosen when the graph runs.
type Value struct {
	Name string
	Type Type
	Doc  string
	Dims []any
}

// Marshal returns the bytes of a .onnx file. It returns an error if they would be more than the format allows, 2 GiB, and
// if an attribute or a dimension has another type than those it can have.
func (m Model) Marshal() ([]byte, error) {
	total := 0
	for _, t := range m.Graph.Constants {
		if total += 4*len(t.Floats) + 8*len(t.Ints); total > maxBytes/16*15 {
			return nil, fmt.Errorf("onnx: the weights take more than 2 GB, which is the most that an ONNX file can hold")
		}
	}
	g, err := m.Graph.marshal()
	if err != nil {
		return nil, err
	}
	var b message
	b.number(1, irVersion)
	b.text(2, m.Producer)
	b.text(3, m.Version)
	b.text(6, m.Doc)
	b.message(7, g)
	var opset message
	opset.text(1, "") // the standard operators
	opset.number(2, Opset)
	b.message(8, opset)
	for _, pair := range m.Metadata {
		var p message
		p.text(1, pair[0])
		p.text(2, pair[1])
		b.message(14, p)
	}
	return b, nil
}

func (g Graph) marshal() (b message, err error) {
	for _, n := range g.Nodes {
		node, err := n.marshal()
		if err != nil {
			return nil, err
		}
		b.message(1, node)
	}
	b.text(2, g.Name)
	for _, t := range g.Constants {
		b.message(5, t.marshal())
	}
	for _, side := range []struct {
		field  protowire.Number
		values []Value
	}{{11, g.Inputs}, {12, g.Outputs}} {
		for _, v := range side.values {
			value, err := v.marshal()
			if err != nil {
				return nil, err
			}
			b.message(side.field, value)
		}
	}
	return b, nil
}

func (n Node) marshal() (b message, err error) {
	for _, name := range n.Inputs {
		b.text(1, name)
	}
	b.text(2, n.Output)
	b.text(3, n.Output)
	b.text(4, n.Op)
	for _, a := range n.Attributes {
		const (
			ofFloat = 1
			ofInt   = 2
			ofInts  = 7
		)
		var attribute message
		attribute.text(1, a.Name)
		switch v := a.Value.(type) {
		case float32:
			attribute.float(2, v)
			attribute.number(20, ofFloat)
		case int64:
			attribute.number(3, uint64(v))
			attribute.number(20, ofInt)
		case []int64:
			for _, i := range v {
				attribute.number(8, uint64(i))
			}
			attribute.number(20, ofInts)
		default:
			return nil, fmt.Errorf("onnx: attribute %s of %s is a %T, want an int64, a float32 or an []int64", a.Name, n.Output, v)
		}
		b.message(5, attribute)
	}
	return b, nil
}

func (t Tensor) marshal() message {
	var b message
	for _, d := range t.Dims {
		b.number(1, uint64(d))
	}
	typ, raw := Float, make([]byte, 0, 4*len(t.Floats)+8*len(t.Ints))
	for _, v := range t.Floats {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	if t.Ints != nil {
		typ = Int64
		for _, v := range t.Ints {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	}
	b.number(2, uint64(typ))
	b.text(8, t.Name)
	b.message(9, raw)
	return b
}

func (v Value) marshal() (message, error) {
	var shape message
	for _, d := range v.Dims {
		var dim message
		switch d := d.(type) {
		case int:
			dim.number(1, uint64(d))
		case string:
			dim.text(2, d)
		default:
			return nil, fmt.Errorf("onnx: a dimension of %s is a %T, want an int or a string", v.Name, d)
		}
		shape.message(1, dim)
	}
	var tensor, typ, b message
	tensor.number(1, uint64(v.Type))
	tensor.message(2, shape)
	typ.message(1, tensor)
	b.text(1, v.Name)
	b.message(2, typ)
	b.text(3, v.Doc)
	return b, nil
}
