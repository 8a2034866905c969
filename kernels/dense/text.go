package dense

import "embed"

//go:generate go run ../../scripts/ptxgen dense .

// The texts are written by scripts/ptxgen, from the tiles and the kinds of this package.
//
//go:embed *.ptx
var sources embed.FS

// text returns what reads the file of that kernel.
func text(name string) func() string {
	return func() string {
		b, _ := sources.ReadFile(name + ".ptx") // TestCommitted in scripts/ptxgen holds that it is there
		return string(b)
	}
}
