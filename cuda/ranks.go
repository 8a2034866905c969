//go:build gpu && !cpu

package cuda

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"gorgonia.org/cu"
	"gorgonia.org/tensor"

	"gorgan/cuda/driver"
	"gorgan/kernels"
)

func (d *device) Group() (rank, ranks int) { return d.group.Rank(), d.group.Size() }

func (d *device) AllToAll(to, from *tensor.Dense) error {
	return d.exchange("an all-to-all", to, from, kernels.CheckAllToAll, (*driver.Communicator).AllToAll)
}

func (d *device) AllGather(to, from *tensor.Dense) error {
	return d.exchange("an all-gather", to, from, kernels.CheckAllGather, (*driver.Communicator).AllGather)
}

// exchange puts a call of NCCL on the stream, or a copy on that of a device alone.
func (d *device) exchange(what string, to, from *tensor.Dense, check func(to, from *tensor.Dense, ranks int) error,
	call func(c *driver.Communicator, to, from cu.DevicePtr, bytes int64, s cu.Stream) error) error {
	if err := check(to, from, d.group.Size()); err != nil {
		return err
	}
	return d.run(what, func() error {
		if d.mode == warmUp {
			return nil
		}
		d.late = true
		target, source, bytes := cu.DevicePtr(to.Uintptr()), cu.DevicePtr(from.Uintptr()), size(from.Dtype(), from.Shape().TotalSize())
		if d.comm == nil {
			return cu.MemcpyDtoDAsync(target, source, bytes, d.stream)
		}
		return call(d.comm, target, source, bytes, d.stream)
	})
}

// cardBytes is the length of what each rank says of itself before it joins: the version of its NCCL, 0 for
// none, and the unique id, which is that of rank 0.
const cardBytes = 4 + len(driver.UniqueID{})

// join makes the communicator. All ranks learn through the group which of them lack NCCL, so that none
// waits for those.
func (d *device) join() error {
	rank, ranks := d.Group()
	nccl, lacks := driver.LoadNCCL()
	mine, all := make([]byte, cardBytes), make([]byte, ranks*cardBytes)
	if lacks == nil && rank == 0 {
		var id driver.UniqueID
		if id, lacks = driver.NewUniqueID(); lacks == nil {
			copy(mine[4:], id[:])
		}
	}
	if lacks == nil {
		binary.LittleEndian.PutUint32(mine, uint32(nccl.Version))
	}
	if err := d.group.AllGather(all, mine); err != nil {
		return fmt.Errorf("cuda: rank %d of %d: %w", rank, ranks, err)
	}
	if lacks != nil {
		return unusable(fmt.Errorf("rank %d of %d: %w", rank, ranks, lacks))
	}
	for r := range ranks {
		switch v := int(binary.LittleEndian.Uint32(all[r*cardBytes:])); {
		case v == 0:
			return unusable(fmt.Errorf("rank %d of %d: rank %d has no NCCL; its own error says why", rank, ranks, r))
		case v != nccl.Version:
			return unusable(fmt.Errorf("rank %d of %d: rank %d has NCCL %v, want that of this rank, %v; install the same one everywhere",
				rank, ranks, r, driver.NCCL{Version: v}, nccl))
		}
	}
	d.name += fmt.Sprintf(", NCCL %v", nccl)
	err := d.run("joining the other ranks", func() (err error) {
		d.comm, err = driver.Join(driver.UniqueID(all[4:cardBytes]), rank, ranks)
		return err
	})
	if err != nil {
		return err
	}
	return d.greet()
}

// greet makes one call of each kind. NCCL connects the ranks at their first calls, which then does not
// happen while a step is captured.
func (d *device) greet() error {
	ranks := d.group.Size()
	var t [3]*tensor.Dense
	for i, n := range [...]int{ranks, ranks, ranks * ranks} {
		var err error
		if t[i], err = d.New(tensor.Uint8, n); err != nil {
			return err
		}
	}
	if err := d.AllToAll(t[1], t[0]); err != nil {
		return err
	}
	if err := d.AllGather(t[2], t[1]); err != nil {
		return err
	}
	return d.Sync()
}

// errSlow is what is wrong with an exchange that does not end.
var errSlow = errors.New("the work on the device does not end")

func (d *device) slow() error {
	return fmt.Errorf("%w within %v, because a rank stands still or this device hangs, see nvidia-smi and %s", errSlow, d.timeout, TimeoutVar)
}

// poll waits for queued work. Work that waits for a rank that is gone never ends, so poll looks after the
// communicator. When that fails, or the limit of one call of the driver is over, poll aborts it.
func (d *device) poll() error {
	const most = time.Millisecond // between two looks
	began := time.Now()
	for pause := time.Duration(0); ; pause = min(pause+most/50, most) {
		done := false
		err := d.whenIdle("waiting for the device", func() error {
			err := d.stream.Query()
			if done = !errors.Is(err, cu.NotReady); done {
				return err
			}
			if err = d.comm.Err(); err == nil && time.Since(began) > d.timeout {
				err = d.slow()
			}
			if err == nil {
				return nil
			}
			comm := d.comm
			d.comm = nil
			if aborted := comm.Abort(); aborted != nil {
				return fmt.Errorf("%w, and %w", err, aborted)
			}
			return err
		})
		if err != nil || done {
			return err
		}
		time.Sleep(pause)
	}
}

// leave ends the device's part in the group of ranks.
func (d *device) leave() error {
	if d.comm == nil || d.stuck != nil {
		return nil
	}
	if d.failed != nil {
		return d.do("leaving the other ranks", d.comm.Abort)
	}
	if err := d.poll(); err != nil {
		return err
	}
	return d.run("leaving the other ranks", func() error {
		for _, graph := range d.graphs {
			if err := graph.Close(); err != nil {
				return err
			}
		}
		return d.comm.Close()
	})
}

// failure returns the error of the device for an error of a call. That a rank is missing shows in an error
// of NCCL, or in work that does not end.
func (d *device) failure(what string, err error) error {
	rank, ranks := d.Group()
	var nccl driver.NCCLError
	if ranks == 1 || !errors.Is(err, ErrTimeout) && !errors.Is(err, errSlow) && !(errors.As(err, &nccl) && nccl.Lost()) {
		return fmt.Errorf("cuda: %w", err)
	}
	if errors.Is(err, ErrTimeout) { // whose sentence blames the driver
		err = fmt.Errorf("%s: %w", what, d.slow())
	}
	return fmt.Errorf("cuda: rank %d of %d: %w: %w; NCCL does not know which, and the group that the ranks were started in may", rank, ranks, ErrRanks, err)
}
