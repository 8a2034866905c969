package array

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// NumPy's array format has a magic number, the version, the length of the header in 2 bytes
// (version 1) or 4, the header, which is a Python dict as text, and the values.
const npyMagic = "\x93NUMPY"

// longestHeader is the largest length of a header that is read. NumPy reads 10,000 bytes unless it is
// told to trust the file.
const longestHeader = 64 << 10

// npyArray is an array of a .npy file, whose header was read.
type npyArray struct {
	*unpacked
	dims    []int64
	count   int64 // of all values
	fortran bool  // the first axis is the fastest, not the last
	dtype   dtype
	total   int64 // length of the file that the header tells
}

// dtype is the type of the values.
type dtype struct {
	name  string // NumPy's: "float32"
	kind  byte   // 'f', 'i', 'u' or 'b'
	width int64  // bytes of a value
	big   bool   // big-endian
}

var (
	npyDescr = regexp.MustCompile(`['"]descr['"]\s*:\s*(['"][^'"]*['"]|\[|\()`)
	npyOrder = regexp.MustCompile(`['"]fortran_order['"]\s*:\s*(True|False)`)
	npyShape = regexp.MustCompile(`['"]shape['"]\s*:\s*\(([0-9L,\s]*)\)`)
)

// openNpy opens a .npy file and reads its header. It compares the header with the length of the
// file, and allocates nothing on the header's word.
func openNpy(f File) (*npyArray, error) {
	u, err := unpack(f)
	if err != nil {
		return nil, err
	}
	n := &npyArray{unpacked: u}
	if err := n.readHeader(); err != nil {
		u.Close()
		return nil, err
	}
	return n, nil
}

func (n *npyArray) readHeader() error {
	if head, _ := n.Peek(headBytes); !bytes.HasPrefix(head, []byte(npyMagic)) {
		if name := content.Name(head); name != "" {
			return n.wrong("is %s, want a .npy file", name)
		}
	}
	start := make([]byte, len(npyMagic)+2)
	if err := n.read(start, int64(len(start))+2); err != nil {
		return err
	}
	version := start[len(npyMagic)]
	if string(start[:len(npyMagic)]) != npyMagic || version < 1 || version > 3 {
		return n.wrong("offset 0: want a .npy file of version 1 to 3")
	}
	length := make([]byte, 4)
	if version == 1 {
		length = length[:2]
	}
	if err := n.read(length, int64(len(start)+len(length))); err != nil {
		return err
	}
	size := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if size > longestHeader {
		return n.wrong("the .npy header has %d bytes, want at most %d", size, longestHeader)
	}
	header := make([]byte, size)
	if err := n.read(header, n.offset+int64(size)); err != nil {
		return err
	}
	return n.parse(header)
}

func (n *npyArray) parse(header []byte) error {
	descr, order, shape := npyDescr.FindSubmatch(header), npyOrder.FindSubmatch(header), npyShape.FindSubmatch(header)
	if descr == nil || order == nil || shape == nil {
		return n.wrong("the .npy header lacks descr, fortran_order or shape")
	}
	var err error
	if n.dtype, err = parseDtype(string(descr[1])); err != nil {
		return n.wrong("%v", err)
	}
	n.fortran = string(order[1]) == "True"
	n.count = 1
	for _, text := range strings.Split(string(shape[1]), ",") {
		if text = strings.TrimSuffix(strings.TrimSpace(text), "L"); text == "" {
			continue
		}
		d, err := strconv.ParseInt(text, 10, 64)
		if err != nil || d > 0 && n.count > math.MaxInt64/8/d {
			return n.wrong("array of shape (%s) has more values than a file can hold", excerpt.Of(string(shape[1])))
		}
		n.dims = append(n.dims, d)
		n.count *= d
	}
	const most = 32 // axes in NumPy
	if len(n.dims) > most {
		return n.wrong("array has %d axes, want at most %d", len(n.dims), most)
	}
	if n.count == 0 || len(n.dims) == 0 {
		return n.wrong("array of shape %s is empty or a single value, want 1 or more rows", axesOf(n.dims))
	}
	if n.total = n.offset + n.count*n.dtype.width; n.total < 0 {
		return n.wrong("array of shape %s has more values than a file can hold", axesOf(n.dims))
	}
	return n.holds(n.total, fmt.Sprintf("an array of shape %s and type %s", axesOf(n.dims), n.dtype.name))
}

// parseDtype reads a descr: "'<f4'".
func parseDtype(descr string) (t dtype, err error) {
	if descr == "[" || descr == "(" {
		return t, fmt.Errorf("array of records with fields, want numbers: save one field of it by numpy.save")
	}
	code := strings.Trim(descr, `'"`)
	bare := strings.TrimLeft(code, "<>=|")
	if bare == "?" {
		bare = "b1"
	}
	t.big = strings.HasPrefix(code, ">")
	t.name = map[string]string{"f2": "float16", "f4": "float32", "f8": "float64", "b1": "bool", "u1": "uint8", "u2": "uint16", "u4": "uint32",
		"u8": "uint64", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64"}[bare]
	switch {
	case t.name != "":
		t.kind, t.width = bare[0], int64(bare[1]-'0')
		return t, nil
	case strings.HasPrefix(bare, "O"):
		return t, fmt.Errorf("array of Python objects, which is a pickle and is not opened, want numbers: " +
			"images of one size make an array of numbers by numpy.stack(list(a))")
	}
	return t, fmt.Errorf("array of type %s, want bool, uint8 or another integer, float16, float32 or float64", excerpt.Of(code))
}

// reader returns what reads the value at the beginning of raw.
func (t dtype) reader() func(raw []byte) float64 {
	var order binary.ByteOrder = binary.LittleEndian
	if t.big {
		order = binary.BigEndian
	}
	switch t.name {
	case "float16":
		return func(raw []byte) float64 { return float16(order.Uint16(raw)) }
	case "float32":
		if !t.big { // the usual type, without a call for each value
			return func(raw []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))) }
		}
		return func(raw []byte) float64 { return float64(math.Float32frombits(order.Uint32(raw))) }
	case "float64":
		return func(raw []byte) float64 { return math.Float64frombits(order.Uint64(raw)) }
	case "bool":
		return func(raw []byte) float64 { return float64(min(raw[0], 1)) }
	case "uint8":
		return func(raw []byte) float64 { return float64(raw[0]) }
	case "uint16":
		return func(raw []byte) float64 { return float64(order.Uint16(raw)) }
	case "uint32":
		return func(raw []byte) float64 { return float64(order.Uint32(raw)) }
	case "uint64":
		return func(raw []byte) float64 { return float64(order.Uint64(raw)) }
	case "int8":
		return func(raw []byte) float64 { return float64(int8(raw[0])) }
	case "int16":
		return func(raw []byte) float64 { return float64(int16(order.Uint16(raw))) }
	case "int32":
		return func(raw []byte) float64 { return float64(int32(order.Uint32(raw))) }
	default:
		return func(raw []byte) float64 { return float64(int64(order.Uint64(raw))) }
	}
}

// float16 returns the value of IEEE 754's binary16.
func float16(bits uint16) float64 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	value := 0.0
	switch exponent {
	case 0:
		value = math.Ldexp(fraction, -24)
	case 31:
		if value = math.Inf(1); fraction != 0 {
			value = math.NaN()
		}
	default:
		value = math.Ldexp(fraction+1024, exponent-25)
	}
	if bits>>15 == 1 {
		return -value
	}
	return value
}

// WriteNpyHeader writes the header of an array of float32, of version 1.0 and in C order. dims are the
// lengths of its axes.
func WriteNpyHeader(w io.Writer, dims ...int) error { return writeNpyHeader(w, "<f4", dims) }

// writeNpyHeader does the same for values of another type, as NumPy writes it.
func writeNpyHeader(w io.Writer, descr string, dims []int) error {
	var shape strings.Builder
	for i, d := range dims {
		if i > 0 {
			shape.WriteString(", ")
		}
		fmt.Fprint(&shape, d)
	}
	if len(dims) == 1 {
		shape.WriteString(",")
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, shape.String())
	// A newline ends the header, and the values begin at a multiple of 64 bytes.
	start := len(npyMagic) + 4
	header += strings.Repeat(" ", 63-(start+len(header))%64) + "\n"
	text := binary.LittleEndian.AppendUint16([]byte(npyMagic+"\x01\x00"), uint16(len(header)))
	_, err := w.Write(append(text, header...))
	return err
}

// WriteNpyValues writes the next values of the array, row by row.
func WriteNpyValues(w io.Writer, values []float32) error {
	text := make([]byte, 0, 4*len(values))
	for _, v := range values {
		text = binary.LittleEndian.AppendUint32(text, math.Float32bits(v))
	}
	_, err := w.Write(text)
	return err
}
