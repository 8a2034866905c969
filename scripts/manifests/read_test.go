package manifests

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	jobset "sigs.k8s.io/jobset/api/jobset/v1alpha2"
	"sigs.k8s.io/yaml"
)

const examples = "../../docs/examples"

// example is a manifest of a training in several pods.
type example struct {
	name   string // of the Job that its pods belong to
	domain string // of the pods: the name of a headless service
	claim  core.PersistentVolumeClaim
	job    batch.JobSpec
	set    *jobset.JobSet // nil for a Job alone
}

// read returns what the documents of a manifest say. A field that the type of a document lacks is an error.
func read(t *testing.T, file string) (e example) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, file))
	must(t, err)
	var service core.Service
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var kind struct{ APIVersion, Kind string }
		must(t, yaml.Unmarshal(document, &kind))
		var into any
		var job batch.Job
		var set jobset.JobSet
		switch kind.APIVersion + " " + kind.Kind {
		case "v1 Service":
			into = &service
		case "v1 PersistentVolumeClaim":
			into = &e.claim
		case "batch/v1 Job":
			into = &job
		case jobset.SchemeGroupVersion.String() + " JobSet":
			into = &set
		default:
			t.Fatalf("%s has a %s of %s", file, kind.Kind, kind.APIVersion)
		}
		if err := yaml.UnmarshalStrict(document, into); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		switch {
		case job.Name != "":
			e.name, e.job, e.domain = job.Name, job.Spec, job.Spec.Template.Spec.Subdomain
			if service.Name != e.domain || service.Spec.ClusterIP != core.ClusterIPNone || service.Spec.Selector[batch.JobNameLabel] != e.name || len(service.Spec.Selector) != 1 {
				t.Errorf("the service is %+v, want a headless one named %q for the pods of %q", service, e.domain, e.name)
			}
		case set.Name != "":
			r := set.Spec.ReplicatedJobs
			if len(r) != 1 || r[0].Replicas != 1 {
				t.Fatalf("%s: the replicated jobs are %+v, want one", file, r)
			}
			// The controller names the job and, if the set does not, its domain.
			e.name, e.job, e.set, e.domain = set.Name+"-"+r[0].Name+"-0", r[0].Template.Spec, &set, set.Name
			if n := set.Spec.Network; n == nil || n.EnableDNSHostnames == nil || !*n.EnableDNSHostnames || n.Subdomain != "" {
				t.Errorf("%s: the network is %+v, want names for the pods, in the domain of the set", file, n)
			}
		}
	}
	if e.name == "" || e.claim.Name == "" {
		t.Fatalf("%s has the job %q and the claim %q, want both", file, e.name, e.claim.Name)
	}
	return e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
