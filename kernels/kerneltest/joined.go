package kerneltest

import (
	"fmt"
	"iter"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/beside"
	"gorgan/kernels/tape"
)

// withCase is a kernel and one of its cases.
type withCase struct {
	kernel *kernels.Kernel
	c      Case
}

// Joined yields the checks that kernels joined in one launch give the bits of single launches. Each
// kernel is joined with the two that follow it in a list. Kernels with wide blocks are in a list
// of their own, because the text of a kernel may not allow so many threads.
func Joined() iter.Seq2[string, func(dev kernels.Device) error] {
	var narrow, wide []withCase
	for _, k := range Kernels() {
		if k.Product {
			continue
		}
		cases, _ := Cases(k) // All reports a kernel without cases
		var normal []Case
		for _, c := range cases {
			if c.Fill == "normal" {
				normal = append(normal, c)
			}
		}
		if len(normal) == 0 {
			continue
		}
		w := withCase{k, normal[len(normal)/2]}
		if k.Grid(w.c.Sizes).Threads <= 256 {
			narrow = append(narrow, w)
		} else {
			wide = append(wide, w)
		}
	}
	return func(yield func(string, func(kernels.Device) error) bool) {
		for _, list := range [][]withCase{narrow, wide} {
			for i, w := range list {
				parts := []withCase{w, list[(i+1)%len(list)], list[(i+2)%len(list)]}
				name := fmt.Sprintf("beside/%s/%s/%s", w.kernel.Name, parts[1].kernel.Name, parts[2].kernel.Name)
				if !yield(name, func(dev kernels.Device) error { return checkJoined(dev, parts) }) {
					return
				}
			}
		}
	}
}

// checkJoined returns an error if parts in one launch have other bits than one by one.
func checkJoined(dev kernels.Device, parts []withCase) error {
	var hosts, want []host
	var whole [][]*tensor.Dense
	var calls []tape.Call
	for _, p := range parts {
		h := newHost(p.kernel, p.c)
		single, err := h.onDevice(dev, p.kernel, p.c)
		if err != nil {
			return err
		}
		args, all, err := h.place(dev, p.kernel, p.c)
		if err != nil {
			return err
		}
		hosts, want, whole = append(hosts, h), append(want, single), append(whole, all)
		calls = append(calls, tape.Call{Kernel: p.kernel, Args: args})
	}
	call, err := beside.Join(calls)
	if err != nil {
		return err
	}
	if err := call.Do(dev); err != nil {
		return err
	}
	for i, p := range parts {
		got, err := hosts[i].fetch(dev, whole[i])
		if err != nil {
			return err
		}
		for t, param := range p.kernel.Params {
			if at := firstDifference(got[t], want[i][t]); at >= 0 {
				return fmt.Errorf("%s of part %d: element %d differs from that of a single launch", param.Name, i, at-guard)
			}
		}
	}
	return nil
}
