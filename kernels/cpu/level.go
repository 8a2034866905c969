package cpu

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// LevelVar is the environment variable that forces the CPU device to one of Levels.
const LevelVar = "GORGAN_CPU"

var isas = append(vectorISAs(), &pureGo)

// Levels returns the names of the instruction sets of this build and this processor, the fastest
// first: avx512, avx2 (with FMA), and always purego.
func Levels() []string {
	names := make([]string, len(isas))
	for i, l := range isas {
		names[i] = l.name
	}
	return names
}

// ErrLevel is wrapped by the error for a LevelVar that is none of Levels.
var ErrLevel = errors.New("not an instruction set")

// Level returns the level that a CPU device opened now would have. Weights are equal bit by bit
// between avx512 and avx2, and purego rounds differently. If LevelVar is none of Levels, the
// error wraps ErrLevel.
func Level() (string, error) {
	l, err := chooseISA()
	if err != nil {
		return "", err
	}
	return l.name, nil
}

// chooseISA returns the fastest instruction set, or the one that LevelVar names.
func chooseISA() (*isa, error) {
	name := os.Getenv(LevelVar)
	if name == "" {
		return isas[0], nil
	}
	i := slices.Index(Levels(), name)
	if i < 0 {
		return nil, fmt.Errorf("%s is %q, which is %w of this build on this processor; want one of %s, or leave it unset for the fastest",
			LevelVar, name, ErrLevel, strings.Join(Levels(), ", "))
	}
	return isas[i], nil
}
