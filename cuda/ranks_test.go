//go:build gpu && !cpu

package cuda_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/cuda/driver"
	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/kernels/device"
	"gorgan/kernels/kerneltest"
	"gorgan/model"
)

// tasks are what the ranks of the tests below do.
var tasks = map[string]func(*files) error{"check": check, "train": train, "model": trainModel}

// ways are the options whose steps are recorded in different ways.
var ways = []device.Options{{}, {NoGraph: true}, {PDL: true}, {Plan: device.PlanOwn}, {Plan: device.PlanTimed, PDL: true}}

// check runs the shared checks in each way, and says the sums of each.
func check(group *files) error {
	for _, o := range ways {
		o.Group = group
		dev, _, err := device.Open("cuda", o)
		if err != nil {
			return err
		}
		if err := kerneltest.Exchange(dev); err != nil {
			return err
		}
		const rows, cols = 8, 56
		values, n := kerneltest.Magnitudes(rows*cols), rows*cols/group.ranks
		sums, err := kerneltest.SumRanks(dev, values[group.rank*n:][:n], cols, 1./rows)
		if err != nil {
			return err
		}
		fmt.Printf("%x\n", sums)
		if err := long(dev); err != nil {
			return err
		}
		if err := dev.Close(); err != nil {
			return err
		}
	}
	return nil
}

// long exchanges more bytes than any buffer on the way may hold, several times without a wait.
func long(dev kernels.Device) error {
	rank, ranks := dev.Group()
	const part = 1 << 20
	var t [2]*tensor.Dense
	for i := range t {
		var err error
		if t[i], err = dev.New(tensor.Uint8, ranks*part); err != nil {
			return err
		}
	}
	values := make([]uint8, ranks*part)
	for i := range values {
		values[i] = uint8(i%251 + 3*rank)
	}
	if err := dev.Upload(t[0], values); err != nil {
		return err
	}
	for i := range 2 { // there, and back
		if err := dev.AllToAll(t[1-i], t[i]); err != nil {
			return err
		}
	}
	got := make([]uint8, len(values))
	if err := dev.Download(got, t[0]); err != nil {
		return err
	}
	if !slices.Equal(got, values) {
		return errors.New("what is sent to the ranks and back is not what it was")
	}
	return nil
}

// TestRanks: the shared checks hold among 1, 2 and 4 processes, and the sums over ranks have the same bits
// for each number and in each way.
func TestRanks(t *testing.T) {
	onlySimulated(t)
	const alone = 1
	var want string
	for _, ranks := range []int{alone, 2, 4} {
		for r, p := range startRanks(t, "check", ranks, nil) {
			said, ok := p.end(t, time.Minute)
			if !ok {
				t.Fatalf("rank %d of %d: %s", r, ranks, said)
			}
			sums := strings.Split(said, "\n")
			if want == "" {
				want = sums[0]
			}
			if len(sums) != len(ways) || slices.ContainsFunc(sums, func(s string) bool { return s != want }) {
				t.Errorf("rank %d of %d has the sums %q, want those of one rank, %s", r, ranks, sums, want)
			}
		}
	}
}

// trainModel trains small GANs of dense layers and of convolutions, in each way in which ranks may have other steps.
// It says a hash of each state.
func trainModel(group *files) error {
	c := model.Default()
	c.NoiseDim, c.GenHidden, c.DisHidden, c.Height, c.Width = 5, []int{8}, []int{6}, 4, 4
	c.BatchSize, c.Shards, c.Seed = 16, 4, 7
	dcgan := c
	dcgan.Arch, dcgan.NetWidth, dcgan.Height, dcgan.Width, dcgan.Beta1 = model.DCGAN, 3, 8, 8, 0.5
	for _, c := range []model.Config{c, dcgan} {
		for _, o := range []device.Options{{}, {NoGraph: true}, {Plan: device.PlanCUBLAS}, {Plan: device.PlanOwn}} {
			o.Group = group
			state, err := trained(o, c)
			if err != nil {
				return err
			}
			fmt.Printf("%x\n", sha256.Sum256(fmt.Appendf(nil, "%+v", *state)))
		}
	}
	return nil
}

// trained returns what a few steps lead to.
func trained(o device.Options, c model.Config) (*model.State, error) {
	pixels := make([]byte, 64*c.Values())
	for i := range pixels {
		pixels[i] = byte(i * i)
	}
	set, err := dataset.FromPixels("noise", c.Shape(), pixels, nil)
	if err != nil {
		return nil, err
	}
	dev, _, err := device.Open("cuda", o)
	if err != nil {
		return nil, err
	}
	trainer, err := model.NewTrainer(dev, c, set)
	if err != nil {
		return nil, err
	}
	if err := trainer.Run(context.Background(), model.RunOptions{Steps: 3}); err != nil {
		return nil, err
	}
	state, err := trainer.State()
	return state, cmp.Or(err, dev.Close())
}

// TestModel: the weights of GANs in four shards have the same bits on 1, 2 and 4 GPUs, with each plan.
func TestModel(t *testing.T) {
	onlySimulated(t)
	var want string
	for _, ranks := range []int{1, 2, 4} {
		for r, p := range startRanks(t, "model", ranks, nil) {
			said, ok := p.end(t, time.Minute)
			if !ok || strings.Count(said, "\n") != 7 {
				t.Fatalf("rank %d of %d: %s", r, ranks, said)
			}
			if want == "" {
				want = said
			}
			if said != want {
				t.Errorf("rank %d of %d has states\n%s\nwant those of one rank,\n%s", r, ranks, said, want)
			}
		}
	}
}

// train runs steps until the test kills the rank, or an error says that ranks are missing.
func train(group *files) error {
	dev, err := cuda.Open(0, cuda.Options{Group: group})
	if err != nil {
		return err
	}
	var t [2]*tensor.Dense
	for i := range t {
		if t[i], err = dev.New(tensor.Float32, 4*group.ranks); err != nil {
			return err
		}
	}
	step, err := dev.Record(func() error { return errors.Join(dev.AllToAll(t[1], t[0]), kernels.Copy(dev, t[0], t[1])) })
	if err != nil {
		return err
	}
	for n := 0; err == nil; n++ {
		if err = step.RunMany(12); err == nil && n%2 == 0 {
			err = dev.Download(make([]float32, 4*group.ranks), t[1])
		}
		if n == 10 {
			if err := os.WriteFile(filepath.Join(group.folder, fmt.Sprintf("trains.%d", group.rank)), nil, 0o600); err != nil {
				return err
			}
		}
	}
	if !errors.Is(err, cuda.ErrRanks) {
		return fmt.Errorf("%w is not that ranks are missing", err)
	}
	for what, again := range map[string]error{"waiting": dev.Sync(), "a step": step.Run(), "an exchange": dev.AllToAll(t[1], t[0])} {
		if again != err {
			return fmt.Errorf("%s says %w, want %w", what, again, err)
		}
	}
	if closed := dev.Close(); closed != nil {
		return fmt.Errorf("closing says %w after %w", closed, err)
	}
	return err
}

// TestLostRank: when a rank is killed, stands still, or never joins, the others end within the limit with one
// sentence that says so.
func TestLostRank(t *testing.T) {
	onlySimulated(t)
	const lost = 1
	for name, test := range map[string]struct {
		ranks int
		limit string         // of the ranks
		end   syscall.Signal // what the lost rank gets when all train; 0 if it never does
		fault string         // of the simulated device of the lost rank
		ends  time.Duration  // all others end within
		says  []string       // what they say
	}{
		"killed":       {4, "20s", syscall.SIGKILL, "", 10 * time.Second, []string{"remote process exited"}},
		"stopped":      {2, "1s", syscall.SIGSTOP, "", 10 * time.Second, []string{"does not end within 1s, because a rank stands still or this device hangs"}},
		"never joins":  {2, "1s", 0, "nccl:1=hang", 10 * time.Second, []string{"joining the other ranks: ", "does not end within 1s"}},
		"cannot join":  {2, "1s", 0, "nccl:1=fail", 10 * time.Second, []string{"joining the other ranks: ", "does not end within 1s"}},
		"a step fails": {2, "1s", 0, "nccl:9=fail", 10 * time.Second, []string{"remote process exited"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := startRanks(t, "train", test.ranks, func(rank int) []string {
				env := []string{cuda.TimeoutVar + "=" + test.limit}
				if rank == lost && test.fault != "" {
					env = append(env, "GORGAN_SIM_FAULTS=cc=90,"+test.fault)
				}
				return env
			})
			if test.end != 0 {
				folder := strings.Fields(all[0].Env[slices.IndexFunc(all[0].Env, func(v string) bool { return strings.HasPrefix(v, taskVar+"=") })])[3]
				for r := range all {
					waitFor(t, filepath.Join(folder, fmt.Sprintf("trains.%d", r)))
				}
				if err := all[lost].Process.Signal(test.end); err != nil {
					t.Fatal(err)
				}
			}
			for r, p := range all {
				if r == lost {
					if name == "cannot join" {
						if said, _ := p.end(t, test.ends); !strings.Contains(said, "each rank needs a GPU of its own, and NCCL_DEBUG=WARN") || strings.Contains(said, cuda.ErrRanks.Error()) {
							t.Errorf("rank %d says %q", r, said)
						}
					}
					continue
				}
				said, _ := p.end(t, test.ends)
				t.Logf("rank %d: %s", r, said)
				want := fmt.Sprintf("cuda: rank %d of %d: %v: ", r, test.ranks, cuda.ErrRanks)
				if !strings.HasPrefix(said, want) || strings.Contains(said, "\n") {
					t.Errorf("rank %d says %q, want a sentence that begins with %q", r, said, want)
				}
				for _, part := range append(test.says, "NCCL does not know which") {
					if !strings.Contains(said, part) {
						t.Errorf("rank %d says %q, want %q in it", r, said, part)
					}
				}
			}
		})
	}
}

// waitFor waits until a file is there.
func waitFor(t *testing.T, path string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		} else if time.Since(began) > time.Minute {
			t.Fatal(err)
		}
	}
}

// TestNoNCCL: a rank that lacks NCCL says where it looked and how to get it, and the others that it does.
func TestNoNCCL(t *testing.T) {
	onlySimulated(t)
	without := t.TempDir()
	for _, name := range []string{"libcuda.so.1", "libcublas.so.12"} {
		if err := os.Symlink(filepath.Join(simulated(), name), filepath.Join(without, name)); err != nil {
			t.Fatal(err)
		}
	}
	for r, p := range startRanks(t, "train", 2, func(rank int) []string {
		return []string{driver.PathVar + "=" + []string{simulated(), without}[rank]}
	}) {
		want := []string{
			"no such device: rank 0 of 2: rank 1 has no NCCL; its own error says why",
			"no such device: rank 1 of 2: no NCCL: libnccl.so.2 was not found in the folders of GORGAN_CUDA_PATH, on the loader's path, in CUDA's toolkits and Python's wheels; install it, for example with pip install nvidia-nccl-cu12",
		}[r]
		if said, _ := p.end(t, time.Minute); said != want {
			t.Errorf("rank %d says %q, want %q", r, said, want)
		}
	}
}

// TestOtherNCCL: ranks whose NCCLs differ say so.
func TestOtherNCCL(t *testing.T) {
	onlySimulated(t)
	versions := []int{22703, 21805}
	for r, p := range startRanks(t, "train", 2, func(rank int) []string {
		return []string{fmt.Sprintf("GORGAN_SIM_FAULTS=cc=90,nccl=%d", versions[rank])}
	}) {
		want := []string{
			"no such device: rank 0 of 2: rank 1 has NCCL 2.18.5, want that of this rank, 2.27.3; install the same one everywhere",
			"no such device: rank 1 of 2: rank 0 has NCCL 2.27.3, want that of this rank, 2.18.5; install the same one everywhere",
		}[r]
		if said, _ := p.end(t, time.Minute); said != want {
			t.Errorf("rank %d says %q, want %q", r, said, want)
		}
	}
}

// TestProbeNCCL: NCCL's version is with that of cuBLAS.
func TestProbeNCCL(t *testing.T) {
	onlySimulated(t)
	if about, err := cuda.Probe(0); err != nil || !strings.HasSuffix(about, ", NCCL 2.27.3") {
		t.Errorf("got %q, %v", about, err)
	}
}

// onlySimulated skips a test that needs several devices where there is a real one.
func onlySimulated(t *testing.T) {
	t.Helper()
	cudatest.Open(t, cuda.Options{}) // skips or fails
	if about, err := cuda.Probe(0); err != nil || !strings.Contains(about, "simulated device") {
		t.Skip("NCCL wants a GPU for each rank")
	}
}

// simulated is the folder of the simulated device.
func simulated() string {
	for _, folder := range filepath.SplitList(os.Getenv(driver.PathVar)) {
		if _, err := os.Stat(filepath.Join(folder, "libcuda.so.1")); err == nil {
			return folder
		}
	}
	return ""
}
