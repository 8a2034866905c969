package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostileFiles: a file that is no checkpoint, no settings or no noise is refused in one
// sentence, soon, and without being held in memory.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	header := filepath.Join(dir, "header.safetensors")
	must(t, os.WriteFile(header, append(binary.LittleEndian.AppendUint64(nil, 1<<63), "{}"...), 0o666))
	sparse := filepath.Join(dir, "sparse.safetensors")
	must(t, os.WriteFile(sparse, nil, 0o666))
	must(t, os.Truncate(sparse, 6<<30))
	twice := filepath.Join(dir, "twice.safetensors")
	text := `{"__metadata__":{},"__metadata__":{}}`
	must(t, os.WriteFile(twice, append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), 0o666))
	for _, file := range []string{header, sparse, twice, dir, os.DevNull} {
		for _, line := range []string{
			"inspect FILE", "generate --out x.png --model FILE", "evaluate --model FILE", "train --config FILE --steps 1 --out x",
			"bench --compare FILE",
		} {
			t.Run(strings.ReplaceAll(line, "FILE", filepath.Base(file)), func(t *testing.T) {
				t.Chdir(dir)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				var said bytes.Buffer
				began := time.Now()
				code := run(t.Context(), strings.Fields("gorgan "+strings.ReplaceAll(line, "FILE", file)), io.Discard, &said)
				took := time.Since(began)
				runtime.ReadMemStats(&after)
				if code != exitFailed && code != exitUsage || strings.Count(said.String(), "\n") != 1 {
					t.Errorf("code %d, said\n%s", code, said.String())
				}
				if grown := after.TotalAlloc - before.TotalAlloc; took > 5*time.Second || grown > 64<<20 {
					t.Errorf("took %v and %d bytes", took, grown)
				}
			})
		}
	}
}
