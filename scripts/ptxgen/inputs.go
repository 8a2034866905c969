package main

import "fmt"

// beginNoise loads what the random words of z depend on. The blocks of the first column write z,
// and every block makes the rows that it needs.
func (k *kernel) beginNoise() {
	k.declare("pred", "writes")
	k.declare("u32", "key0 key1 step stream counter")
	k.section("the key, the step and the stream; counter = that of the row's first quad")
	k.code(`
		setp.eq.u32 %writes, %col0, 0;
		ld.param.u64 %address, [key];
		cvta.to.global.u64 %address, %address;
		ld.global.nc.u32 %key0, [%address];
		ld.global.nc.u32 %key1, [%address+4];
		ld.param.u64 %address, [clock];
		cvta.to.global.u64 %address, %address;
		ld.global.nc.u32 %step, [%address];
		ld.param.u32 %stream, [stream];
		ld.param.u64 %address, [z];
		cvta.to.global.u64 %address, %address;
		sub.u64 %offset, %pa, %address;
		shr.u64 %offset, %offset, 4;
		cvt.u32.u64 %counter, %offset;
		shr.u32 %i, %ka, 2;
		sub.u32 %counter, %counter, %i;`)
}

// draw makes quad i of z from the words of one counter, as the kernel uniform does. The thread's
// place in z is the place of the quad, so pa counts quads too.
func (k *kernel) draw(i int) {
	k.declare("pred", "round stores")
	k.declare("u32", "w0 w1 w2 w3 k0 k1 high0 low0 high1 low1 rounds")
	k.set("i", i)
	k.code(`
		@!%ok bra DRAWN<i>;

		// w = (counter, stream, step, 0), and ten rounds of Philox4x32
		shr.u32 %w0, %i, 2;
		add.u32 %w0, %w0, %counter;
		mov.u32 %w1, %stream;
		mov.u32 %w2, %step;
		mov.u32 %w3, 0;
		mov.u32 %k0, %key0;
		mov.u32 %k1, %key1;
		mov.u32 %rounds, 10;
		ROUND<i>:
		mul.hi.u32 %high0, %w0, 0xD2511F53;
		mul.lo.u32 %low0, %w0, 0xD2511F53;
		mul.hi.u32 %high1, %w2, 0xCD9E8D57;
		mul.lo.u32 %low1, %w2, 0xCD9E8D57;
		xor.b32 %w0, %high1, %w1;
		xor.b32 %w0, %w0, %k0;
		mov.u32 %w1, %low1;
		xor.b32 %w2, %high0, %w3;
		xor.b32 %w2, %w2, %k1;
		mov.u32 %w3, %low0;
		add.u32 %k0, %k0, 0x9E3779B9;
		add.u32 %k1, %k1, 0xBB67AE85;
		sub.u32 %rounds, %rounds, 1;
		setp.ne.u32 %round, %rounds, 0;
		@%round bra ROUND<i>;

		// a = (w >> 8)*2^-23 - 1`)
	for j := range 4 {
		k.code(fmt.Sprintf(`
			shr.u32 %%w%d, %%w%d, 8;
			cvt.rn.f32.u32 %%a%d_%d, %%w%d;
			fma.rn.f32 %%a%d_%d, %%a%d_%d, 0f34000000, 0fBF800000;`, j, j, i, j, j, i, j, i, j))
	}
	k.code(`
		@%writes st.global.v4.f32 [%pa+<behind>], {<quad>};
		DRAWN<i>:`)
}

// beforeClasses loads what is the same for all rows.
func (k *kernel) beforeClasses() {
	k.declare("u32", "classes")
	k.declare("u64", "table label")
	k.code(`
		ld.param.u32 %classes, [classes];
		ld.param.u64 %label, [label];
		cvta.to.global.u64 %label, %label;
		ld.param.u64 %table, [table];
		cvta.to.global.u64 %table, %table;
		mul.wide.u32 %offset, %col, 4;
		add.u64 %table, %table, %offset;`)
}

// loadClasses loads, for n quads, the part of the table's row for their label, or NaN if there is none.
func (k *kernel) loadClasses(n int) {
	k.section("f = table[label], NaN where label is outside the table")
	for i := range n {
		k.declare("pred", fmt.Sprint("known", i))
		k.declare("u32", fmt.Sprint("class", i))
		k.declare("f32", plain(fmt.Sprintf("f%d_", i)+"%d", 4))
		k.set("i", i)
		k.code("mov.u32 %class<i>, %classes;")
		k.rowOf(i)
		k.code(`
			mul.wide.u32 %offset, %i, 4;
			add.u64 %address, %label, %offset;
			@%has<i> ld.global.nc.u32 %class<i>, [%address];`)
	}
	for i := range n {
		k.set("i", i, "quad", list(fmt.Sprintf("f%d_", i)+"%d", 4))
		for j := range 4 {
			k.code(fmt.Sprintf("mov.f32 %%f%d_%d, 0f7FC00000;", i, j))
		}
		k.code(`
			setp.lt.u32 %known<i>, %class<i>, %classes;
			mul.wide.u32 %offset, %class<i>, %cols;
			shl.b64 %offset, %offset, 2;
			add.u64 %address, %table, %offset;
			@%known<i> ld.global.nc.v4.f32 {<quad>}, [%address];`)
	}
}

// addClasses adds them.
func (k *kernel) addClasses(n int) {
	k.section("v = v + f")
	for i := range n {
		for j := range 4 {
			k.code(fmt.Sprintf("add.rn.f32 %%v%d_%d, %%v%d_%d, %%f%d_%d;", i, j, i, j, i, j))
		}
	}
}
