package main

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gorgan/dataset"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// small are flags of a net that trains in milliseconds.
const small = "--size 7 --held-out 0 --noise-dim 8 --gen-hidden 16 --dis-hidden 16 --batch-size 16 --device cpu --workers 2"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gorgan": main})
}

// TestScripts runs testdata/script. In a script $small stands for the flags of a small
// net, $tiny for a list of 40 small images, $flowers for a folder of coloured images in a
// folder for each class, and $cases for a folder of files that went wrong with other tools.
func TestScripts(t *testing.T) {
	tiny, flowers, cases := tinyList(t), flowerFolder(t), casesFolder(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("small", small)
			e.Setenv("tiny", tiny)
			e.Setenv("flowers", flowers)
			e.Setenv("cases", cases)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"run":    runLine,
			"same":   sameWeights,
			"resave": resave,
			"nokids": noTemporaries,
			"best":   bestIsKept,
			"append": appendText,
			"insert": insertLine,
			"nuls":   appendNULs,
			"pixels": pictureSize,
			"frame":  filmFrame,
			"differ": framesDiffer,
			"above":  filmAbove,
			"ask":    askPages,
			"holds":  zipHolds,
			"alike":  imagesAlike,
		},
	})
}

// tinyList exports the first 40 of MNIST's test images and returns their list.
func tinyList(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	set, _, err := dataset.Open(t.Context(), "mnist", dataset.Options{Split: "test"})
	must(t, err)
	set, err = set.First(40)
	must(t, err)
	must(t, dataset.Export(t.Context(), set, dir, "test", nil))
	list := filepath.Join(dir, "tiny.txt")
	must(t, os.Rename(filepath.Join(dir, "test_labels.txt"), list))
	return list
}

// runLine is exec with one argument split at blanks: run gorgan train $small.
func runLine(ts *testscript.TestScript, neg bool, args []string) {
	words := lastOfEach(strings.Fields(strings.Join(args, " ")))
	err := ts.Exec(words[0], words[1:]...)
	if (err != nil) != neg {
		ts.Fatalf("%v: %v", words, err)
	}
}

// lastOfEach drops the flags of $small that the line gives again.
func lastOfEach(words []string) (kept []string) {
	for i := 0; i < len(words); i++ {
		if strings.HasPrefix(words[i], "--") && slices.Contains(words[i+1:], words[i]) {
			i++ // and its value
			continue
		}
		kept = append(kept, words[i])
	}
	return kept
}

// sameWeights compares the weight hashes of two models: same A B.
func sameWeights(ts *testscript.TestScript, neg bool, args []string) {
	hash := func(path string) string {
		_, state, err := loadModel(ts.MkAbs(path))
		ts.Check(err)
		return state.WeightHash()
	}
	if (hash(args[0]) != hash(args[1])) != neg {
		ts.Fatalf("weights of %s and %s: neg %v", args[0], args[1], neg)
	}
}

// resave sets a key of a JSON file to a JSON value: resave FILE KEY VALUE.
func resave(ts *testscript.TestScript, _ bool, args []string) {
	var m map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &m))
	var v any
	ts.Check(json.Unmarshal([]byte(args[2]), &v))
	m[args[1]] = v
	text, err := json.Marshal(m)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o666))
}

// appendText adds text to a file, without a line's end: append FILE TEXT.
func appendText(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile(args[0])+args[1]), 0o666))
}

// insertLine puts a line before the nth of a file: insert FILE N TEXT.
func insertLine(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(slices.Insert(lines, n-1, args[2]+"\n"), "")), 0o666))
}

// appendNULs adds bytes of 0 to a file, as a power failure can: nuls FILE COUNT.
func appendNULs(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append([]byte(ts.ReadFile(args[0])), make([]byte, n)...), 0o666))
}

// pictureSize tests how large a PNG or JPEG file is: pixels FILE WIDTHxHEIGHT.
func pictureSize(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	ts.Check(err)
	if size := fmt.Sprintf("%dx%d", c.Width, c.Height); (size == args[1]) == neg {
		ts.Fatalf("%s is %s, want %s: neg %v", args[0], size, args[1], neg)
	}
}

// noTemporaries fails if a folder holds a file that was being written: nokids DIR.
func noTemporaries(ts *testscript.TestScript, _ bool, args []string) {
	held, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, e := range held {
		if strings.Contains(e.Name(), "tmp") {
			ts.Fatalf("%s is left", e.Name())
		}
	}
}

// bestIsKept tests that a run's best file names the checkpoint whose evaluation has the
// best of its deciding figures, and that it is there: best RUN.
func bestIsKept(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	s, err := run.ReadSettings(dir)
	ts.Check(err)
	evaluated, err := run.ReadEvaluations(dir, s.Steps)
	ts.Check(err)
	value := func(e run.Evaluation) float64 {
		f, _ := s.Decisive(&e)
		if f.Better == evaluate.Lower {
			return -f.Value
		}
		return f.Value
	}
	best := evaluated.Noted[0]
	for _, e := range evaluated.Noted {
		if value(e) > value(best) {
			best = e
		}
	}
	_, state, err := loadModel(filepath.Join(dir, run.BestFile))
	ts.Check(err)
	if state.Step != best.Step {
		ts.Fatalf("best is step %d, want %d of %d evaluations", state.Step, best.Step, len(evaluated.Noted))
	}
}

// TestInterrupt: a signal ends the run with 130 and a checkpoint that can go on.
func TestInterrupt(t *testing.T) {
	list, dir := tinyList(t), filepath.Join(t.TempDir(), "run")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	// Once the first step is displayed, the run is under way.
	go func() {
		for {
			if info, err := os.Stat(filepath.Join(dir, "metrics.jsonl")); err == nil && info.Size() > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		self, _ := os.FindProcess(os.Getpid())
		self.Signal(syscall.SIGTERM)
	}()
	args := append([]string{"gorgan", "train", "--data", list, "--out", dir, "--steps", "4000000000"}, strings.Fields(small)...)
	var said strings.Builder
	if code := execute(ctx, args, &said, &said); code != exitInterrupted {
		t.Fatalf("ended with %d: %s", code, said.String())
	}
	if !strings.Contains(said.String(), "go on with: ") {
		t.Error(said.String())
	}
	_, state, err := loadModel(dir)
	if err != nil || state.Step == 0 {
		t.Errorf("step %v, %v", state, err)
	}
}

// TestUnsavedInterrupt: an interrupted run that cannot be saved fails, and says from which
// checkpoint it goes on.
func TestUnsavedInterrupt(t *testing.T) {
	list, dir := tinyList(t), filepath.Join(t.TempDir(), "run")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var said strings.Builder
	interrupt := writerFunc(func(line []byte) (int, error) {
		if strings.HasPrefix(string(line), "step:1----") {
			// A folder takes the place of the checkpoint to come.
			must(t, os.MkdirAll(filepath.Join(dir, fmt.Sprintf(run.CheckpointFile, 1), "x"), 0o777))
			stop()
		}
		return said.Write(line)
	})
	args := append([]string{"gorgan", "train", "--data", list, "--out", dir, "--steps", "4000000000", "--save-every", "4000000000"}, strings.Fields(small)...)
	if code := execute(ctx, args, interrupt, &said); code != exitFailed {
		t.Errorf("ended with %d", code)
	}
	for _, want := range []string{"interrupted at step 1, which is not saved: ", "the last good checkpoint is " + filepath.Join(dir, "checkpoint_000000.safetensors")} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said in:\n%s", want, said.String())
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
