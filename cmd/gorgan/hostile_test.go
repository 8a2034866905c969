package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// runSoon carries out the words of a command line, split at blanks, and fails if it takes long
// or much memory, or says more than the lines of its notes and one about its failure.
func runSoon(t *testing.T, ctx context.Context, line string) (code int, said string) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var text bytes.Buffer
	began := time.Now()
	code = execute(ctx, strings.Fields("gorgan "+line), io.Discard, &text)
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	longest, most := 5*time.Second, uint64(64<<20)
	if testing.Short() { // the race detector takes more of both
		longest, most = 12*longest, 4*most
	}
	if grown := after.TotalAlloc - before.TotalAlloc; took > longest || grown > most {
		t.Errorf("took %v and %d bytes", took, grown)
	}
	return code, text.String()
}

// refused fails unless a line ends with one sentence and that code.
func refused(t *testing.T, ctx context.Context, line string, wantCode int, want string) {
	t.Helper()
	if code, said := runSoon(t, ctx, line); code != wantCode || said != "gorgan: "+want+"\n" {
		t.Errorf("%s: code %d, said\n%swant code %d and\ngorgan: %s", line, code, said, wantCode, want)
	}
}

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
				code, said := runSoon(t, t.Context(), strings.ReplaceAll(line, "FILE", file))
				if code != exitFailed && code != exitUsage || strings.Count(said, "\n") != 1 {
					t.Errorf("code %d, said\n%s", code, said)
				}
			})
		}
	}
}
