package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gorgan/model/run"
)

// TestInterruptedEvaluation: a signal during an evaluation ends the run at once. The
// state evaluated is saved, the evaluation made up for when the run goes on, and all is
// as if it had not stopped.
func TestInterruptedEvaluation(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	flags := strings.Fields("--device cpu --workers 2 --gen-hidden 8 --dis-hidden 8 --batch-size 8 --display-every 20 --evaluate-every 10 --evaluate-count 1000")
	train := func(ctx context.Context, args ...string) (int, string) {
		var said strings.Builder
		code := execute(ctx, append([]string{"gorgan", "train"}, args...), &said, &said)
		return code, said.String()
	}
	whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
	if code, said := train(t.Context(), append(flags, "--steps", "20", "--out", whole)...); code != 0 {
		t.Fatalf("ended with %d: %s", code, said)
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() { // the first evaluation begins where last names its checkpoint
		for {
			text, err := os.ReadFile(filepath.Join(parts, run.LastFile))
			if strings.HasPrefix(string(text), "checkpoint_000010") || err != nil && !errors.Is(err, fs.ErrNotExist) {
				stop()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	code, said := train(ctx, append(flags, "--steps", "20", "--out", parts)...)
	if code != exitInterrupted || !strings.Contains(said, "interrupted at step 10, which is saved; go on with: ") {
		t.Fatalf("ended with %d: %s", code, said)
	}
	if evaluated, err := run.ReadEvaluations(parts, 20); err != nil || len(evaluated.Noted) > 0 {
		t.Errorf("%d evaluations are noted, %v", len(evaluated.Noted), err)
	}
	if code, said := train(t.Context(), "--resume", parts); code != 0 {
		t.Fatalf("ended with %d: %s", code, said)
	}
	for _, name := range []string{"checkpoint_000020.safetensors", run.EvaluationsFile, run.BestFile, run.LastFile} {
		if digest(t, filepath.Join(whole, name)) != digest(t, filepath.Join(parts, name)) {
			t.Errorf("%s differs after an interrupted evaluation", name)
		}
	}
}
