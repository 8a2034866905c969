package main

import (
	"fmt"
	"strings"

	"gorgan/kernels"
)

// text is the PTX of one kernel while it is written.
type text struct {
	body      strings.Builder
	types     []string            // of registers, in the order of their first use
	registers map[string][]string // by type
	names     map[string]string   // what stands for <name> in code
}

func newText() *text {
	return &text{registers: map[string][]string{}, names: map[string]string{}}
}

// declare adds registers of one type: declare("u32", "row col"). One that is there already stays.
func (x *text) declare(kind, names string) {
	if x.registers[kind] == nil {
		x.types = append(x.types, kind)
	}
	for name := range strings.FieldsSeq(names) {
		known := false
		for _, r := range x.registers[kind] {
			known = known || r == "%"+name
		}
		if !known {
			x.registers[kind] = append(x.registers[kind], "%"+name)
		}
	}
}

// set gives the values of <name> in the code that follows: set("depth", 16, "block", 64).
func (x *text) set(pairs ...any) {
	for i := 0; i < len(pairs); i += 2 {
		x.names["<"+pairs[i].(string)+">"] = fmt.Sprint(pairs[i+1])
	}
}

// code adds lines. <name> stands for what set last gave it. Labels begin a line, everything else is
// indented.
func (x *text) code(lines string) {
	for name, value := range x.names {
		lines = strings.ReplaceAll(lines, name, value)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasSuffix(line, ":") {
			x.body.WriteByte('\t')
		}
		x.body.WriteString(line + "\n")
	}
}

// section adds a comment of its own paragraph.
func (x *text) section(comment string) {
	x.body.WriteByte('\n')
	for line := range strings.SplitSeq(comment, "\n") {
		x.code("// " + line)
	}
}

// list returns the names of n registers with a format, and commas between: list("a%d", 2) is
// "%a0, %a1".
func list(format string, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = "%" + fmt.Sprintf(format, i)
	}
	return strings.Join(names, ", ")
}

// plain is list for declare, without the signs.
func plain(format string, n int) string {
	return strings.NewReplacer("%", "", ",", "").Replace(list(format, n))
}

// whole returns the file: the comment, the entry of k, and the body. resident is the number of blocks for which a
// multiprocessor must have registers.
func (x *text) whole(comment string, k *kernels.Kernel, target string, shared, resident int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n%s\n.address_size 64\n\n.visible .entry %s(\n", strings.ReplaceAll(comment, "\n", "\n// "), target, k.Name)
	var groups []string
	group := func(kind string, names []string) {
		for i := range names {
			names[i] = ".param ." + kind + " " + names[i]
		}
		if len(names) > 0 {
			groups = append(groups, "\t"+strings.Join(names, ", "))
		}
	}
	var tensors []string
	for _, p := range k.Params {
		tensors = append(tensors, p.Name)
	}
	group("u64", tensors)
	group("f32", append([]string(nil), k.Scalars...))
	group("u32", append([]string(nil), k.Sizes...))
	fmt.Fprintf(&b, "%s)\n.maxntid %d, 1, 1\n.minnctapersm %d\n{\n", strings.Join(groups, ",\n"), threads, resident)
	for _, kind := range x.types {
		names := x.registers[kind]
		for i := 0; i < len(names); i += 16 {
			fmt.Fprintf(&b, "\t.reg .%s %s;\n", kind, strings.Join(names[i:min(i+16, len(names))], ", "))
		}
	}
	fmt.Fprintf(&b, "\t.shared .align 16 .b8 tile[%d];\n", shared)
	b.WriteString(x.body.String())
	b.WriteString("}\n")
	return b.String()
}
