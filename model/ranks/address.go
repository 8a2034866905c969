package ranks

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// podPort is where pod 0 of an Indexed Job listens. It is the port of PyTorch's examples.
const podPort = "29500"

// address returns where rank 0 listens: what the user says, what the launcher's variables say, or what follows
// from others. It is "" if nothing says it.
func (l launcher) address(in search) (string, error) {
	if in.Rendezvous != "" {
		return in.Rendezvous, nil
	}
	host, port := in.text(l.host), in.text(l.port)
	switch {
	case host == "" && port == "" && l.rendezvous != nil:
		return l.rendezvous(in)
	case host == "" && port == "":
		return "", nil
	case host == "":
		return "", in.halfAddress(l.port, l.host)
	case port == "":
		return "", in.halfAddress(l.host, l.port)
	}
	n, err := in.number(l.port, 1, 65535, "")
	if err != nil {
		return "", err
	}
	// torchrun itself may listen there. Then it says that its store is to be used, and we take the next port.
	if l.name == "torchrun" && in.text("TORCHELASTIC_USE_AGENT_STORE") == "True" {
		if n++; n > 65535 {
			return "", fmt.Errorf("ranks: torchrun listens at %s, which is the last port; give --rendezvous HOST:PORT", l.port)
		}
	}
	address := net.JoinHostPort(host, strconv.Itoa(n))
	if _, _, err := splitAddress(address); err != nil {
		return "", fmt.Errorf("ranks: %s is %s, want the name or the address of rank 0's machine", l.host, in.quote(l.host))
	}
	return address, nil
}

// halfAddress is halfSet for the rendezvous.
func (in search) halfAddress(set, missing string) error {
	return fmt.Errorf("ranks: %s is %s and %s is not set; set both or neither, or give --rendezvous HOST:PORT", set, in.quote(set), missing)
}

// slurmRendezvous is on the first machine of the step, or of the job, where rank 0 runs. The port is 15000 and
// the last four digits of the job's number, as in Lightning, so that jobs on one machine seldom share it.
func slurmRendezvous(in search) (string, error) {
	list := "SLURM_STEP_NODELIST"
	if in.text(list) == "" {
		list = "SLURM_JOB_NODELIST"
	}
	job := "SLURM_JOB_ID"
	switch {
	case in.text(list) == "" && in.text(job) == "":
		return "", nil
	case in.text(list) == "":
		return "", in.halfAddress(job, list)
	case in.text(job) == "":
		return "", in.halfAddress(list, job)
	}
	host, err := firstHost(in.text(list))
	if err != nil {
		return "", fmt.Errorf("ranks: %s is %s, %w", list, in.quote(list), err)
	}
	id := in.text(job)
	if !number(id) {
		return "", fmt.Errorf("ranks: %s is %s, want a number", job, in.quote(job))
	}
	digits, err := strconv.Atoi(id[max(0, len(id)-4):])
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(15000+digits)), nil
}

// podZero is in the pod with index 0. The pods of an Indexed Job have the same name up to -INDEX, and HOSTNAME
// is that name, with the name of their service after it if the pod has setHostnameAsFQDN.
func podZero(in search) (string, error) {
	pod, domain, _ := strings.Cut(in.text("HOSTNAME"), ".")
	job, ok := strings.CutSuffix(pod, "-"+in.text("JOB_COMPLETION_INDEX"))
	if !ok || job == "" {
		return "", nil
	}
	host := job + "-0"
	if domain != "" {
		host += "." + domain
	}
	return net.JoinHostPort(host, podPort), nil
}
