package device

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gorgan/kernels"
	"gorgan/kernels/fuse"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
	"gorgan/kernels/tune"
)

// The values of Options.Plan beside the path of a file of plans. With all but PlanNone the kernels of
// a recorded step are joined.
const (
	PlanNone   = "none"   // run a step as it is recorded
	PlanCUBLAS = "cublas" // all products go to cuBLAS
	PlanOwn    = "own"    // each product goes to the first tile that fits it
	PlanTimed  = "timed"  // each product goes to what is the fastest for it
	PlanAuto   = "auto"   // a plan that the program has for the card, or else PlanTimed
)

// PlanNames lists them for help texts.
const PlanNames = "auto, timed, cublas, own, none or a FILE"

// planned is a CUDA device that rewrites the steps recorded on it by a plan.
type planned struct {
	*tape.Recorder
	fusing
	group   kernels.Group
	plan    plan.Plan   // of the products recorded so far
	from    plan.Plan   // where their choices are looked up first
	named   string      // from, in words
	own     bool        // a product that from lacks goes to the first tile that fits
	tuner   *tune.Tuner // times a product that from lacks; nil for none
	timed   tune.Result // of all steps
	settled bool        // products that plan lacks go to cuBLAS
	notes   []string
}

// fusing joins the kernels of a step, and knows the tiles.
type fusing struct {
	rewrite tune.Rewrite
	apart   tune.Rewrite // the same, without kernels that are made for the step; for timing
	// tiles returns what can compute a product beside cuBLAS on a GPU, small tiles first.
	tiles func(plan.Product, plan.GPU) []plan.Choice
}

// The bounds of timing before a run. The driver compiles each tile at its first use on a machine, which
// counts for the limit alone.
const (
	tuneBudget = 500 * time.Millisecond
	tuneLimit  = 10 * time.Second
)

// tolerances are how far the result of a right tile is from cuBLAS's, as a part of the largest value.
var tolerances = map[string]float64{plan.FP32: 1e-4, plan.TF32: 5e-3}

// newPlanned puts the plan that o asks for on a device. known are the plans that the program has.
func newPlanned(dev kernels.Device, gpu plan.GPU, f fusing, o Options, known []plan.Plan) (*planned, error) {
	p := &planned{Recorder: tape.On(dev), fusing: f, group: o.group(), plan: plan.Plan{GPU: gpu, Source: plan.Fixed, Rules: fuse.Rules, Products: []plan.Entry{}}}
	p.Rewrite = p.step
	if began := o.Began; began != nil {
		if p.goesOn(*began); p.named != "" {
			return p, nil
		}
	}
	switch o.Plan {
	case PlanNone:
		p.plan.AsRecorded, p.named = true, "none"
	case PlanCUBLAS:
		p.named = "fixed"
	case PlanOwn:
		p.own, p.named = true, "the first tile that fits"
	case PlanAuto, PlanTimed:
		p.plan.Source, p.named = plan.Timed, "timed"
		if shipped, ok := plan.For(known, gpu); ok && o.Plan == PlanAuto {
			p.from, p.plan.Source, p.named = shipped, plan.Shipped, "shipped for this card"
		}
		if p.group.Rank() > 0 {
			break // rank 0 times, and its plan is that of all
		}
		p.tuner = &tune.Tuner{Device: dev, Rewrite: f.apart, Candidates: func(of plan.Product) []plan.Choice { return f.tiles(of, gpu) },
			Tolerance: tolerances[gpu.Precision], Budget: cmp.Or(o.PlanTime, tuneBudget), Limit: cmp.Or(o.PlanTime, tuneLimit)}
	default:
		return p, p.readFrom(o.Plan)
	}
	return p, nil
}

// goesOn takes the plan of the run that goes on. Without the same card and precision it does not.
func (p *planned) goesOn(began plan.Plan) {
	p.compare(began, "the run's plan", "the run goes on with", "it would have had")
	if !began.GPU.Suits(p.plan.GPU) {
		return
	}
	p.from, p.plan.Source, p.plan.AsRecorded, p.named = began, began.Source, began.AsRecorded, "the run's own"
}

// compare notes what makes the bits under the plan from differ from those where it was made. named is
// the plan in words, has begins what is here instead, and meant says which weights the run does not get.
func (p *planned) compare(from plan.Plan, named, has, meant string) {
	if from.GPU != p.plan.GPU {
		p.notes = append(p.notes, fmt.Sprintf("warning: %s was made for %v, and %s %v: its weights are not those %s", named, from.GPU, has, p.plan.GPU, meant))
	}
	if from.Rules != p.plan.Rules && !from.AsRecorded {
		p.notes = append(p.notes, fmt.Sprintf("warning: %s was made under version %d of the rules that join kernels, and %s version %d: its weights are not those %s",
			named, from.Rules, has, p.plan.Rules, meant))
	}
}

// readPlans reads the file of plans at path, where one of the constants could be too.
func readPlans(path string) ([]plan.Plan, error) {
	plans, err := plan.Read(path)
	if err != nil {
		return nil, fmt.Errorf("want %s: %w", PlanNames, err)
	}
	return plans, nil
}

// CheckPlan returns an error if there is no such value of Options.Plan: it is not one of the constants,
// and not a file of plans. There need not be a plan for the GPU in the file.
func CheckPlan(name string) error {
	if slices.Contains([]string{"", PlanNone, PlanCUBLAS, PlanOwn, PlanTimed, PlanAuto}, name) {
		return nil
	}
	_, err := readPlans(name)
	return err
}

// readFrom takes the plan for this GPU from a file.
func (p *planned) readFrom(path string) error {
	plans, err := readPlans(path)
	if err != nil {
		return fmt.Errorf("--plan: %w", err)
	}
	from, ok := plan.For(plans, p.plan.GPU)
	if !ok {
		if len(plans) == 0 {
			return fmt.Errorf("--plan %s has no plan for %v: it is empty; gorgan tune --out makes one", path, p.plan.GPU)
		}
		return fmt.Errorf("--plan %s has a plan for %v, want one for %v; gorgan tune --out makes one", path, plans[0].GPU, p.plan.GPU)
	}
	p.compare(from, "--plan "+path, "this run has", "of a run there")
	p.from, p.plan.Source, p.plan.AsRecorded, p.named = from, plan.File, from.AsRecorded, path
	return nil
}

// step rewrites a step that is recorded.
func (p *planned) step(s tape.Step) (tape.Step, error) {
	if p.plan.AsRecorded {
		return s, nil
	}
	if !p.settled {
		if err := p.choose(s); err != nil {
			return s, err
		}
		if err := agree(p.group, &p.plan); err != nil {
			return s, fmt.Errorf("agreeing on a plan: %w", err)
		}
	}
	return p.rewrite(s, func(of tape.Product) plan.Choice {
		c, _ := p.plan.Choice(plan.ProductOf(of))
		return c
	})
}

// choose adds to the plan the products of s that it lacks.
func (p *planned) choose(s tape.Step) error {
	all, err := tune.Products(s, p.apart)
	if err != nil {
		return err
	}
	for _, of := range all {
		if _, has := p.plan.Choice(of); has {
			continue
		}
		if e, ok := p.lookUp(of); ok {
			p.plan.Products = append(p.plan.Products, e)
		}
	}
	if p.tuner == nil {
		return nil
	}
	r, err := p.tuner.Step(s, &p.plan)
	p.timed.Timed += r.Timed
	p.timed.Took += r.Took
	for _, of := range r.Left { // a later step has it again
		if !slices.Contains(p.timed.Left, of) {
			p.timed.Left = append(p.timed.Left, of)
		}
	}
	for _, wrong := range r.Wrong {
		p.notes = append(p.notes, "warning: "+wrong)
	}
	return err
}

// lookUp returns the entry for a product that needs no timing.
func (p *planned) lookUp(of plan.Product) (e plan.Entry, ok bool) {
	tiles := p.tiles(of, p.plan.GPU)
	at := slices.IndexFunc(p.from.Products, func(e plan.Entry) bool { return e.Product == of })
	if at >= 0 {
		e = p.from.Products[at]
		if _, own := e.Choice.Tile(); own && !slices.Contains(tiles, e.Choice) {
			p.notes = append(p.notes, fmt.Sprintf("warning: the plan (%s) has %s for the product %v, which this version does not have for it: cuBLAS computes it, with other bits", p.named, e.Choice, of))
			e.Choice = plan.CUBLAS
		}
		return e, true
	}
	e = plan.Entry{Product: of, Choice: plan.CUBLAS}
	if p.own && len(tiles) > 0 {
		e.Choice = tiles[0]
	}
	return e, p.tuner == nil
}

// Settled is a plan to which nothing is added any more.
type Settled struct {
	plan.Plan
	About string   // in a few words: where the plan comes from, and how many products go where
	Notes []string // sentences about what is not as it was asked for
}

// Settle ends the choosing on dev: products of later steps go to cuBLAS. ok is false if dev has no
// plan, as the CPU has none.
func Settle(dev Device) (s Settled, ok bool) {
	p, ok := dev.(*planned)
	if !ok {
		return s, false
	}
	p.settled = true
	if p.timed.Timed > 0 {
		p.plan.Source = plan.Timed
	}
	return Settled{p.plan, p.about(), p.notes}, true
}

func (p *planned) about() string {
	if p.plan.AsRecorded {
		return p.named + ": each launch as it is recorded"
	}
	text := p.named
	if p.timed.Timed > 0 {
		text = fmt.Sprintf("timed %s in %.1f s", count(p.timed.Timed, "product"), p.timed.Took.Seconds())
		if p.named != "timed" {
			text = p.named + ", and " + text
		}
	}
	tiles, cublas := p.plan.Count()
	text += fmt.Sprintf(": %d of our own, %d cuBLAS", tiles, cublas+len(p.timed.Left))
	if n := len(p.timed.Left); n > 0 {
		text += fmt.Sprintf(" (there was no time for %s)", count(n, "product"))
	}
	return text
}

// count returns "1 product", "2 products" and so on, of a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
