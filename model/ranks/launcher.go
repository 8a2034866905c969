// Package ranks says which rank of a data-parallel run a process is, lets the ranks meet over TCP, and finds out
// whether they agree on what they are to do.
package ranks

import "fmt"

// Most is the most ranks that a run may have.
const Most = 4096

// Place is where a process stands among the ranks.
type Place struct {
	Rank, Ranks int
	// LocalRank is the rank's number among the LocalRanks ranks of its machine, from 0. The launcher may not say
	// them. Then LocalRank is -1 and LocalRanks is 0.
	LocalRank, LocalRanks int
	// Rendezvous is HOST:PORT, where rank 0 listens, or "" if nothing says it.
	Rendezvous string
	// From is who said the rank: "--rank", or the launcher's name.
	From string
}

// Settings is what the user says himself. Nil and "" stand for what he does not say.
type Settings struct {
	Rank, Ranks *int
	Rendezvous  string
}

// launcher is a program that starts ranks. It tells them their numbers in environment variables.
type launcher struct {
	name string
	// rank and ranks are the variables of the number and of how many there are.
	rank, ranks string
	// localRank and localRanks are those for one machine, or "".
	localRank, localRanks string
	// borrows is set if the launcher does not say how many ranks there are. Then ranks is another program's, or "",
	// and --ranks stands in for it.
	borrows bool
	// host and port are the variables of the rendezvous.
	host, port string
	// trap returns an error if the variables are there and do not mean what they seem to, or nil.
	trap func(search) error
	// check is trap for the numbers that were found, or nil.
	check func(search, Place) error
	// rendezvous derives the address where host and port are not set, or is nil. It returns "" if it cannot.
	rendezvous func(search) (string, error)
}

// launchers is in the order in which they are asked. The first whose variables are set decides.
var launchers = []launcher{
	{name: "torchrun", rank: "RANK", ranks: "WORLD_SIZE", localRank: "LOCAL_RANK", localRanks: "LOCAL_WORLD_SIZE",
		host: "MASTER_ADDR", port: "MASTER_PORT", trap: machinesNotProcesses, check: contiguous},
	{name: "Kubeflow Trainer", rank: "PET_NODE_RANK", ranks: "PET_NNODES",
		host: "PET_MASTER_ADDR", port: "PET_MASTER_PORT", trap: onePerMachine},
	{name: "Open MPI", rank: "OMPI_COMM_WORLD_RANK", ranks: "OMPI_COMM_WORLD_SIZE",
		localRank: "OMPI_COMM_WORLD_LOCAL_RANK", localRanks: "OMPI_COMM_WORLD_LOCAL_SIZE", host: "MASTER_ADDR", port: "MASTER_PORT"},
	{name: "MPICH", rank: "PMI_RANK", ranks: "PMI_SIZE",
		localRank: "MPI_LOCALRANKID", localRanks: "MPI_LOCALNRANKS", host: "MASTER_ADDR", port: "MASTER_PORT"},
	{name: "MVAPICH", rank: "MV2_COMM_WORLD_RANK", ranks: "MV2_COMM_WORLD_SIZE",
		localRank: "MV2_COMM_WORLD_LOCAL_RANK", localRanks: "MV2_COMM_WORLD_LOCAL_SIZE", host: "MASTER_ADDR", port: "MASTER_PORT"},
	{name: "PMIx", rank: "PMIX_RANK", ranks: "SLURM_NTASKS", borrows: true,
		localRank: "SLURM_LOCALID", host: "MASTER_ADDR", port: "MASTER_PORT", rendezvous: slurmRendezvous},
	{name: "Slurm", rank: "SLURM_PROCID", ranks: "SLURM_NTASKS",
		localRank: "SLURM_LOCALID", host: "MASTER_ADDR", port: "MASTER_PORT", trap: noSlurmTask, rendezvous: slurmRendezvous},
	{name: "Kubernetes", rank: "JOB_COMPLETION_INDEX", borrows: true,
		host: "MASTER_ADDR", port: "MASTER_PORT", rendezvous: podZero},
}

// Find returns the place that the settings say, or else the first launcher whose variables are set. lookup is
// os.LookupEnv or the like. Of two variables that belong together both must be set, and --ranks must say what
// the launcher does.
func Find(s Settings, lookup func(string) (string, bool)) (Place, error) {
	in := search{s, lookup}
	if err := in.valid(); err != nil {
		return Place{}, err
	}
	if s.Rank != nil {
		return Place{*s.Rank, *s.Ranks, -1, 0, s.Rendezvous, "--rank"}, nil
	}
	for _, l := range launchers {
		if in.text(l.rank) == "" && (l.borrows || in.text(l.ranks) == "") {
			continue
		}
		return l.place(in)
	}
	if s.Ranks != nil {
		return Place{}, fmt.Errorf("ranks: --ranks is %d, and nothing says which of them this process is; give --rank too, or start it with mpirun, srun or torchrun", *s.Ranks)
	}
	return Place{}, fmt.Errorf("ranks: nothing says which rank this process is; start it with mpirun, srun or torchrun, or give --rank, --ranks and --rendezvous HOST:PORT")
}

// place reads the launcher's variables.
func (l launcher) place(in search) (p Place, err error) {
	p = Place{LocalRank: -1, From: l.name}
	if l.trap != nil {
		if err = l.trap(in); err != nil {
			return p, err
		}
	}
	if p.Ranks, err = l.size(in); err != nil {
		return p, err
	}
	if p.Rank, err = in.number(l.rank, 0, p.Ranks-1, fmt.Sprintf(", as there are %d ranks", p.Ranks)); err != nil {
		return p, err
	}
	if in.text(l.localRanks) != "" {
		if p.LocalRanks, err = in.number(l.localRanks, 1, Most, ""); err != nil {
			return p, err
		}
		if in.text(l.localRank) == "" && p.LocalRanks > 1 {
			return p, in.halfSet(l.localRanks, l.localRank)
		}
	}
	if in.text(l.localRank) != "" {
		most := p.Ranks
		if p.LocalRanks > 0 {
			most = p.LocalRanks
		}
		if p.LocalRank, err = in.number(l.localRank, 0, most-1, fmt.Sprintf(", as there are %d ranks there", most)); err != nil {
			return p, err
		}
	}
	if l.check != nil {
		if err = l.check(in, p); err != nil {
			return p, err
		}
	}
	if p.LocalRanks > p.Ranks {
		return p, fmt.Errorf("ranks: %s is %d and %s is %d, want no more ranks on a machine than there are", l.localRanks, p.LocalRanks, l.ranks, p.Ranks)
	}
	p.Rendezvous, err = l.address(in)
	return p, err
}

// size returns how many ranks the launcher says there are, or the settings for it.
func (l launcher) size(in search) (int, error) {
	switch {
	case in.text(l.rank) == "":
		return 0, in.halfSet(l.ranks, l.rank)
	case l.ranks == "" || l.borrows && in.text(l.ranks) == "":
		if in.Ranks == nil {
			return 0, fmt.Errorf("ranks: %s is %s, and nothing says how many ranks there are; give --ranks", l.rank, in.quote(l.rank))
		}
		return *in.Ranks, nil
	case in.text(l.ranks) == "":
		return 0, in.halfSet(l.rank, l.ranks)
	}
	n, err := in.number(l.ranks, 1, Most, "")
	if err == nil && in.Ranks != nil && *in.Ranks != n {
		err = fmt.Errorf("ranks: --ranks is %d and %s is %d, want the same number, or --rank too", *in.Ranks, l.ranks, n)
	}
	return n, err
}
