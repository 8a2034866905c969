package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gorgan/kernels/plan"
)

// TestPlanFile: a run's plan is read as it was written. A run without one has none, and a file that
// is not one plan is an error that names it.
func TestPlanFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	f, err := Create(dir, "run", Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if p, err := ReadPlan(dir); p != nil || err != nil {
		t.Errorf("got %+v, %v, want none", p, err)
	}
	want := plan.Plan{GPU: plan.GPU{Name: "x", Capability: "8.0", Multiprocessors: 1, Precision: plan.FP32}, Source: plan.Timed, Rules: 1, Products: []plan.Entry{}}
	if err := f.WritePlan(want); err != nil {
		t.Fatal(err)
	}
	if p, err := ReadPlan(dir); err != nil || !reflect.DeepEqual(*p, want) {
		t.Errorf("got %+v, %v, want %+v", p, err, want)
	}
	path := filepath.Join(dir, PlanFile)
	if err := plan.Write(path, want, want); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlan(dir); err == nil || !strings.Contains(err.Error(), path+": there are 2 plans, want one") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(path, []byte("[{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlan(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	// A folder that took the place of the run's is left alone.
	if runtime.GOOS == "windows" {
		return // which renames no folder that has open files
	}
	if err := errors.Join(os.Rename(dir, dir+"-moved"), os.Mkdir(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, gone := errors.AsType[*GoneError](f.WritePlan(want)); !gone {
		t.Error("a plan was written for a run whose folder is another now")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: got %v, want none", path, err)
	}
}
