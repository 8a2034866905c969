package ranks

import "fmt"

// Variables that are there and do not number processes.

// byHand is how a user says what the variables do not.
const byHand = "or give --rank, --ranks and --rendezvous HOST:PORT"

// machinesNotProcesses is an error where RANK and WORLD_SIZE may count machines, each of which is to start
// several processes. A PyTorchJob sets them so, and leaves the processes to torchrun.
func machinesNotProcesses(in search) error {
	each := in.text("PET_NPROC_PER_NODE")
	if each == "" || each == "1" || in.text("LOCAL_RANK") != "" {
		return nil
	}
	return fmt.Errorf("ranks: PET_NPROC_PER_NODE is %s and LOCAL_RANK is not set, so that RANK and WORLD_SIZE may count machines; start the command with torchrun, %s", in.quote("PET_NPROC_PER_NODE"), byHand)
}

// contiguous is an error where RANK and WORLD_SIZE cannot count processes. The ranks of a machine follow each
// other, so LOCAL_RANK ranks come before this one there, and the rest of LOCAL_WORLD_SIZE after it.
func contiguous(in search, p Place) error {
	if p.LocalRank <= p.Rank && p.LocalRanks-max(p.LocalRank, 0) <= p.Ranks-p.Rank {
		return nil
	}
	local := "LOCAL_RANK is " + in.quote("LOCAL_RANK")
	if in.text("LOCAL_WORLD_SIZE") != "" {
		local += " of " + in.quote("LOCAL_WORLD_SIZE")
	}
	return fmt.Errorf("ranks: RANK is %d of %d (WORLD_SIZE) and %s, so that the former seem to count machines and not processes; start the command with torchrun, %s", p.Rank, p.Ranks, local, byHand)
}

// onePerMachine is an error unless a pod of Kubeflow Trainer has one process. What it tells is meant for
// torchrun, and numbers pods.
func onePerMachine(in search) error {
	if each := in.text("PET_NPROC_PER_NODE"); each != "" && each != "1" {
		return fmt.Errorf("ranks: PET_NPROC_PER_NODE is %s and nothing says which of the processes this is; set numProcPerNode to 1, start the command with torchrun, %s", in.quote("PET_NPROC_PER_NODE"), byHand)
	}
	return nil
}

// noSlurmTask is an error in a process that has Slurm's variables and was not started by srun: the script of a
// job, where SLURM_PROCID is 0, and shells. A single task needs no srun.
func noSlurmTask(in search) error {
	if in.text("SLURM_NTASKS") == "1" {
		return nil
	}
	if in.text("SLURM_STEP_ID") == "" && in.text("SLURM_STEPID") == "" {
		return fmt.Errorf("ranks: %s, but srun has not started this process (SLURM_STEP_ID is not set); write srun before the command, %s", in.slurmTasks(), byHand)
	}
	name := in.text("SLURM_JOB_NAME")
	if in.text("SLURM_PTY_PORT") != "" && (name == "bash" || name == "interactive") {
		return fmt.Errorf("ranks: %s, but this is an interactive shell (SLURM_JOB_NAME is %q, SLURM_PTY_PORT is set), whose commands run once; start the command with sbatch and srun, %s", in.slurmTasks(), name, byHand)
	}
	return nil
}

// slurmTasks says what Slurm's variables seem to.
func (in search) slurmTasks() string {
	if in.text("SLURM_NTASKS") != "" {
		return "SLURM_NTASKS is " + in.quote("SLURM_NTASKS")
	}
	return "SLURM_PROCID is " + in.quote("SLURM_PROCID")
}
