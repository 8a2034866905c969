package main

import "testing"

// TestGroupLeft: both versions of control groups, a limit above the process's own group, and
// a container that sees its group as the root.
func TestGroupLeft(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		left  int64
		ok    bool
	}{
		"none": {nil, 0, false},
		"unlimited": {map[string]string{"proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/memory.current": "5\n"}, 0, false},
		"container": {map[string]string{"proc/self/cgroup": "0::/docker/abc\n",
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "700\n",
			"sys/fs/cgroup/memory.stat": "anon 300\ninactive_file 350\nactive_file 50\n"}, 700, true},
		"above": {map[string]string{"proc/self/cgroup": "0::/a/b\n",
			"sys/fs/cgroup/a/memory.max": "100\n", "sys/fs/cgroup/a/memory.current": "90\n",
			"sys/fs/cgroup/a/b/memory.max": "50\n", "sys/fs/cgroup/a/b/memory.current": "10\n"}, 10, true},
		"version 1": {map[string]string{"proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n", "sys/fs/cgroup/memory/memory.usage_in_bytes": "1\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "800\n", "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "300\n",
			"sys/fs/cgroup/memory/x/memory.stat": "inactive_file 7\ntotal_inactive_file 100\n"}, 600, true},
		"damaged": {map[string]string{"proc/self/cgroup": "nonsense\n0\n::\n"}, 0, false},
	} {
		if left, ok := groupLeft(lay(t, c.files)); left != c.left || ok != c.ok {
			t.Errorf("%s: got %d, %v, want %d, %v", name, left, ok, c.left, c.ok)
		}
	}
}
