package main

import "fmt"

// gather finds the elements of an operand that is in memory as images or as the weights of a convolution.
// The quads of a thread are four neighbours there. Their addresses are those of a number of three
// digits, which a step advances by its terms:
//
//	patches, taps   a term is (tap row, tap column, channel)      u, v and c of each quad
//	positions       a term is (image, row, column)
//
// If a row of memory is not a multiple of four long, the elements of a quad are found one by one.
type gather interface {
	// radices are the registers with the values that the digits v and c of a term have.
	radices() (v, c string)
	// quads is the register with the number that must be a multiple of four for quads.
	quads() string
	// begin finds what is the same for all steps. j is the row or the column of the thread.
	begin(k *kernel, o operand)
	// locate writes to i the number of the element of term <u>, <v>, <c>, and takes from ok what is outside.
	locate(k *kernel, o operand)
}

// patches are a pixel's row of the first operand: what the taps of a convolution meet.
type patches struct{ height, width, channels string }

func (p patches) radices() (v, c string) {
	if p.channels == "outputs" {
		return "tap_cols", "outputs"
	}
	return "kernel_width", "channels"
}

func (p patches) quads() string { return p.channels }

func (p patches) begin(k *kernel, o operand) {
	k.declare("u32", "image top left")
	k.section("the first row and column that the thread's position meets; below 0 is large as u32")
	if p.channels == "outputs" {
		k.code(`
			div.u32 %image, %j, %phase_cols;
			rem.u32 %left, %j, %phase_cols;
			rem.u32 %top, %image, %phase_rows;
			div.u32 %image, %image, %phase_rows;
			add.u32 %top, %top, %first_row;
			add.u32 %left, %left, %first_col;`)
	} else {
		k.code(`
			div.u32 %image, %j, %out_width;
			rem.u32 %left, %j, %out_width;
			rem.u32 %top, %image, %out_height;
			div.u32 %image, %image, %out_height;
			mul.lo.u32 %top, %top, %stride;
			sub.u32 %top, %top, %pad;
			mul.lo.u32 %left, %left, %stride;
			sub.u32 %left, %left, %pad;`)
	}
	k.code(fmt.Sprintf("mul.lo.u32 %%image, %%image, %%%s;", p.height))
}

func (p patches) locate(k *kernel, o operand) {
	k.set("height", p.height, "width", p.width, "channels", p.channels)
	k.code(`
		add.u32 %i, %top, <u>;
		setp.lt.u32 %fits, %i, %<height>;
		and.pred %ok, %ok, %fits;
		add.u32 %j, %left, <v>;
		setp.lt.u32 %fits, %j, %<width>;
		and.pred %ok, %ok, %fits;
		add.u32 %i, %i, %image;
		mad.lo.u32 %i, %i, %<width>, %j;
		mad.lo.u32 %i, %i, %<channels>, <c>;`)
}

// taps are the second operand of conv_back, with the taps from the last to the first.
type taps struct{}

func (taps) radices() (v, c string) { return "tap_cols", "outputs" }
func (taps) quads() string          { return "outputs" }

func (taps) begin(k *kernel, o operand) {
	k.declare("u32", "channel")
	k.code("mov.u32 %channel, %j;")
}

func (taps) locate(k *kernel, o operand) {
	k.code(`
		mad.lo.u32 %i, <u>, %kernel_width, <v>;
		mul.lo.u32 %i, %i, %stride;
		sub.u32 %i, %last_tap, %i;
		mad.lo.u32 %i, %i, %channels, %channel;
		mad.lo.u32 %i, %i, %outputs, <c>;`)
}

// positions are the first operand of conv_weight. Its elements are numbers of three digits too: <tap u>,
// <tap v> and <tap c> are the tap's row and column, and the channel.
type positions struct{}

func (positions) radices() (v, c string) { return "out_height", "out_width" }
func (positions) quads() string          { return "channels" }

func (positions) begin(k *kernel, o operand) {
	k.declare("u32", "tap_u tap_v tap_c")
	k.section("the tap and the channel of the thread's first element")
	k.code(`
		div.u32 %tap_v, %j, %channels;
		rem.u32 %tap_c, %j, %channels;
		div.u32 %tap_u, %tap_v, %kernel_width;
		rem.u32 %tap_v, %tap_v, %kernel_width;`)
}

func (positions) locate(k *kernel, o operand) {
	k.code(`
		sub.u32 %i, <tap u>, %pad;
		mad.lo.u32 %i, <v>, %stride, %i;
		setp.lt.u32 %fits, %i, %height;
		and.pred %ok, %ok, %fits;
		sub.u32 %j, <tap v>, %pad;
		mad.lo.u32 %j, <c>, %stride, %j;
		setp.lt.u32 %fits, %j, %width;
		and.pred %ok, %ok, %fits;
		mad.lo.u32 %i, <u>, %height, %i;
		mad.lo.u32 %i, %i, %width, %j;
		mad.lo.u32 %i, %i, %channels, <tap c>;`)
}

// lines are a second operand that is a matrix (terms, cols).
type lines struct{}

func (lines) radices() (v, c string) { return "", "" }
func (lines) quads() string          { return "cols" }

func (lines) begin(k *kernel, o operand) {
}

func (lines) locate(k *kernel, o operand) {
	k.code("mad.lo.u32 %i, %term, %cols, %element<x>;")
}

// beginGather finds where the thread's quads are, and their first terms.
func (k *kernel) beginGather(o operand) {
	x := o.letter
	k.declare("pred", "fits carry quads"+x)
	k.declare("u32", "term element"+x)
	k.set("quads of", o.gather.quads())
	k.code(`
		mov.u32 %element<x>, %j;
		ld.param.u64 %p<x>, [<name>];
		cvta.to.global.u64 %p<x>, %p<x>;
		and.b32 %i, %<quads of>, 3;
		setp.eq.u32 %quads<x>, %i, 0;`)
	o.gather.begin(k, o)
	rv, rc := o.gather.radices()
	counts := rc != "" && k.digitsOf(o) == x
	if counts {
		k.declare("u32", fmt.Sprintf("u%s v%s c%s", x, x, x))
		k.section("a step's terms as digits, and those of each quad's term")
		k.set("u", "%u"+x, "v", "%v"+x, "c", "%c"+x)
		k.code("mov.u32 %i, <depth>;")
		k.digits(rv, rc)
	}
	for i := range o.loads {
		for j := range 4 {
			k.code(fmt.Sprintf("mov.f32 %%%s%d_%d, 0f00000000;", x, i, j))
		}
		if !counts {
			continue
		}
		k.term(o, i)
		k.declare("u32", fmt.Sprintf("u%s%d v%s%d c%s%d", x, i, x, i, x, i))
		k.set("past", i*o.stride)
		k.code("add.u32 %i, %begin, %k<x>;")
		if i > 0 {
			k.code("add.u32 %i, %i, <past>;")
		}
		k.digits(rv, rc)
	}
}

// digitsOf is the letter of the operand whose digits count the terms of o: b takes those of a, if a thread has
// the same terms of both.
func (k *kernel) digitsOf(o operand) string {
	av, ac := k.a.gather.radices()
	if v, c := o.gather.radices(); v == av && c == ac && o.along == k.a.along && o.size == k.a.size {
		return k.a.letter
	}
	return o.letter
}

// term lets <u>, <v> and <c> stand for the digits of quad i's term.
func (k *kernel) term(o operand, i int) {
	for _, digit := range []string{"u", "v", "c"} {
		k.set(digit, fmt.Sprintf("%%%s%s%d", digit, k.digitsOf(o), i), "tap "+digit, "%tap_"+digit)
	}
}

// advance brings the digits of all quads to the next step.
func (k *kernel) advance(o operand) {
	rv, rc := o.gather.radices()
	if rc == "" || k.digitsOf(o) != o.letter {
		return
	}
	k.section("the terms of the next step of " + o.name)
	k.set("x", o.letter, "rv", rv, "rc", rc)
	for i := range o.loads {
		k.term(o, i)
		k.code(`
			add.u32 <c>, <c>, %c<x>;
			setp.ge.u32 %carry, <c>, %<rc>;
			@%carry sub.u32 <c>, <c>, %<rc>;
			add.u32 <v>, <v>, %v<x>;
			@%carry add.u32 <v>, <v>, 1;
			setp.ge.u32 %carry, <v>, %<rv>;
			@%carry sub.u32 <v>, <v>, %<rv>;
			add.u32 <u>, <u>, %u<x>;
			@%carry add.u32 <u>, <u>, 1;`)
	}
}

// digits writes number %i in digits.
func (k *kernel) digits(rv, rc string) {
	k.set("rv", rv, "rc", rc)
	k.code(`
		rem.u32 <c>, %i, %<rc>;
		div.u32 <v>, %i, %<rc>;
		div.u32 <u>, <v>, %<rv>;
		rem.u32 <v>, <v>, %<rv>;`)
}

// gather loads quad i of the step. ok says that the first element is inside the operand.
func (k *kernel) gather(o operand, i int) {
	k.set("label", fmt.Sprintf("%s%d", o.letter, i))
	k.term(o, i)
	k.code("@!%quads<x> bra SINGLES_<label>;")
	o.gather.locate(k, o)
	k.code(`
		mul.wide.u32 %offset, %i, 4;
		add.u64 %address, %p<x>, %offset;
		@%ok ld.global.nc.v4.f32 {<quad>}, [%address];
		bra LOADED_<label>;
		SINGLES_<label>:`)
	k.singles(o, i)
	k.code("LOADED_<label>:")
}

// singles loads the elements of quad i one by one. Their terms follow each other if the operand is
// along, and otherwise their rows or columns.
func (k *kernel) singles(o operand, i int) {
	rv, rc := o.gather.radices()
	counted := ""
	if _, ok := o.gather.(positions); ok {
		counted, rv, rc = "tap ", "kernel_width", "channels"
	}
	if rc != "" {
		k.declare("u32", "one_u one_v one_c")
		for _, digit := range []string{"u", "v", "c"} {
			k.code(fmt.Sprintf("mov.u32 %%one_%s, <%s%s>;", digit, counted, digit))
			k.set(counted+digit, "%one_"+digit)
		}
	}
	for e := range 4 {
		k.set("e", e, "single", fmt.Sprintf("%%%s%d_%d", o.letter, i, e), "rv", rv, "rc", rc)
		if o.along {
			k.code(`
				add.u32 %i, %term, <e>;
				setp.lt.u32 %ok, %i, %inner;`)
		} else {
			k.code(`
				setp.lt.u32 %ok, %term, %inner;
				add.u32 %i, %element<x>, <e>;
				setp.lt.u32 %fits, %i, %<limit>;
				and.pred %ok, %ok, %fits;`)
		}
		k.code("and.pred %ok, %ok, %in<x>;")
		o.gather.locate(k, o)
		if rc == "" {
			k.code("add.u32 %i, %i, <e>;")
		}
		k.code(`
			mul.wide.u32 %offset, %i, 4;
			add.u64 %address, %p<x>, %offset;
			@%ok ld.global.nc.f32 <single>, [%address];`)
		if rc != "" && e < 3 {
			k.code(`
				add.u32 %one_c, %one_c, 1;
				setp.ge.u32 %carry, %one_c, %<rc>;
				@%carry mov.u32 %one_c, 0;
				@%carry add.u32 %one_v, %one_v, 1;
				setp.ge.u32 %carry, %one_v, %<rv>;
				@%carry mov.u32 %one_v, 0;
				@%carry add.u32 %one_u, %one_u, 1;`)
		}
	}
}
