package kernels

import (
	"fmt"
	"testing"
	"testing/fstest"
)

func TestJoin(t *testing.T) {
	const outer = "// outer\n<entry>\n{\n\t<rows>\n\tst <sum>, <sum>;\n}\n"
	const inner = "// inner\n== frame outer\n\n== rows\n\t<load>\n\t<load 1>\n"
	for _, c := range []struct{ what, file, want, wrong string }{
		{"a file without a frame", "\nret; // 2 == 2\n", "\nret; // 2 == 2\n", ""},
		{"a frame", "// k\n== frame outer\n== sum %all\n\n== entry\n.entry k(\n\tn)\n\n== rows\n\tld;\n\n\tadd;\n\n",
			"// k\n\n// outer\n.entry k(\n\tn)\n{\n\tld;\n\n\tadd;\n\tst %all, %all;\n}\n", ""},
		{"a frame within a frame, for two rows", "// k\n== frame inner\n== sum %s\n== entry .entry k\n== load\n\tld %v#, [%y#];\n\tmul %v#;\n",
			"// k\n\n// inner\n\n// outer\n.entry k\n{\n\tld %v, [%y];\n\tmul %v;\n\tld %v1, [%y1];\n\tmul %v1;\n\tst %s, %s;\n}\n", ""},
		{"a hole that is not filled", "// k\n== frame outer\n== sum %s\n== rows ld;\n", "", "k.ptx: nothing fills the hole <entry>"},
		{"a row that is not filled", "// k\n== frame inner\n== sum %s\n== entry e\n", "", "k.ptx: nothing fills the hole <load>"},
		{"a hole without a frame", "ld;\nst <sum 2>;\n", "", "k.ptx: nothing fills the hole <sum 2>"},
		{"an unknown hole", "// k\n== frame outer\n== sum %s\n== entry e\n== rows r\n== row r\n", "", "k.ptx: no frame has a hole <row>"},
		{"no frame", "// k\n== sum %s\n== rows r\n", "", "k.ptx: no frame has a hole <rows>"},
		{"two fills", "// k\n== frame outer\n== sum %s\n== sum %s\n", "", "k.ptx: the hole <sum> is filled twice"},
		{"a hole that the frame fills", "// k\n== frame inner\n== sum %s\n== entry e\n== load l\n== rows r\n", "", "k.ptx: frame inner fills the hole <rows> itself"},
		{"an unknown frame", "// k\n== frame away\n== sum %s\n", "", "k.ptx: frame away: open away.frame.ptx: file does not exist"},
	} {
		t.Run(c.what, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, text := range map[string]string{"k.ptx": c.file, "outer.frame.ptx": outer, "inner.frame.ptx": inner} {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			got, err := join(files, "k.ptx")
			if got != c.want {
				t.Errorf("joined to\n%s\nwant\n%s", got, c.want)
			}
			if wrong := fmt.Sprint(err); err != nil && wrong != c.wrong || err == nil && c.wrong != "" {
				t.Errorf("error %q, want %q", wrong, c.wrong)
			}
		})
	}
}
