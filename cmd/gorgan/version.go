package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"gorgan/kernels/device"
)

// version returns the module's version. A build in a checkout has it from its commit and the tag there.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return fmt.Sprintf("%s, %s", info.Main.Version, info.GoVersion)
	}
	return "unknown"
}

// build returns what --version says: the version, the commit, the build tags, the system, and the instructions that the CPU
// device would use here. The help shows the lines below a margin.
func build() string {
	set := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
	}
	commit := cmp.Or(set["vcs.revision"], "unknown, as it was not built in a checkout")
	if set["vcs.modified"] == "true" {
		commit += ", with changes"
	}
	level, err := device.CPULevel()
	if err != nil {
		level = err.Error()
	}
	return fmt.Sprintf("%s\n   commit: %s\n   build tags: %s\n   system: %s/%s\n   CPU instructions: %s", version(), commit, cmp.Or(set["-tags"], "none"), runtime.GOOS, runtime.GOARCH, level)
}
