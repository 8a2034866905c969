// Package tune times, on a GPU, what can compute each matrix product of a step, and makes a plan of
// the fastest.
//
//	tuner := &tune.Tuner{Device: dev, Rewrite: rewrite, Candidates: candidates, ...}
//	result, err := tuner.Step(step, &p)   // adds to p what it lacks
//
// A tile takes kernels beside the product into its launch. So what is timed is not the product
// alone. It is all launches in which the step with the tile differs from the step without it.
package tune

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorgan/kernels"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
)

// Rewrite returns what becomes of a recorded step if choose decides about its products.
type Rewrite func(s tape.Step, choose func(tape.Product) plan.Choice) (tape.Step, error)

// Tuner times candidates on a device. It works in memory of its own, so no value of the step changes.
// That memory is free only after the device is closed.
type Tuner struct {
	Device  kernels.Device
	Rewrite Rewrite
	// Candidates returns what can compute a product beside cuBLAS.
	Candidates func(plan.Product) []plan.Choice
	// Tolerance is how far a candidate's result may be from cuBLAS's, as a part of the largest
	// value of the result.
	Tolerance float64
	// Budget bounds the time of all calls of Step together, without the first runs, in which the
	// driver compiles. Limit bounds it with them. A product that is begun is finished. One for which
	// no time is left goes to cuBLAS.
	Budget, Limit time.Duration

	measuring, all time.Duration // time spent, without first runs and with them
	memory         memory
}

// Result says what Step did.
type Result struct {
	Timed int            // products of which candidates were timed
	Left  []plan.Product // products for which there was no time
	Wrong []string       // sentences about candidates that compute wrong results
	Took  time.Duration
	First time.Duration // the part of Took that first runs took
}

// advantage is the part of cuBLAS's time that a tile must save. A smaller gain may be noise.
const advantage = 0.02

// passes is how often each product is decided. What a tile can take in depends on the choices for other
// products. In the first pass those that are not decided yet are taken for their first candidate.
const passes = 2

// Step adds an entry to p for each product of s that p lacks. It returns the errors of the device and
// of t.Rewrite.
func (t *Tuner) Step(s tape.Step, p *plan.Plan) (r Result, err error) {
	t.memory.dev = t.Device
	began := time.Now()
	defer func() {
		r.Took = time.Since(began)
		t.measuring += r.Took - r.First
		t.all += r.Took
	}()
	all, err := Products(s, t.Rewrite)
	if err != nil {
		return r, err
	}
	d := &decision{step: s, choices: map[plan.Product]plan.Choice{}, candidates: map[plan.Product][]plan.Choice{}}
	var lacking []plan.Product
	for _, product := range all {
		choice, has := p.Choice(product)
		if !has {
			lacking = append(lacking, product)
			d.candidates[product] = slices.Clone(t.Candidates(product))
			choice = append(d.candidates[product], plan.CUBLAS)[0]
		}
		d.choices[product] = choice
	}
	entries := map[plan.Product]plan.Entry{}
	under := map[plan.Product]string{} // the choices under which each product was decided
	for range passes {
		for _, product := range lacking {
			took := time.Since(began)
			if t.measuring+took-r.First >= t.Budget || t.all+took >= t.Limit || under[product] == d.others(product) {
				continue
			}
			under[product] = d.others(product)
			e, err := t.product(d, product, &r)
			if err != nil {
				return r, fmt.Errorf("timing the product %v: %w", product, err)
			}
			entries[product], d.choices[product] = e, e.Choice
		}
	}
	for _, product := range lacking {
		e, decided := entries[product]
		if !decided {
			r.Left = append(r.Left, product)
			continue
		}
		if len(e.Micros) > 0 {
			r.Timed++
		}
		p.Products = append(p.Products, e)
	}
	return r, nil
}

// decision is the choices so far for the products of a step.
type decision struct {
	step       tape.Step
	choices    map[plan.Product]plan.Choice
	candidates map[plan.Product][]plan.Choice // without those that are wrong
}

// others is the same text for the same choices for all products but one.
func (d *decision) others(but plan.Product) string {
	kept := maps.Clone(d.choices)
	delete(kept, but)
	return fmt.Sprint("under ", kept) // of a map, in the order of its keys
}

// Products returns the products of s that somebody must choose for, each once, in their order. A
// product that is joined with what is around it whatever is chosen is none of them.
func Products(s tape.Step, rewrite Rewrite) (all []plan.Product, err error) {
	s, err = rewrite(s, func(tape.Product) plan.Choice { return plan.CUBLAS })
	for _, c := range s.Calls {
		if !c.IsProduct() {
			continue
		}
		if product := plan.ProductOf(c.Product); !slices.Contains(all, product) {
			all = append(all, product)
		}
	}
	return all, err
}

// product times the candidates of one product and chooses. The entry has no times if no candidate
// changes the step.
func (t *Tuner) product(d *decision, product plan.Product, r *Result) (e plan.Entry, err error) {
	e = plan.Entry{Product: product, Choice: plan.CUBLAS}
	rewritten := func(choice plan.Choice) (tape.Step, error) {
		return t.Rewrite(d.step, func(of tape.Product) plan.Choice {
			if plan.ProductOf(of) == product {
				return choice
			}
			return cmp.Or(d.choices[plan.ProductOf(of)], plan.CUBLAS)
		})
	}
	base, err := rewritten(plan.CUBLAS)
	if err != nil {
		return e, err
	}
	// The launches that one tile replaces may not be those that another does. So a pair is timed for
	// each, and the tile that saves the most is chosen.
	var pairs []*pair
	for _, choice := range slices.Clone(d.candidates[product]) {
		with, err := rewritten(choice)
		if err != nil {
			return e, err
		}
		one := difference(base, with)
		if len(one.tile) == 0 {
			continue // the tile has no kernel for what stands around the product
		}
		one.choice = choice
		if err := t.prepare(one, r); err != nil {
			return e, err
		}
		if one.wrong != "" {
			r.Wrong = append(r.Wrong, fmt.Sprintf("%s computes the product %v wrong on this GPU and is not used: %s", choice, product, one.wrong))
			d.candidates[product] = slices.DeleteFunc(d.candidates[product], func(c plan.Choice) bool { return c == choice })
			continue
		}
		pairs = append(pairs, one)
	}
	if len(pairs) == 0 {
		return e, nil
	}
	if err := t.time(pairs); err != nil {
		return e, err
	}
	e.Choice, e.Micros = fastest(pairs)
	return e, nil
}

// fastest returns the choice by the times of pairs, of which there is one at least, and the times.
func fastest(pairs []*pair) (choice plan.Choice, micros map[plan.Choice]float64) {
	choice, micros = plan.CUBLAS, map[plan.Choice]float64{plan.CUBLAS: pairs[0].without}
	saved := 0.0
	for _, one := range pairs {
		// Each time is as large a part of that of the first pair as of that of its own.
		micros[one.choice] = one.with / one.without * pairs[0].without
		if gain := one.without - one.with; gain > advantage*one.without && gain > saved {
			choice, saved = one.choice, gain
		}
	}
	return choice, micros
}
