package cuda

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// EarlyText returns a kernel's PTX for launches that start while the kernel before it runs. Every
// thread first waits until that kernel has ended, and what it wrote is visible. Then the next kernel
// may be placed. So a kernel that runs can count on the end of all kernels before the one that it
// follows, and no access comes before the wait.
//
// ld.global.nc promises that nobody writes the memory while the kernel lives. A kernel that is placed
// early lives while the one before it writes. Its loads therefore lose the .nc. The lines keep their
// numbers. The text must be one kernel for sm_90 or earlier.
func EarlyText(ptx string) (string, error) {
	head, body, ok := strings.Cut(ptx, "\n{\n")
	if !ok || strings.Contains(body, "\n{\n") || strings.Count(head, "\n.visible .entry ") != 1 {
		return "", errors.New("the PTX is not one .visible .entry whose body begins with a line {")
	}
	lines := strings.Split(head, "\n")
	version, target := -1, -1
	for i, line := range lines {
		if strings.HasPrefix(line, ".version ") {
			version = i
		}
		if number, ok := strings.CutPrefix(line, ".target sm_"); ok {
			if n, err := strconv.Atoi(number); err != nil || n > 90 {
				return "", fmt.Errorf("the PTX is for sm_%s, want sm_90 or earlier", number)
			}
			target = i
		}
	}
	if version < 0 || target < 0 {
		return "", errors.New("the PTX has no .version, or no .target")
	}
	lines[version], lines[target] = ".version 7.8", ".target sm_90"
	return strings.Join(lines, "\n") + "\n{\tgriddepcontrol.wait; griddepcontrol.launch_dependents;\n" +
		strings.ReplaceAll(body, "ld.global.nc.", "ld.global."), nil
}
