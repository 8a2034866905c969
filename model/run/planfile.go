package run

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"gorgan/kernels/plan"
)

// PlanFile has the plan by which a run's products were computed on a GPU. A run that was never on one
// has no such file.
const PlanFile = "plan.json"

// ReadPlan reads the plan of a run's folder. It returns nil if there is none.
func ReadPlan(dir string) (*plan.Plan, error) {
	path := filepath.Join(dir, PlanFile)
	plans, err := plan.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(plans) != 1 {
		return nil, fmt.Errorf("%s: there are %d plans, want one", path, len(plans))
	}
	return &plans[0], nil
}

// WritePlan writes the plan of the run. It returns a *GoneError if the folder is no longer the run's.
func (r *Folder) WritePlan(p plan.Plan) error {
	if err := r.here(); err != nil {
		return err
	}
	return plan.Write(r.Path(PlanFile), p)
}
