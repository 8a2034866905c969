package beside

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gorgan/kernels"
)

// A part's text becomes a section of the joined text. The section has names of its own, a number of
// its block that counts from 0, and the threads of its launch. The sections share one array of
// shared memory.

// text is the joined text, section by section.
type text struct {
	name            string
	version, target string // the newest that a part needs
	threads         int    // the most that .maxntid of a part allows, 0 if no part says so
	blocks          int    // the least that .minnctapersm of a part wants side by side, 0 if no part says so
	bytes, align    int    // of shared memory
	params          []string
	sections        []section
}

// section is what the section of part i is made of. A device that has no use for texts never makes it.
type section struct {
	i        int
	body     string          // of the part's text
	declared map[string]bool // the part's parameters
	array    string          // the part's shared array, empty if it has none
}

var (
	versionPattern = regexp.MustCompile(`\.version (\S+)`)
	targetPattern  = regexp.MustCompile(`\.target (\S+)`)
	blocksPattern  = regexp.MustCompile(`\.minnctapersm (\d+)`)
	threadsPattern = regexp.MustCompile(`\.maxntid (\d+)`)
	paramPattern   = regexp.MustCompile(`\.param \.(\w+) (\w+)`)
	operandPattern = regexp.MustCompile(`\[\w+\]`)
	sharedPattern  = regexp.MustCompile(`(?m)^\s*\.shared \.align (\d+) \.(\w+) (\w+)\[(\d+)\];\n`)
	regPattern     = regexp.MustCompile(`\.reg \.\w+ ([^;]*);`)
	labelPattern   = regexp.MustCompile(`(?m)^(\w+):`)
	branchPattern  = regexp.MustCompile(`\bbra(\.uni)? (\w+);`)
	registerName   = regexp.MustCompile(`%(\w+)\b(\.\w)?`)
)

// typeBytes is the size of an element of a shared array.
var typeBytes = map[string]int{"b8": 1, "b32": 4, "u32": 4, "f32": 4, "b64": 8, "u64": 8, "f64": 8}

// compose joins the texts of parts.
func compose(parts []*kernels.Kernel) (text, error) {
	all := text{name: name(parts)}
	for i, k := range parts {
		if err := all.add(k, i); err != nil {
			return text{}, fmt.Errorf("beside: %s: %w", k.Name, err)
		}
	}
	return all, nil
}

// add appends the section of part i.
func (t *text) add(k *kernels.Kernel, i int) error {
	head, rest, isEntry := strings.Cut(k.PTX(), ".visible .entry ")
	_, rest, hasParams := strings.Cut(rest, "(")
	params, rest, ends := strings.Cut(rest, ")")
	limits, rest, hasBody := strings.Cut(rest, "{\n")
	body, closed := strings.CutSuffix(strings.TrimRight(rest, " \n"), "}")
	if !isEntry || !hasParams || !ends || !hasBody || !closed {
		return fmt.Errorf("the PTX is not one entry")
	}
	t.version = newer(t.version, submatch(versionPattern, head))
	t.target = newer(t.target, submatch(targetPattern, head))
	if n, err := strconv.Atoi(submatch(threadsPattern, limits)); err == nil {
		t.threads = max(t.threads, n)
	}
	// Without it an assembler may save registers for more blocks than the part wants, and spill some.
	if n, err := strconv.Atoi(submatch(blocksPattern, limits)); err == nil && (t.blocks == 0 || n < t.blocks) {
		t.blocks = n
	}
	declared := map[string]bool{}
	for _, p := range paramPattern.FindAllStringSubmatch(params, -1) {
		t.params = append(t.params, fmt.Sprintf(".param .%s %s%s", p[1], prefix(i), p[2]))
		declared[p[2]] = true
	}
	array, err := t.share(body)
	if err != nil {
		return err
	}
	t.sections = append(t.sections, section{i, body, declared, array})
	return nil
}

// share makes room for the shared array of a part's body, and returns its name, empty if it has none.
func (t *text) share(body string) (array string, err error) {
	var arrays [][]string
	for line := range strings.Lines(body) {
		if !strings.Contains(line, ".shared .") {
			continue
		}
		a := sharedPattern.FindStringSubmatch(line)
		if a == nil {
			return "", fmt.Errorf("its shared memory is declared in another form than .shared .align N .TYPE NAME[N];")
		}
		arrays = append(arrays, a)
	}
	if len(arrays) == 0 {
		return "", nil
	}
	if len(arrays) > 1 {
		return "", fmt.Errorf("it has %d shared arrays, want one at most", len(arrays))
	}
	a := arrays[0]
	align, _ := strconv.Atoi(a[1])
	n, err := strconv.Atoi(a[4])
	if err != nil || typeBytes[a[2]] == 0 {
		return "", fmt.Errorf("its shared array %s is of type %s with %s elements, which is not known", a[3], a[2], a[4])
	}
	t.bytes, t.align = max(t.bytes, n*typeBytes[a[2]]), max(t.align, align)
	return a[3], nil
}

// renamed gives the registers and labels of part i names of their own, and the part its own block
// and threads.
func renamed(body string, i int) string {
	declared := map[string]bool{}
	for _, line := range regPattern.FindAllStringSubmatch(body, -1) {
		for _, r := range registerName.FindAllStringSubmatch(line[1], -1) {
			declared[r[1]] = true
		}
	}
	body = registerName.ReplaceAllStringFunc(body, func(r string) string {
		switch {
		case r == "%ctaid.x":
			return "%block"
		case r == "%ntid.x":
			return "%threads"
		case declared[strings.TrimPrefix(r, "%")]:
			return "%" + prefix(i) + r[1:]
		}
		return r
	})
	body = labelPattern.ReplaceAllString(body, prefix(i)+"$1:")
	return branchPattern.ReplaceAllString(body, "bra$1 "+prefix(i)+"$2;")
}

// String puts before the part what finds its blocks, and lets the threads that it has no use for end. The
// part's parameters get names of its own, and it uses the common shared array in place of its own.
func (s section) String() string {
	body, p := s.body, prefix(s.i)
	body = operandPattern.ReplaceAllStringFunc(body, func(operand string) string {
		if of := strings.Trim(operand, "[]"); s.declared[of] {
			return "[" + p + of + "]"
		}
		return operand
	})
	if s.array != "" {
		body = sharedPattern.ReplaceAllString(body, "")
		body = regexp.MustCompile(`([\[ ,])`+s.array+`([\];+,])`).ReplaceAllString(body, "${1}shared$2")
	}
	body = renamed(body, s.i)
	return fmt.Sprintf(`	// part %d
	ld.param.u32 %%blocks, [%sblocks];
	setp.ge.u32 %%other, %%block, %%blocks;
	@%%other bra PART%d_END;
	ld.param.u32 %%threads, [%sthreads];
	mov.u32 %%thread, %%tid.x;
	setp.ge.u32 %%other, %%thread, %%threads;
	@%%other ret;

%s
PART%d_END:
	sub.u32 %%block, %%block, %%blocks;

`, s.i, p, s.i, p, strings.TrimRight(body, "\n"), s.i)
}

// String is the text. Its parameters are those of the parts by kind, as kernels.Kernel has them.
func (t text) String() string {
	var tensors, scalars, sizes []string
	for _, p := range t.params {
		switch {
		case strings.HasPrefix(p, ".param .u64"):
			tensors = append(tensors, p)
		case strings.HasPrefix(p, ".param .f32"):
			scalars = append(scalars, p)
		default:
			sizes = append(sizes, p)
		}
	}
	for i := range t.sections {
		sizes = append(sizes, ".param .u32 "+prefix(i)+"blocks", ".param .u32 "+prefix(i)+"threads")
	}
	var s strings.Builder
	fmt.Fprintf(&s, "// %s: independent kernels in one launch, one after the other by their blocks.\n", t.name)
	fmt.Fprintf(&s, ".version %s\n.target %s\n.address_size 64\n\n.visible .entry %s(\n\t%s)\n", t.version, t.target, t.name,
		strings.Join(append(append(tensors, scalars...), sizes...), ",\n\t"))
	if t.threads > 0 {
		fmt.Fprintf(&s, ".maxntid %d, 1, 1\n", t.threads)
	}
	if t.blocks > 0 {
		fmt.Fprintf(&s, ".minnctapersm %d\n", t.blocks)
	}
	s.WriteString("{\n\t.reg .pred %other;\n\t.reg .u32 %block, %blocks, %thread, %threads;\n")
	if t.bytes > 0 {
		fmt.Fprintf(&s, "\t.shared .align %d .b8 shared[%d];\n", t.align, t.bytes)
	}
	s.WriteString("\n\tmov.u32 %block, %ctaid.x;\n\n")
	for _, section := range t.sections {
		s.WriteString(section.String())
	}
	s.WriteString("\tret;\n}\n")
	return s.String()
}

// newer returns the larger of two versions, such as 6.3 and 7.8, or sm_75 and sm_90.
func newer(a, b string) string {
	if a == "" || len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}

func submatch(pattern *regexp.Regexp, in string) string {
	if m := pattern.FindStringSubmatch(in); m != nil {
		return m[1]
	}
	return ""
}
