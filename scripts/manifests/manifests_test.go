package manifests

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	jobset "sigs.k8s.io/jobset/api/jobset/v1alpha2"
)

var files = []string{"indexed-job.yml", "jobset.yml"}

// TestManifests checks what the types of the API do not know.
func TestManifests(t *testing.T) {
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			e := read(t, file)
			j, pod := e.job, e.job.Template.Spec
			if j.CompletionMode == nil || *j.CompletionMode != batch.IndexedCompletion || j.Completions == nil || j.Parallelism == nil || *j.Completions != *j.Parallelism {
				t.Fatalf("completionMode %v, completions %v, parallelism %v: want pods with an index, all at once", j.CompletionMode, j.Completions, j.Parallelism)
			}
			if pod.RestartPolicy != core.RestartPolicyNever { // else there is no podFailurePolicy
				t.Errorf("restartPolicy is %s", pod.RestartPolicy)
			}
			if len(pod.Containers) != 1 {
				t.Fatalf("%d containers, want one", len(pod.Containers))
			}
			c := pod.Containers[0]
			if got, want := flag(c, "--ranks"), strconv.Itoa(int(*j.Completions)); got != want {
				t.Errorf("--ranks is %s, want %s as completions", got, want)
			}
			if got, want := flag(c, "--workers"), c.Resources.Limits.Cpu().String(); got != want {
				t.Errorf("--workers is %s, want %s as the limit of cpu", got, want)
			}
			if !slices.Contains(c.Args, "--continue") {
				t.Error("--continue is missing, so a pod that comes again fails")
			}
			if got, want := e.hostname(1), e.wholeName(1); got != want {
				t.Errorf("HOSTNAME is %s, want %s: other pods do not find a short name", got, want)
			}
			// The kernel takes names of 64 bytes, and the kubelet starts no pod with a longer one.
			if name := e.hostname(int(*j.Completions) - 1); len(name) > 64 {
				t.Errorf("the name %s has %d bytes, want at most 64", name, len(name))
			}
			if !slices.Equal(e.claim.Spec.AccessModes, []core.PersistentVolumeAccessMode{core.ReadWriteMany}) {
				t.Errorf("the claim is for %v, want all nodes to read and write", e.claim.Spec.AccessModes)
			}
			for _, path := range []string{flag(c, "--out"), flag(c, "--data")} {
				if !inClaim(pod, e.claim.Name, path) {
					t.Errorf("%s is not in the claim", path)
				}
			}
			checkSecret(t, c)
			checkPolicy(t, c, j.PodFailurePolicy)
			if e.set != nil {
				checkSet(t, e.set, j)
			}
		})
	}
}

// inClaim reports whether the container of a pod has a path in a claim.
func inClaim(pod core.PodSpec, claim, path string) bool {
	for _, v := range pod.Volumes {
		if v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != claim {
			continue
		}
		for _, m := range pod.Containers[0].VolumeMounts {
			if m.Name == v.Name && strings.HasPrefix(path, m.MountPath+"/") {
				return true
			}
		}
	}
	return false
}

// flag returns the value of a flag of a container, which is given as --NAME=VALUE.
func flag(c core.Container, name string) string {
	for _, arg := range c.Args {
		if value, ok := strings.CutPrefix(arg, name+"="); ok {
			return value
		}
	}
	return ""
}

// checkSecret: the token comes from a secret, and is no text of the manifest.
func checkSecret(t *testing.T, c core.Container) {
	t.Helper()
	for _, v := range c.Env {
		if v.Name == tokenVar && v.Value == "" && v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil && len(c.Env) == 1 {
			return
		}
	}
	t.Errorf("the environment is %+v, want %s of a secret alone", c.Env, tokenVar)
}

// checkPolicy: a pod that cannot do better ends the job, one that was asked to stop comes again, and others are counted. The codes
// are those of the documents.
func checkPolicy(t *testing.T, c core.Container, policy *batch.PodFailurePolicy) {
	t.Helper()
	if policy == nil || len(policy.Rules) != 3 {
		t.Fatalf("podFailurePolicy is %+v, want three rules", policy)
	}
	disrupted := policy.Rules[0].OnPodConditions
	if policy.Rules[0].Action != batch.PodFailurePolicyActionIgnore || len(disrupted) != 1 || disrupted[0].Type != core.DisruptionTarget {
		t.Errorf("the first rule is %+v, want that a disruption is ignored", policy.Rules[0])
	}
	actions := map[int32]batch.PodFailurePolicyAction{}
	for _, rule := range policy.Rules[1:] {
		on := rule.OnExitCodes
		if on == nil || on.Operator != batch.PodFailurePolicyOnExitCodesOpIn || on.ContainerName == nil || *on.ContainerName != c.Name || !slices.IsSorted(on.Values) {
			t.Fatalf("a rule is %+v, want one for sorted exit codes of %s", rule, c.Name)
		}
		for _, code := range on.Values {
			actions[code] = rule.Action
		}
	}
	codes := documentedCodes(t)
	for code, want := range map[int32]batch.PodFailurePolicyAction{
		1: batch.PodFailurePolicyActionFailJob, 2: batch.PodFailurePolicyActionFailJob, 3: batch.PodFailurePolicyActionFailJob,
		4: batch.PodFailurePolicyActionFailJob, 5: "", 130: batch.PodFailurePolicyActionIgnore,
	} {
		if !codes[code] {
			t.Errorf("no document has the exit code %d", code)
		}
		if got := actions[code]; got != want {
			t.Errorf("exit code %d: %q, want %q", code, got, want)
		}
		delete(actions, code)
	}
	if len(actions) > 0 {
		t.Errorf("rules for other exit codes: %v", actions)
	}
}

// documentedCodes returns the exit codes of the tables in the documents.
func documentedCodes(t *testing.T) map[int32]bool {
	t.Helper()
	row := regexp.MustCompile(`(?m)^\| (\d+) \|`)
	codes := map[int32]bool{}
	for _, name := range []string{"commands.md", "data-parallel.md"} {
		text, err := os.ReadFile(examples + "/../" + name)
		must(t, err)
		for _, m := range row.FindAllSubmatch(text, -1) {
			n, err := strconv.Atoi(string(m[1]))
			must(t, err)
			codes[int32(n)] = true
		}
	}
	return codes
}

// checkSet: the set starts all pods again for a pod that counts, and ends for a job that its policy has ended.
func checkSet(t *testing.T, set *jobset.JobSet, j batch.JobSpec) {
	t.Helper()
	if j.BackoffLimit == nil || *j.BackoffLimit != 0 {
		t.Errorf("backoffLimit is %v, want 0: one pod alone does not help the others", j.BackoffLimit)
	}
	p := set.Spec.FailurePolicy
	if p == nil || p.MaxRestarts < 1 || len(p.Rules) != 1 || p.Rules[0].Action != jobset.FailJobSet || !slices.Equal(p.Rules[0].OnJobFailureReasons, []string{batch.JobReasonPodFailurePolicy}) {
		t.Errorf("failurePolicy is %+v, want restarts, but none after %s", p, batch.JobReasonPodFailurePolicy)
	}
}
