package main

import (
	"fmt"

	"gorgan/kernels/dense"
)

// beforeActivation finds out which activation it is. All threads of a launch have the same.
func (k *kernel) beforeActivation() {
	k.declare("pred", "relu sigmoid tanh")
	k.declare("f32", "slope")
	k.set("relu", int(dense.ReLU), "sigmoid", int(dense.Sigmoid), "tanh", int(dense.Tanh))
	k.code(`
		ld.param.u32 %i, [activation];
		setp.eq.u32 %relu, %i, <relu>;
		setp.eq.u32 %sigmoid, %i, <sigmoid>;
		setp.eq.u32 %tanh, %i, <tanh>;
		ld.param.f32 %slope, [slope];`)
}

// branches writes one branch for each activation but the linear one, which changes nothing.
func (k *kernel) branches(relu, sigmoid, tanh func()) {
	k.code(`
		@%relu bra RELU;
		@%sigmoid bra SIGMOID;
		@%tanh bra TANH;
		bra ACTIVE;
		RELU:`)
	relu()
	k.code("bra ACTIVE;\nSIGMOID:")
	sigmoid()
	k.code("bra ACTIVE;\nTANH:")
	tanh()
	k.code("ACTIVE:")
}

// each writes code for each element of n quads: <v> is the element, and <f> that of f.
func (k *kernel) each(n int, code string) func() {
	return func() {
		for i := range n {
			for j := range 4 {
				k.set("v", fmt.Sprintf("%%v%d_%d", i, j), "f", fmt.Sprintf("%%f%d_%d", i, j))
				k.code(code)
			}
		}
	}
}

// activation changes n quads by the instructions of the kernels bias_relu, bias_sigmoid and
// bias_tanh, whose comments say why they are these.
func (k *kernel) activation(n int) {
	k.declare("pred", "negative small")
	k.declare("f32", "e p square series")
	k.section("v = act(v)")
	k.branches(k.each(n, `
		mul.rn.f32 %e, <v>, %slope;
		setp.gt.f32 %small, <v>, 0f00000000;
		selp.f32 <v>, <v>, %e, %small;`),
		k.each(n, `
		abs.f32 %e, <v>;
		mul.rn.f32 %e, %e, 0fBFB8AA3B;
		ex2.approx.f32 %e, %e;
		add.rn.f32 %p, %e, 0f3F800000;
		rcp.rn.f32 %p, %p;
		mul.rn.f32 %e, %e, %p;
		setp.lt.f32 %negative, <v>, 0f00000000;
		selp.f32 <v>, %e, %p, %negative;`),
		k.each(n, `
		abs.f32 %p, <v>;
		mul.rn.f32 %e, %p, 0f4038AA3B;
		ex2.approx.f32 %e, %e;
		add.rn.f32 %e, %e, 0f3F800000;
		rcp.rn.f32 %e, %e;
		fma.rn.f32 %e, %e, 0fC0000000, 0f3F800000;
		setp.lt.f32 %negative, <v>, 0f00000000;
		@%negative neg.f32 %e, %e;
		mul.rn.f32 %square, <v>, <v>;
		fma.rn.f32 %series, %square, 0f3C8D3E07, 0fBD59463B;
		fma.rn.f32 %series, %series, %square, 0f3E0874FE;
		fma.rn.f32 %series, %series, %square, 0fBEAAAA6B;
		mul.rn.f32 %series, %series, %square;
		fma.rn.f32 %series, %series, <v>, <v>;
		setp.lt.f32 %small, %p, 0f3F000000;
		selp.f32 <v>, %series, %e, %small;`))
}

// derivative multiplies n quads by the derivative of the activation, of whose value is f, by the
// instructions of the kernels relu_grad, sigmoid_grad and tanh_grad.
func (k *kernel) derivative(n int) {
	k.declare("pred", "positive")
	k.declare("f32", "e p")
	k.section("v = v*act'(f)")
	k.branches(k.each(n, `
		mul.rn.f32 %e, <v>, %slope;
		setp.gt.f32 %positive, <f>, 0f00000000;
		selp.f32 <v>, <v>, %e, %positive;`),
		k.each(n, `
		sub.rn.f32 %e, 0f3F800000, <f>;
		mul.rn.f32 %e, <f>, %e;
		mul.rn.f32 <v>, <v>, %e;`),
		k.each(n, `
		sub.rn.f32 %e, 0f3F800000, <f>;
		add.rn.f32 %p, 0f3F800000, <f>;
		mul.rn.f32 %e, %e, %p;
		mul.rn.f32 <v>, <v>, %e;`))
}

// loadOf loads n quads of of.
func (k *kernel) loadOf(n int) {
	k.section("f = of")
	for i := range n {
		k.declare("f32", plain(fmt.Sprintf("f%d_", i)+"%d", 4))
		k.set("i", i, "quad", list(fmt.Sprintf("f%d_", i)+"%d", 4))
		for j := range 4 {
			k.code(fmt.Sprintf("mov.f32 %%f%d_%d, 0f00000000;", i, j))
		}
		k.code(`
			add.u64 %address, %of, %at<i>;
			@%has<i> ld.global.nc.v4.f32 {<quad>}, [%address];`)
	}
}
