package listfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/listfile"
)

func TestTables(t *testing.T) {
	for _, c := range []struct{ name, text, entries, problems, notes, form string }{
		{"label first", "cat,img/a.jpg\ndog,img/b.jpg\n", "1|img/a.jpg|cat\n2|img/b.jpg|dog\n", "", "", "lines of a label and a path, separated by a comma"},
		{"label first with spaces", "3, img/a.jpg\n4, img/b.jpg\n", "1|img/a.jpg|3\n2|img/b.jpg|4\n", "", "", "lines of a label and a path"},
		{"spaces around commas", "a.jpg , 3\n\"b c.jpg\" , \"4\"\n", "1|a.jpg|3\n2|b c.jpg|4\n", "", "", ""},
		{"paths without endings", "img/a,3\nimg/b,4\n", "1|img/a|3\n2|img/b|4\n", "", "", ""},
		{"backslashes", "img\\a.jpg;3\nimg\\b,c.jpg;4\n", "1|img\\a.jpg|3\n2|img\\b,c.jpg|4\n", "", "", "semicolon"},
		{"commas in paths that are not quoted", "a.jpg,1\nb,c, d.jpg,2\ne.jpg,3", "1|a.jpg|1\n2|b,c, d.jpg|2\n3|e.jpg|3\n", "", "", ""},
		{"commas in paths behind labels", "1,a.jpg\n2,b,c.jpg\n3,e.jpg", "1|a.jpg|1\n2|b,c.jpg|2\n3|e.jpg|3\n", "", "", ""},
		{"no label", "a.jpg,1\nb.jpg\nc.jpg,\nd.jpg,2", "1|a.jpg|1\n2|b.jpg\n3|c.jpg\n4|d.jpg|2\n", "", "", ""},
		{"ragged", "a.jpg,1\nb.jpg,2,x,y\nc.jpg,3\nd.jpg,4,,,\n", "1|a.jpg|1\n3|c.jpg|3\n4|d.jpg|4\n", "2|b.jpg|4 fields, want 2 fields as in most lines\n", "", ""},
		{"short", "path,split,label\na.jpg,train,1\nb.jpg\nc.jpg,3\n", "2|a.jpg|1\n", "3|b.jpg|1 field, want 3 fields as in the header\n4|c.jpg|2 fields, want 3 fields as in the header\n", `column "split" is not used`, ""},
		{"an unclosed quote", "path,label\na.jpg,1\n\"b.jpg,2\nc.jpg,3\n", "2|a.jpg|1\n4|c.jpg|3\n", "3||a double quote opens and does not close\n", "", ""},
		{"text behind a quote", "path,label\n\"a\" b.jpg,1\nc.jpg,3\n", "3|c.jpg|3\n", "2||text follows a closing double quote, want a separator there\n", "", ""},
		{"an empty path", "path,label\n,1\nc.jpg,3\n,\n", "3|c.jpg|3\n", "2||the path is empty\n", "", ""},
		{"lines in quotes", "text,path,label\n\"x\ny\n\nz\",a.jpg,1\nx,b.jpg,2", "2|a.jpg|1\n6|b.jpg|2\n", "", `column "text" is not used`, ""},
		{"comments", "# c\npath,label\n# d\na.jpg,1\n\n  # e\nb.jpg,2\n", "4|a.jpg|1\n7|b.jpg|2\n", "", "3 comment lines are left out", ""},
		{"a quoted #", "path,label\n\"#a.jpg\",1\n", "2|#a.jpg|1\n", "", "", ""},
		{"order of a header", "Label ; Image Path\n3;img/a\n4;img/b\n", "2|img/a|3\n3|img/b|4\n", "", "", `CSV with semicolons, with paths in the column "Image Path" and labels in "Label"`},
		{"R's write.table", "\"file\",\"label\"\n\"1\",\"a.jpg\",\"cat\"\n\"2\",\"b.jpg\",\"dog\"\n", "2|a.jpg|cat\n3|b.jpg|dog\n", "", "column 1 is not used", `labels in "label"`},
		{"an unknown header", "foto,klasse\na.jpg,1\nb.jpg,2\n", "2|a.jpg|1\n3|b.jpg|2\n", "", "", `with paths in the column "foto" and labels in "klasse"`},
		{"one unknown name", "image,breed,width\na.jpg,pug,5\n", "2|a.jpg|pug\n", "", `column "width" is not used`, `labels in "breed"`},
		{"unknown names", "image,foo,bar\na.jpg,1,0\n", "2|a.jpg\n", "", `columns "foo", "bar" are not used`, `CSV, with paths in the column "image"`},
		{"captions", "file_name,text\na.jpg,a cat\n", "2|a.jpg\n", "", `column "text" is not used`, ""},
		{"two labels", "path,label,class\na.jpg,1,cat\n", "2|a.jpg|1\n", "", `column "class" is not used`, ""},
		{"two images", "mask,image,label\na.png,b.png,1\n", "2|b.png|1\n", "", `column "mask" is not used`, ""},
		{"numbers as image_id", "image_id,file,label\n7,a.jpg,1\n8,b.jpg,2\n", "2|a.jpg|1\n3|b.jpg|2\n", "", `column "image_id" is not used`, ""},
		{"a header alone", "path,label\n", "", "", "", "CSV"},
		{"split without header", "train,a.jpg,3\ntest,b.jpg,4\n", "1|a.jpg|3\n2|b.jpg|4\n", "", "column 1 is not used", ""},
		{"split behind the path", "a.jpg,train,3\nb.jpg,test,4\n", "1|a.jpg|3\n2|b.jpg|4\n", "", "column 2 is not used", ""},
		{"a column before the path", "x,a.jpg,3\nx,b.jpg,4\n", "1|a.jpg|3\n2|b.jpg|4\n", "", "column 1 is not used", ""},
		{"semicolons in labels", "path,label;x\na.jpg,1;2\nb.jpg,3;4\n", "2|a.jpg|1;2\n3|b.jpg|3;4\n", "", "", "CSV,"},
		{"a file called photo", "photo,3\n" + strings.Repeat("a.jpg,4\n", 9), "1|photo|3\n2|a.jpg|4\n3|a.jpg|4\n4|a.jpg|4\n5|a.jpg|4\n6|a.jpg|4\n7|a.jpg|4\n8|a.jpg|4\n9|a.jpg|4\n10|a.jpg|4\n", "", "", ""},
		{"several labels", "a.jpg,3,5\nb.jpg,4,6\n", "1|a.jpg|3\n2|b.jpg|4\n", "", "column 3 is not used", ""},
		{"MXNet, one line", "0\t1.0\ta.jpg\n", "1|a.jpg|1.0\n", "", "", "MXNet's index, label and path"},
		{"MXNet, shuffled", "7\t1.0\ta b.jpg\n3\t1.0\tc.jpg\n", "1|a b.jpg|1.0\n2|c.jpg|1.0\n", "", "", "MXNet's index, label and path"},
		{"MXNet, several labels", "7\t1\t2\t3\ta.jpg\n3\t4\t5\t6\tc.jpg\n", "1|a.jpg|1\n2|c.jpg|4\n", "", "the first of 3 labels a line is used", ""},
		{"words before tabs", "cat\ta, b.jpg\ndog\tc.jpg\n", "1|a, b.jpg|cat\n2|c.jpg|dog\n", "", "", "lines of a label and a path, separated by a tab"},
		{"tabs and spaces", "a.jpg\t1\nb.jpg 2\nc.jpg\t3", "1|a.jpg|1\n2|b.jpg|2\n3|c.jpg|3\n", "", "", ""},
		{"CR", "path,label\ra.jpg,1\r\"b\rc.jpg\",2\r", "2|a.jpg|1\n3|b\rc.jpg|2\n", "", "", ""},
		{"an apostrophe", "'tis.jpg,1\n'a,b.jpg',2\nit's.jpg,3", "1|'tis.jpg|1\n2|a,b.jpg|2\n3|it's.jpg|3\n", "", "", ""},
		{"many columns", "path,label" + strings.Repeat(",x", 300) + "\na.jpg,1" + strings.Repeat(",0", 300), "2|a.jpg|1\n", "", "are not used", ""},
	} {
		list := parse(t, c.text)
		problems := ""
		for _, p := range list.Problems {
			problems += fmt.Sprintf("%d|%s|%s\n", p.Line, p.Path, p.Detail)
		}
		if got := short(list.Entries); got != c.entries || problems != c.problems {
			t.Errorf("%s: got %q and the problems %q, want %q and %q", c.name, got, problems, c.entries, c.problems)
		}
		notes := strings.Join(list.Notes, "\n")
		says(t, c.name, notes, c.notes)
		says(t, c.name, list.Form, c.form)
		if c.notes == "" && notes != "" {
			t.Errorf("%s: got the notes %q", c.name, notes)
		}
	}
}

func TestNoList(t *testing.T) {
	pixels := strings.Repeat("7"+strings.Repeat(",0", 784)+"\n", 3)
	for _, c := range []struct {
		name, text string
		says       []string
	}{
		{"pixels", pixels, []string{"a table of numbers with at least 256 columns", "want `path label`"}},
		{"pixels with a header", "label,1x1,1x2,1x3\n" + "7,0,0,255\n", []string{"a table of numbers with 4 columns"}},
		{"pixels with spaces", "0 0.5 1\n1 2 3\n", []string{"a table of numbers"}},
		{"two columns of numbers", "1,2\n3,4\n", []string{"a table of numbers with 2 columns"}},
		{"labels alone", "7\n2\n1\n", []string{"labels without their images"}},
		{"two images", "a.jpg,b.jpg\nc.jpg,d.jpg\n", []string{"fields 1 and 2 of the lines both name images", "header"}},
		{"two paths", "path,label,path\na.jpg,1,b.jpg\n", []string{`two columns of the header are called "path"`}},
		{"two labels", "path,label,Label\na.jpg,1,2\n", []string{`called "Label"`}},
		{"zero bytes", "a.jpg 1\nb\x00.jpg\n", []string{"byte 9 is 0", "no text"}},
		{"UTF-16 without mark", "a\x00.\x00j\x00p\x00g\x00 \x001\x00\n\x00", []string{"UTF-16 without a byte order mark"}},
		{"a PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", []string{"the content is PNG"}},
		{"half a UTF-16", "\xff\xfea\x00b", []string{"odd"}},
		{"COCO", `{"info": {}, "images": [{"file_name": "a.jpg"}], "annotations": []}`, []string{"COCO"}},
		{"other JSON", `{"lr": 3, "steps": [1, 2]}`, []string{`"lr", "steps"`, `"labels"`}},
		{"empty JSON", `{}`, []string{"JSON object"}},
		{"half of a JSON", `{"labels": [["a.jpg", 3], ["b.jpg"`, []string{"line 1: the JSON breaks off"}},
		{"a half object", "{\"file_name\":\n \"a.jpg\"", []string{"line 2: the JSON breaks off"}},
		{"labels of the wrong kind", `{"labels": 3}`, []string{`the labels of dataset.json are "3"`}},
		{"no comma in JSON", `[["a.jpg", 3] ["b.jpg", 4]]`, []string{"the JSON is not valid"}},
		{"more behind JSON", "[[\"a.jpg\", 3]]\n[[\"a.jpg\", 3]]", []string{"line 2: the JSON is not valid"}},
		{"objects over lines", "{\n\"file_name\": \"a.jpg\"\n}\n", []string{"an object a line"}},
		{"objects without paths", `[{"x": 1, "y": 2}]`, []string{`keys "x", "y"`, `"file_name"`}},
	} {
		list, err := listfile.Parse(strings.NewReader(c.text), all)
		if err == nil {
			t.Errorf("%s: got %+v, want an error", c.name, list)
			continue
		}
		says(t, c.name, err.Error(), c.says...)
		if !errors.Is(err, content.ErrFormat) || len(err.Error()) > 400 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v does not wrap ErrFormat, or is long", c.name, err)
		}
	}
}
