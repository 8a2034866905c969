package manifests

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const tokenVar = "GORGAN_RENDEZVOUS_TOKEN"

// small are flags of a short run, which stand in for those of the training in a manifest.
var small = strings.Fields("--data=mnist --images=100 --size=7 --held-out=0 --noise-dim=8 --gen-hidden=16 --dis-hidden=16 --batch-size=16 --device=cpu --save-every=5 --steps=10")

// wholeName returns the name by which other pods find a pod.
func (e example) wholeName(index int) string {
	return fmt.Sprintf("%s-%d.%s.default.svc.cluster.local", e.name, index, e.domain)
}

// hostname returns what a pod has in HOSTNAME.
func (e example) hostname(index int) string {
	if whole := e.job.Template.Spec.SetHostnameAsFQDN; whole != nil && *whole {
		return e.wholeName(index)
	}
	return fmt.Sprint(e.name, "-", index)
}

// TestPods: the pods of a manifest find pod 0 by its name, and train what a process alone trains. They are processes in a network of
// their own, where that name has an address off the loopback interface. Making one wants the rights of root. Without them the test
// is skipped, unless GORGAN_REQUIRE_HOSTS is set.
func TestPods(t *testing.T) {
	if said, err := exec.Command("unshare", "--net", "--mount", "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		if os.Getenv("GORGAN_REQUIRE_HOSTS") != "" {
			t.Fatalf("unshare: %v: %s", err, said)
		}
		t.Skipf("no network can be made here: %v: %s", err, said)
	}
	program := filepath.Join(t.TempDir(), "gorgan")
	build := exec.Command("go", "build", "-o", program, "./cmd/gorgan")
	build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			e, dir := read(t, file), t.TempDir()
			container := e.job.Template.Spec.Containers[0]
			var ofRanks, ofRun []string // flags; those of the data and the nets are left out
			for _, arg := range container.Args[1:] {
				switch name, _, _ := strings.Cut(arg, "="); name {
				case "--data-parallel", "--ranks", "--continue":
					ofRanks = append(ofRanks, arg)
				case "--shards", "--workers":
					ofRun = append(ofRun, arg)
				}
			}
			ofRun = slices.Concat(container.Args[:1], ofRun, small)
			shared, alone := filepath.Join(dir, "shared"), filepath.Join(dir, "alone")

			hosts := filepath.Join(dir, "hosts")
			must(t, os.WriteFile(hosts, fmt.Appendf(nil, "10.0.0.1 %s\n", e.wholeName(0)), 0o644))
			script := []string{"mount --bind " + hosts + " /etc/hosts && ip link set lo up && ip address add 10.0.0.1/32 dev lo || exit"}
			for index := range int(*e.job.Completions) {
				script = append(script, fmt.Sprintf("JOB_COMPLETION_INDEX=%d HOSTNAME=%s %s %s --out=%s & pods=\"$pods $!\"",
					index, e.hostname(index), program, strings.Join(slices.Concat(ofRun, ofRanks), " "), shared))
			}
			script = append(script, "for pod in $pods; do wait $pod || code=$?; done; exit $code")
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			pods := exec.CommandContext(ctx, "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", strings.Join(script, "\n"))
			pods.Env = append(os.Environ(), "code=0", "pods=", container.Env[0].Name+"=a secret of this test alone")
			if said, err := pods.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			if said, err := exec.CommandContext(t.Context(), program, append(ofRun, "--out="+alone)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			if a, b := checkpoint(t, alone), checkpoint(t, shared); a != b {
				t.Errorf("the checkpoints are %s and %s", a, b)
			}
		})
	}
}

// checkpoint returns the hash of the last checkpoint of a run of small.
func checkpoint(t *testing.T, run string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(run, "checkpoint_000010.safetensors"))
	must(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(text))
}
