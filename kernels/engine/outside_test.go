package engine_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const outsideModule = `module outside

go 1.26.0

require gorgan v0.0.0

replace gorgan => %s
`

const outsideProgram = `package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgan/kernels/engine"
)

func main() {
	e := engine.New(0)
	gorgonia.Use(e)
	g := gorgonia.NewGraph()
	matrix := func(name string, values ...float32) *gorgonia.Node {
		return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName(name),
			gorgonia.WithShape(2, 2), gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking(values))))
	}
	y := gorgonia.Must(gorgonia.Mul(matrix("a", 1, 2, 3, 4), matrix("b", 0, 1, 1, 0)))
	machine := gorgonia.NewTapeMachine(g)
	defer machine.Close()
	fmt.Println(machine.RunAll(), y.Value().Data(), gorgonia.WhichBLAS() == tensor.BLAS(e))
}
`

// TestOutside: another module uses the engine by the lines that docs/engine.md gives.
func TestOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": fmt.Sprintf(outsideModule, root), "main.go": outsideProgram, "go.sum": string(sums)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command("go", "run", "-mod=mod", ".")
	run.Dir, run.Env = dir, append(os.Environ(), "GOPROXY=off", "GOWORK=off") // all it needs, this module needs too
	out, err := run.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != "<nil> [2 1 4 3] true" {
		t.Errorf("got %q, %v", got, err)
	}
}
