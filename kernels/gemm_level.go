package kernels

import (
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

// chooseLevel returns the fastest level, or the one the environment asks for.
func chooseLevel() (*level, error) {
	name := os.Getenv(LevelVar)
	if name == "" {
		return levels[0], nil
	}
	i := slices.Index(Levels(), name)
	if i < 0 {
		return nil, fmt.Errorf("kernels: %s is %q: this build on this processor has %s", LevelVar, name, strings.Join(Levels(), ", "))
	}
	return levels[i], nil
}
