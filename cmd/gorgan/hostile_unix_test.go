//go:build unix

package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFilesWithoutEnd: a FIFO that nobody writes to, or a device without an end, in the place
// of any file that a command reads is refused in one sentence. No command waits for it.
func TestFilesWithoutEnd(t *testing.T) {
	_, files := workFolder(t)
	pixels := make([]byte, 40*7*7)
	header := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 7}, 7)
	files[filepath.Join("idx", "train-images-idx3-ubyte")] = append(header, pixels...)
	const noFile = " is a device, a FIFO or a socket, want a regular file"
	const noRun = "run is not a run, or has no checkpoint yet: "
	for _, tc := range []struct{ file, line, want string }{
		{"config.toml", "train --steps 1 --out new --config FILE", "--config: FILE" + noFile},
		{"run/config.json", "train --steps 1 --out new --config FILE", "--config: FILE" + noFile},
		{"before.json", "bench --device cpu --compare FILE", "FILE" + noFile},
		{"noise.npy", "generate --device cpu --model run --out x.png --noise FILE", "FILE" + noFile},
		{"images.npy", "evaluate --device cpu --samples FILE", "FILE" + noFile},

		{"list.txt", "train --out new --data FILE " + small, "dataset: FILE: is neither a file nor a folder"},
		{"list.txt", "data check FILE", "dataset: FILE: is neither a file nor a folder"},
		{"list.txt", "evaluate --device cpu --model run --data FILE", "dataset: FILE: is neither a file nor a folder"},
		{"idx/train-images-idx3-ubyte", "data check idx", "dataset: FILE" + noFile},
		{"idx/train-images-idx3-ubyte", "data check FILE", "dataset: FILE: is neither a file nor a folder"},
		{"idx/train-labels-idx1-ubyte", "data check idx", "dataset: FILE" + noFile},
		{"00.png", "train --out new --data list.txt " + small,
			"dataset: list.txt: 1 of 40 images is bad, first: line 1: FILE: FILE" + noFile + "; see `gorgan data check list.txt`, or leave the bad ones out with --on-error skip"},

		{"run/checkpoint_000002.safetensors", "inspect FILE", "model: checkpoint: FILE" + noFile},
		{"run/checkpoint_000002.safetensors", "inspect run", "model: checkpoint: FILE" + noFile},
		{"run/checkpoint_000002.safetensors", "generate --model run --out x.png", "model: checkpoint: FILE" + noFile},
		{"run/checkpoint_000002.safetensors", "evaluate --device cpu --model FILE", "model: checkpoint: FILE" + noFile},
		{"run/checkpoint_000002.safetensors", "train --resume FILE --steps 3", "model: checkpoint: FILE" + noFile},
		{"run/last", "inspect run", noRun + "FILE" + noFile},
		{"run/last", "inspect FILE", noRun + "FILE" + noFile},
		{"run/last", "train --resume run --steps 3", noRun + "FILE" + noFile},
		{"run/best", "inspect FILE", noRun + "FILE" + noFile},
		{"run/best", "train --resume FILE --steps 3", noRun + "FILE" + noFile},
		{"run/config.json", "train --resume run --steps 3", "run is not a run: FILE" + noFile},
		{"run/config.json", "evaluate --device cpu --model run", "run is not a run: FILE" + noFile},
		{"run/metrics.jsonl", "train --resume run --steps 3", "FILE" + noFile},
		{"run/evaluations.jsonl", "train --resume run --steps 3", "FILE" + noFile},
		{"run/lock", "train --resume run --steps 3", "FILE is a link, a folder or a device, want a regular file"},
		{"run/events.out.tfevents.0.gorgan", "train --resume run --steps 3", "FILE is a link, a folder or a device, want a regular file"},
		{"run/log.txt", "train --resume run --steps 3", "FILE is a link, a folder or a device, want a regular file"},
	} {
		for kind, make := range map[string]func(path string) error{
			"FIFO":      func(path string) error { return syscall.Mkfifo(path, 0o666) },
			"/dev/zero": func(path string) error { return os.Symlink("/dev/zero", path) },
		} {
			t.Run(tc.line+" of "+tc.file+" as "+kind, func(t *testing.T) {
				dir := layOut(t, t.TempDir(), files)
				t.Chdir(dir)
				if err := os.Remove(tc.file); !os.IsNotExist(err) {
					must(t, err)
				}
				must(t, make(tc.file))
				// A command that waits for a writer all the same waits this long.
				writer := time.AfterFunc(6*time.Second, func() {
					if f, err := os.OpenFile(tc.file, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
						f.Close()
					}
				})
				defer writer.Stop()
				filled := strings.NewReplacer("FILE", tc.file)
				refused(t, t.Context(), filled.Replace(tc.line), exitFailed, filled.Replace(tc.want))
			})
		}
	}
}
