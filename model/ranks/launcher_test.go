package ranks

import (
	"os"
	"strings"
	"testing"
)

// variables looks up in words such as "RANK=1 WORLD_SIZE=2".
func variables(words string) func(string) (string, bool) {
	set := map[string]string{}
	for _, w := range strings.Fields(words) {
		name, value, _ := strings.Cut(w, "=")
		set[name] = value
	}
	return func(name string) (string, bool) {
		value, ok := set[name]
		return value, ok
	}
}

// slurmStep is what srun sets for a task, but for its numbers.
const slurmStep = "SLURM_STEP_ID=0 SLURM_JOB_NAME=train SLURM_JOB_ID=1234567 SLURM_JOB_NODELIST=gpu[07-09,11] "

var found = []struct {
	name     string
	settings Settings
	env      string
	want     Place
}{
	{"flags", Settings{new(2), new(4), "node1:29500"}, "", Place{2, 4, -1, 0, "node1:29500", "--rank"}},
	{"flags before all variables", Settings{new(0), new(1), ""}, "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1", Place{0, 1, -1, 0, "", "--rank"}},
	{"torchrun", Settings{}, "RANK=5 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4 GROUP_RANK=1 MASTER_ADDR=node1 MASTER_PORT=29500", Place{5, 8, 1, 4, "node1:29500", "torchrun"}},
	{"torchrun that listens itself", Settings{}, "RANK=0 WORLD_SIZE=2 LOCAL_RANK=0 LOCAL_WORLD_SIZE=2 TORCHELASTIC_USE_AGENT_STORE=True MASTER_ADDR=localhost MASTER_PORT=41503", Place{0, 2, 0, 2, "localhost:41504", "torchrun"}},
	{"accelerate, PyTorchJob: no local ranks", Settings{}, "RANK=1 WORLD_SIZE=2 MASTER_ADDR=job-master-0 MASTER_PORT=23456 PET_NPROC_PER_NODE=1", Place{1, 2, -1, 0, "job-master-0:23456", "torchrun"}},
	{"torchrun before mpirun", Settings{}, "RANK=1 WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=4", Place{1, 2, -1, 0, "", "torchrun"}},
	{"--rendezvous before the variables", Settings{nil, nil, "b:2"}, "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a", Place{1, 2, -1, 0, "b:2", "torchrun"}},
	{"the same --ranks", Settings{nil, new(2), ""}, "RANK=1 WORLD_SIZE=2", Place{1, 2, -1, 0, "", "torchrun"}},
	{"an IPv6 address", Settings{}, "RANK=1 WORLD_SIZE=2 MASTER_ADDR=fe80::1 MASTER_PORT=29500", Place{1, 2, -1, 0, "[fe80::1]:29500", "torchrun"}},
	{"an empty variable is not set", Settings{}, "RANK= WORLD_SIZE= PMI_RANK=0 PMI_SIZE=2", Place{0, 2, -1, 0, "", "MPICH"}},
	{"Kubeflow Trainer", Settings{}, "PET_NNODES=3 PET_NPROC_PER_NODE=1 PET_NODE_RANK=2 PET_MASTER_ADDR=t-node-0-0.t PET_MASTER_PORT=29400", Place{2, 3, -1, 0, "t-node-0-0.t:29400", "Kubeflow Trainer"}},
	{"Open MPI", Settings{nil, nil, "node1:4"}, "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2 PMIX_RANK=3", Place{3, 4, 1, 2, "node1:4", "Open MPI"}},
	{"Open MPI in a job's script", Settings{}, "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 SLURM_NTASKS=4 SLURM_PROCID=0 MASTER_ADDR=a MASTER_PORT=1", Place{3, 4, -1, 0, "a:1", "Open MPI"}},
	{"MPICH", Settings{}, "PMI_RANK=1 PMI_SIZE=4 MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2", Place{1, 4, 1, 2, "", "MPICH"}},
	{"MVAPICH", Settings{}, "MV2_COMM_WORLD_RANK=1 MV2_COMM_WORLD_SIZE=4 MV2_COMM_WORLD_LOCAL_RANK=1", Place{1, 4, 1, 0, "", "MVAPICH"}},
	{"PMIx in Slurm", Settings{}, slurmStep + "PMIX_RANK=1 SLURM_NTASKS=4 SLURM_LOCALID=0", Place{1, 4, 0, 0, "gpu07:19567", "PMIx"}},
	{"PMIx alone", Settings{nil, new(3), ""}, "PMIX_RANK=1", Place{1, 3, -1, 0, "", "PMIx"}},
	{"Slurm", Settings{}, slurmStep + "SLURM_PROCID=3 SLURM_NTASKS=4 SLURM_LOCALID=1 SLURM_NODEID=1", Place{3, 4, 1, 0, "gpu07:19567", "Slurm"}},
	{"Slurm, a step on some machines", Settings{}, slurmStep + "SLURM_STEP_NODELIST=gpu[08,11] SLURM_PROCID=1 SLURM_NTASKS=2", Place{1, 2, -1, 0, "gpu08:19567", "Slurm"}},
	{"Slurm, a short number", Settings{}, "SLURM_STEP_ID=0 SLURM_JOB_ID=42 SLURM_JOB_NODELIST=a SLURM_PROCID=1 SLURM_NTASKS=2", Place{1, 2, -1, 0, "a:15042", "Slurm"}},
	{"srun in a shell of salloc", Settings{}, "SLURM_STEP_ID=1 SLURM_JOB_NAME=interactive SLURM_PROCID=1 SLURM_NTASKS=2", Place{1, 2, -1, 0, "", "Slurm"}},
	{"one task needs no srun", Settings{}, "SLURM_PROCID=0 SLURM_NTASKS=1", Place{0, 1, -1, 0, "", "Slurm"}},
	{"Kubernetes", Settings{nil, new(4), ""}, "JOB_COMPLETION_INDEX=3 HOSTNAME=train-3", Place{3, 4, -1, 0, "train-0:29500", "Kubernetes"}},
	{"Kubernetes, the whole name", Settings{nil, new(4), ""}, "JOB_COMPLETION_INDEX=3 HOSTNAME=train-3.ranks.lab.svc.cluster.local", Place{3, 4, -1, 0, "train-0.ranks.lab.svc.cluster.local:29500", "Kubernetes"}},
	{"Kubernetes, JobSet", Settings{nil, new(4), ""}, "JOB_COMPLETION_INDEX=1 HOSTNAME=set-rank-0-1.set MASTER_ADDR=set-rank-0-0.set MASTER_PORT=3389", Place{1, 4, -1, 0, "set-rank-0-0.set:3389", "Kubernetes"}},
	{"Kubernetes, another name", Settings{nil, new(4), ""}, "JOB_COMPLETION_INDEX=1 HOSTNAME=host", Place{1, 4, -1, 0, "", "Kubernetes"}},
}

func TestFind(t *testing.T) {
	for _, c := range found {
		if got, err := Find(c.settings, variables(c.env)); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
	for _, l := range launchers {
		seen := l.name == "" // no row without a name
		for _, c := range found {
			seen = seen || c.want.From == l.name
		}
		if !seen {
			t.Errorf("no case finds a rank by %s", l.name)
		}
	}
}

// TestFindNothing: each mistake is one sentence that names the variables, what they are and what is wanted.
func TestFindNothing(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings Settings
		env      string
		says     []string
	}{
		{"nothing", Settings{}, "", []string{"nothing says which rank", "mpirun", "--rendezvous HOST:PORT"}},
		{"--ranks alone", Settings{nil, new(4), ""}, "", []string{"--ranks is 4", "--rank too"}},
		{"--rank alone", Settings{new(1), nil, ""}, "RANK=1 WORLD_SIZE=2", []string{"--rank is 1", "--ranks is not given"}},
		{"--rank too large", Settings{new(4), new(4), ""}, "", []string{"--rank is 4", "from 0 to 3"}},
		{"--rank below 0", Settings{new(-1), new(4), ""}, "", []string{"--rank is -1"}},
		{"--ranks 0", Settings{nil, new(0), ""}, "", []string{"--ranks is 0", "from 1 to 4096"}},
		{"--rendezvous without a port", Settings{nil, nil, "node1"}, "", []string{`--rendezvous is "node1"`, "want HOST:PORT"}},
		{"--rendezvous without a host", Settings{nil, nil, ":29500"}, "", []string{`--rendezvous is ":29500"`, "want HOST:PORT"}},
		{"--rendezvous, port 0", Settings{nil, nil, "a:0"}, "", []string{`--rendezvous is "a:0"`, "a port from 1 to 65535"}},
		{"RANK alone", Settings{}, "RANK=3", []string{"RANK is 3 and WORLD_SIZE is not set"}},
		{"WORLD_SIZE alone", Settings{}, "WORLD_SIZE=3", []string{"WORLD_SIZE is 3 and RANK is not set"}},
		{"half a pair before a whole one", Settings{}, "RANK=3 PMI_RANK=0 PMI_SIZE=2", []string{"RANK is 3 and WORLD_SIZE is not set"}},
		{"PMI_SIZE alone", Settings{}, "PMI_SIZE=3", []string{"PMI_SIZE is 3 and PMI_RANK is not set"}},
		{"MV2 alone", Settings{}, "MV2_COMM_WORLD_RANK=1", []string{"MV2_COMM_WORLD_RANK is 1 and MV2_COMM_WORLD_SIZE is not set"}},
		{"OMPI alone", Settings{}, "OMPI_COMM_WORLD_SIZE=2", []string{"OMPI_COMM_WORLD_SIZE is 2 and OMPI_COMM_WORLD_RANK is not set"}},
		{"PET alone", Settings{}, "PET_NNODES=2", []string{"PET_NNODES is 2 and PET_NODE_RANK is not set"}},
		{"PMIX alone", Settings{}, "PMIX_RANK=1", []string{"PMIX_RANK is 1", "give --ranks"}},
		{"an index alone", Settings{}, "JOB_COMPLETION_INDEX=1", []string{"JOB_COMPLETION_INDEX is 1", "give --ranks"}},
		{"another --ranks", Settings{nil, new(8), ""}, "RANK=1 WORLD_SIZE=2", []string{"--ranks is 8 and WORLD_SIZE is 2"}},
		{"no number", Settings{}, "RANK=one WORLD_SIZE=2", []string{`RANK is "one", want a number from 0 to 1`}},
		{"a range of numbers", Settings{}, "PET_NNODES=1:4 PET_NODE_RANK=0", []string{`PET_NNODES is "1:4", want a number from 1`}},
		{"a rank beyond the last", Settings{}, "PMI_RANK=2 PMI_SIZE=2", []string{"PMI_RANK is 2, want a number from 0 to 1, as there are 2 ranks"}},
		{"too many", Settings{}, "PMI_RANK=2 PMI_SIZE=5000", []string{"PMI_SIZE is 5000, want a number from 1 to 4096"}},
		{"a long value", Settings{}, "PMI_SIZE=2 PMI_RANK=" + strings.Repeat("x", 999), []string{`xxx..."`}},
		{"local rank beyond the last", Settings{}, "PMI_RANK=1 PMI_SIZE=4 MPI_LOCALRANKID=2 MPI_LOCALNRANKS=2", []string{"MPI_LOCALRANKID is 2, want a number from 0 to 1"}},
		{"local size alone", Settings{}, "PMI_RANK=1 PMI_SIZE=4 MPI_LOCALNRANKS=2", []string{"MPI_LOCALNRANKS is 2 and MPI_LOCALRANKID is not set"}},
		{"more on a machine than there are", Settings{}, "PMI_RANK=1 PMI_SIZE=2 MPI_LOCALRANKID=1 MPI_LOCALNRANKS=4", []string{"MPI_LOCALNRANKS is 4 and PMI_SIZE is 2"}},
		{"RANK counts machines: too few", Settings{}, "RANK=0 WORLD_SIZE=2 LOCAL_RANK=0 LOCAL_WORLD_SIZE=8", []string{"RANK is 0 of 2", "LOCAL_RANK is 0 of 8", "count machines", "--ranks"}},
		{"RANK counts machines: before the local rank", Settings{}, "RANK=0 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2", []string{"count machines"}},
		{"RANK counts machines: a PyTorchJob", Settings{}, "RANK=0 WORLD_SIZE=2 PET_NPROC_PER_NODE=8", []string{"PET_NPROC_PER_NODE is 8", "LOCAL_RANK is not set", "torchrun"}},
		{"Kubeflow Trainer starts more", Settings{}, "PET_NNODES=3 PET_NPROC_PER_NODE=auto PET_NODE_RANK=2", []string{`PET_NPROC_PER_NODE is "auto"`, "torchrun"}},
		{"srun forgotten", Settings{}, "SLURM_PROCID=0 SLURM_NTASKS=4", []string{"SLURM_NTASKS is 4", "write srun before the command"}},
		{"a shell of salloc", Settings{}, "SLURM_NTASKS=4 SLURM_JOB_NAME=interactive", []string{"SLURM_NTASKS is 4", "write srun before the command"}},
		{"a shell of srun", Settings{}, slurmStep[:len("SLURM_STEP_ID=0 ")] + "SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_PTY_PORT=4 SLURM_JOB_NAME=bash", []string{"interactive shell", `SLURM_JOB_NAME is "bash"`, "sbatch"}},
		{"Slurm without a number of tasks", Settings{}, "SLURM_PROCID=0 SLURM_STEP_ID=0", []string{"SLURM_PROCID is 0 and SLURM_NTASKS is not set"}},
		{"Slurm without a list", Settings{}, "SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_JOB_ID=2", []string{"SLURM_JOB_ID is 2 and SLURM_JOB_NODELIST is not set"}},
		{"Slurm without a job", Settings{}, "SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_JOB_NODELIST=a", []string{`SLURM_JOB_NODELIST is "a" and SLURM_JOB_ID is not set`}},
		{"Slurm, a list cut off", Settings{}, "SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_JOB_NODELIST=a[1 SLURM_JOB_ID=2", []string{`SLURM_JOB_NODELIST is "a[1"`, "names of machines"}},
		{"Slurm, no number of a job", Settings{}, "SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_JOB_NODELIST=a SLURM_JOB_ID=2_1", []string{`SLURM_JOB_ID is "2_1", want a number`}},
		{"half an address", Settings{}, "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a", []string{`MASTER_ADDR is "a" and MASTER_PORT is not set`, "--rendezvous"}},
		{"the other half", Settings{}, "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 MASTER_PORT=1", []string{"MASTER_PORT is 1 and MASTER_ADDR is not set"}},
		{"port 70000", Settings{}, "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000", []string{"MASTER_PORT is 70000, want a number from 1 to 65535"}},
		{"torchrun at the last port", Settings{}, "RANK=0 WORLD_SIZE=2 TORCHELASTIC_USE_AGENT_STORE=True MASTER_ADDR=a MASTER_PORT=65535", []string{"torchrun listens at MASTER_PORT", "--rendezvous"}},
	} {
		got, err := Find(c.settings, variables(c.env))
		if err == nil {
			t.Errorf("%s: no error, and %+v", c.name, got)
			continue
		}
		said := err.Error()
		if strings.ContainsAny(said, "\n") || !strings.HasPrefix(said, "ranks: ") || strings.HasSuffix(said, ".") || len(said) > 400 {
			t.Errorf("%s: %q is not a short sentence", c.name, said)
		}
		for _, part := range c.says {
			if !strings.Contains(said, part) {
				t.Errorf("%s: %q does not say %q", c.name, said, part)
			}
		}
	}
}

// TestDocument: docs/data-parallel.md has each launcher, in the order in which it is asked, with its variables.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/data-parallel.md")
	if err != nil {
		t.Fatal(err)
	}
	rest := string(text)
	for _, l := range launchers {
		_, after, ok := strings.Cut(rest, "\n| "+l.name)
		if !ok {
			t.Errorf("the table has no row %s after those before", l.name)
			continue
		}
		row, _, _ := strings.Cut(after, "\n")
		for _, name := range []string{l.rank, l.ranks, l.localRank, l.localRanks, l.host, l.port} {
			if name != "" && !strings.Contains(row, "`"+name+"`") {
				t.Errorf("the row %s has no %s", l.name, name)
			}
		}
		rest = after
	}
}
