package cpu

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// LevelVar is the environment variable that forces the CPU device to a level, to
// one of Levels.
const LevelVar = "GORGAN_CPU"

var levels = append(vectorLevels(), &pureGo)

// Levels are the ways this build can multiply matrices on this processor, the
// fastest first: avx512, avx2 (with FMA), and always purego.
func Levels() []string {
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = l.name
	}
	return names
}

// ErrLevel is wrapped when the environment's LevelVar asks for none of Levels.
var ErrLevel = errors.New("not an instruction level")

// Level is the level a CPU device opened now has. Weights are equal bit by bit between
// avx512 and avx2; purego rounds otherwise.
func Level() (string, error) {
	l, err := chooseLevel()
	if err != nil {
		return "", err
	}
	return l.name, nil
}

// chooseLevel returns the fastest level, or the one the environment asks for.
func chooseLevel() (*level, error) {
	name := os.Getenv(LevelVar)
	if name == "" {
		return levels[0], nil
	}
	i := slices.Index(Levels(), name)
	if i < 0 {
		return nil, fmt.Errorf("%s is %q, which is %w of this build on this processor; want one of %s, or leave it unset for the fastest",
			LevelVar, name, ErrLevel, strings.Join(Levels(), ", "))
	}
	return levels[i], nil
}
