package graph

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"gorgonia.org/tensor"
)

// names has the names of a program's values. A leaf has its own name. The outputs of launch 7 are
// v7, v7.1 and so on. v7[0:128] is the first 128 rows of v7, and v3|v7 is a join.
type names map[*Value]string

func (p *Program) names() names {
	all := names{}
	for i, l := range p.launches {
		for j, v := range l.Out {
			all[v] = fmt.Sprintf("v%d", i)
			if j > 0 {
				all[v] += fmt.Sprintf(".%d", j)
			}
		}
	}
	return all
}

func (n names) of(v *Value) string {
	switch {
	case v.parts != nil:
		var parts []string
		for _, p := range v.parts {
			parts = append(parts, n.of(p))
		}
		return strings.Join(parts, "|")
	case v.base != nil && v.Size() == v.base.Size():
		return n.of(v.base)
	case v.base != nil:
		cols := v.base.Cols()
		return fmt.Sprintf("%s[%d:%d]", n.of(v.base), v.first/cols, (v.first+v.Size())/cols)
	case v.constant != nil:
		return "1"
	case v.leaf != nil:
		return v.name
	}
	return n[v]
}

// label returns a value's name and shape.
func (n names) label(v *Value) string {
	return n.of(v) + " " + strings.ReplaceAll(fmt.Sprint(v.Shape), " ", ",")
}

// bytes returns the number of bytes that a launch reads and writes. Each value counts once. Of data
// in bytes, a launch reads only as many elements as it writes.
func (l launch) bytes() (read, written int) {
	for _, v := range l.Out {
		written += v.Size() * int(v.Elem.Size())
	}
	for _, v := range l.in {
		n := v.Size() * int(v.Elem.Size())
		if v.Elem == tensor.Uint8 {
			n = min(n, l.Out[0].Size())
		}
		read += n
	}
	return read, written
}

// op returns the name of the operation or update of a launch.
func (l launch) op() string {
	if l.Op == nil {
		return l.name
	}
	return l.Op.Name()
}

// place describes where the first output of a launch is.
func (p *Program) place(l launch) string {
	if l.Op == nil {
		return "state"
	}
	of, offset := p.locate(l.Out[0])
	switch {
	case slices.Index(l.Op.Traits().InPlace, 0) == 0:
		return fmt.Sprintf("%d, in place", offset)
	case of == p.arenas[l.Out[0].Elem]:
		return fmt.Sprint(offset)
	}
	return "stored"
}

// WriteText writes the program as a table. Each line has a launch, the values that it reads and
// writes with their shapes, the number of bytes, and the place of the first output: an element of
// the arena, or outside. It returns the error of w.
func (p *Program) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	names := p.names()
	fmt.Fprintln(t, "\tOPERATION\tREADS\tWRITES\tBYTES READ\tWRITTEN\tAT")
	list := func(vs []*Value) string {
		var all []string
		for _, v := range vs {
			all = append(all, names.label(v))
		}
		return strings.Join(all, " ")
	}
	for i, l := range p.launches {
		read, written := l.bytes()
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%d\t%s\n", i, l.op(), list(l.in), list(l.Out), read, written, p.place(l))
	}
	fmt.Fprintf(t, "\narena: %d bytes\n", p.Bytes())
	return t.Flush()
}

// WriteDOT writes the program as a graph in the language of Graphviz. It returns the error of w.
func (p *Program) WriteDOT(w io.Writer) error {
	b := bufio.NewWriter(w)
	names := p.names()
	fmt.Fprintln(b, "digraph step {\n\trankdir=TB; node [shape=box, fontname=monospace];")
	from := map[*Node]int{}
	leaves := map[*Value]bool{}
	for i, l := range p.launches {
		from[l.Node] = i
		fmt.Fprintf(b, "\tn%d [label=%q];\n", i, l.op())
		for _, v := range l.in {
			for _, s := range v.whole() {
				if s.root.node != nil {
					fmt.Fprintf(b, "\tn%d -> n%d [label=%q];\n", from[s.root.node], i, names.label(v))
					continue
				}
				if !leaves[s.root] {
					leaves[s.root] = true
					fmt.Fprintf(b, "\t%q [shape=ellipse];\n", names.of(s.root))
				}
				fmt.Fprintf(b, "\t%q -> n%d;\n", names.of(s.root), i)
			}
		}
	}
	fmt.Fprintln(b, "}")
	return b.Flush()
}
