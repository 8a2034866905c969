//go:build gpu && !cpu

package cuda

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// changes break single instructions. Each has the pattern of the instructions it breaks.
var changes = []struct {
	what string
	from *regexp.Regexp
	to   string
}{
	{"add for sub", regexp.MustCompile(`\bsub(\.rn)?\.(f32|f64|u32|s32|u64)`), "add$1.$2"},
	{"sub for add", regexp.MustCompile(`\badd(\.rn)?\.(f32|f64|u32|u64)`), "sub$1.$2"},
	{"add for mul", regexp.MustCompile(`\bmul(\.rn)?\.(f32|f64)`), "add$1.$2"},
	{"add for mul.lo", regexp.MustCompile(`\bmul\.lo\.`), "add."},
	{"the other predicate", regexp.MustCompile(`@(%\w+)`), "@!$1"},
	{"gt for ge", regexp.MustCompile(`\bsetp\.ge\.`), "setp.gt."},
	{"ge for gt", regexp.MustCompile(`\bsetp\.gt\.`), "setp.ge."},
	{"ge for lt", regexp.MustCompile(`\bsetp\.lt\.`), "setp.ge."},
	{"ne for eq", regexp.MustCompile(`\bsetp\.eq\.`), "setp.ne."},
	{"eq for ne", regexp.MustCompile(`\bsetp\.neu?\.`), "setp.eq."},
	{"a block for a thread", regexp.MustCompile(`%tid\.x`), "%ctaid.x"},
	{"another stride", regexp.MustCompile(`(mul\.wide\.u32[^;]*), 4;`), "$1, 8;"},
	{"no store", regexp.MustCompile(`\bst\.(global|shared)[^;]*;`), ""},
	{"no barrier", regexp.MustCompile(`\bbar\.sync[^;]*;`), ""},
	{"another shift", regexp.MustCompile(`(sh[lr]\.[bu]32[^;]*), (\d+);`), "$1, 1$2;"},
	{"the wrong half", regexp.MustCompile(`mul\.hi\.`), "mul.lo."},
	{"a change of sign", regexp.MustCompile(`\bfma\.rn\.(f32|f64) (%\w+), (%\w+), ([^,]+), (%\w+);`), "neg.$1 $2, $5;"},
	{"another constant", regexp.MustCompile(`0f3F800000`), "0f3F000000"},
	{"zero for one", regexp.MustCompile(`, 1;`), ", 0;"},
	{"min for max", regexp.MustCompile(`\bmax\.`), "min."},
	{"and for or", regexp.MustCompile(`\bor\.(b32|pred)`), "and.$1"},
	{"or for and", regexp.MustCompile(`\band\.(b32|pred)`), "or.$1"},
	{"or for xor", regexp.MustCompile(`\bxor\.b32`), "or.b32"},
	{"no load", regexp.MustCompile(`\bld\.global(\.nc)?\.[a-z0-9.]+ %\w+, [^;]*;`), ""},
	{"another parameter", regexp.MustCompile(`\bld\.param\.u64 (%\w+), \[(\w+)\];`), "mov.u64 $1, 0;"},
	{"sub for add of words", regexp.MustCompile(`\badd\.u32 (%\w+), (%\w+), 1;`), "sub.u32 $1, $2, 1;"},
	{"the wrong word", regexp.MustCompile(`\bld\.global(\.nc)?\.(f32|u32) (%\w+), \[(%\w+)\];`), "mov.b32 $3, 0;"},
}

// mutant is a kernel's text with one instruction changed.
type mutant struct{ what, text string }

func mutants(text string) []mutant {
	_, body, _ := strings.Cut(text, "{\n")
	head := strings.TrimSuffix(text, body)
	var all []mutant
	for _, c := range changes {
		for _, at := range c.from.FindAllStringIndex(body, -1) {
			line := strings.Count(head+body[:at[0]], "\n") + 1
			start := strings.LastIndexByte(body[:at[0]], '\n') + 1
			if strings.Contains(body[start:at[0]], "//") {
				continue
			}
			changed := body[:at[0]] + c.from.ReplaceAllString(body[at[0]:at[1]], c.to) + body[at[1]:]
			if changed != body {
				all = append(all, mutant{fmt.Sprintf("line %d: %s", line, c.what), head + changed})
			}
		}
	}
	return all
}

// TestMutants changes single instructions of every kernel. The shared suite must catch at least
// five changes of each kernel. With -v the test lists the changes that are not caught.
func TestMutants(t *testing.T) {
	if about, err := Probe(0); err != nil || !strings.Contains(about, "simulated device") {
		t.Skip("a wrong kernel may do harm on a GPU")
	}
	const wanted = 5
	for _, k := range kerneltest.Kernels() {
		t.Run(k.Name, func(t *testing.T) {
			all, suite := mutants(k.PTX()), suiteOf(k)
			// Only some changes are tried, spread over all parts of the kernel: eight, and one in
			// thirty of a long text. The others are tried if too few were caught.
			every := 1
			if os.Getenv("GORGAN_MUTANTS") != "all" {
				every = max(1, min(len(all)/8, 30))
			}
			caught := 0
			for first := 0; first < every && (first == 0 || caught < wanted); first++ {
				for i := first; i < len(all); i += every {
					switch err := try(t, k, all[i].text, suite); {
					case err == nil:
						t.Logf("not caught: %s", all[i].what)
					case !errors.Is(err, errRejected):
						caught++
					}
				}
			}
			if least := min(wanted, len(all)); caught < least || least == 0 {
				t.Errorf("%d changes of %d were caught, want at least %d", caught, len(all), least)
			}
		})
	}
}

// errRejected is the error for a change that makes no valid PTX.
var errRejected = errors.New("rejected")

// suiteOf returns the suite's checks of k in their order.
func suiteOf(k *kernels.Kernel) (checks []func(kernels.Device) error) {
	for name, check := range kerneltest.All() {
		if strings.HasPrefix(name, k.Name+"/") {
			checks = append(checks, check)
		}
	}
	return checks
}

// try makes checks of k with another text. It returns the first failure.
func try(t *testing.T, k *kernels.Kernel, text string, checks []func(kernels.Device) error) error {
	t.Helper()
	dev, err := Open(0, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	d := dev.(*device)
	var rejected error
	if err := d.run("loading a mutant", func() error { rejected = d.LoadCUDAFunc(k.Name, text, []string{k.Name}); return nil }); err != nil {
		t.Fatal(err)
	}
	if rejected != nil {
		return errRejected
	}
	for _, check := range checks {
		if err := check(dev); err != nil {
			return err
		}
	}
	return nil
}
