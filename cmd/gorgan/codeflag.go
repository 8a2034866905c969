package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model"
	"gorgan/model/picture"
)

// traverseColumns is the number of images of a row of --traverse: from -1 to 1 in steps of 1/5, or of so many seeds.
const traverseColumns = 11

// codeFlags returns the flags for the codes of images.
func codeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "code", Usage: "draw images of a `CODE`, as in 3 or 3,0.5,_: the class of the categorical code, then the continuous codes, with _ for those of the seed; of a model trained with --code-classes or --code-values"},
		&cli.IntFlag{Name: "traverse", Usage: fmt.Sprintf("draw a row for each class of the categorical code, in which continuous code `N`, from 1 on, goes from -1 to 1 in %d images of the same noise; 0 for images of other noise", traverseColumns)},
	}
}

// codeOptions are the values of codeFlags.
type codeOptions struct {
	text     string // of --code
	traverse int    // -1 for none
}

func readCodeOptions(c *cli.Context) (o codeOptions, err error) {
	o = codeOptions{text: c.String("code"), traverse: -1}
	if c.IsSet("traverse") {
		if o.traverse = c.Int("traverse"); o.traverse < 0 {
			return o, usageError{fmt.Errorf("--traverse is %d, want the number of a continuous code, or 0", o.traverse)}
		}
		if c.IsSet("noise") {
			return o, usageError{errors.New("got --traverse and --noise, want one of them")}
		}
	}
	return o, nil
}

// code returns the code that the flag names. Without the flag, all codes are those of the seed.
func (o codeOptions) code(c model.Config) (code model.Code, err error) {
	code.Class = -1
	if o.text == "" {
		return code, nil
	}
	parts := strings.Split(o.text, ",")
	most := c.CodeValues
	if c.CodeClasses > 0 {
		most++
	}
	switch {
	case most == 0:
		return code, usageError{errors.New("--code: the model was trained without --code-classes and --code-values")}
	case len(parts) > most:
		return code, usageError{fmt.Errorf("--code has %s, want at most %d, as many as the model has", count(len(parts), "code"), most)}
	}
	if c.CodeClasses > 0 {
		first := strings.TrimSpace(parts[0])
		parts = parts[1:]
		if n, err := strconv.Atoi(first); first != "_" {
			if err != nil || n < 0 || n >= c.CodeClasses {
				return code, usageError{fmt.Errorf("--code: the class of the categorical code is %.40q, want 0 to %d, or _ for that of the seed", first, c.CodeClasses-1)}
			}
			code.Class = n
		}
	}
	for _, part := range parts {
		v := math.NaN()
		if part = strings.TrimSpace(part); part != "_" {
			if v, err = strconv.ParseFloat(part, 32); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return code, usageError{fmt.Errorf("--code: a continuous code is %.40q, want a number, usually of -1 to 1, or _ for that of the seed", part)}
			}
		}
		code.Values = append(code.Values, float32(v))
	}
	return code, nil
}

// apply gives the images of p the codes of the flags. With --traverse it replaces the images of p by those rows, and
// returns its rows and columns. chosen says whether the user chose the seeds.
func (o codeOptions) apply(p *picture.Images, chosen bool) (rows, columns int, err error) {
	c := p.Config
	code, err := o.code(c)
	switch {
	case err != nil:
		return 0, 0, err
	case o.traverse < 0:
		if o.text != "" {
			p.Fix = func(row []float32) { c.SetCode(row, code) }
		}
		return 0, 0, nil
	case c.CodeClasses+c.CodeValues == 0:
		return 0, 0, usageError{errors.New("--traverse: the model was trained without --code-classes and --code-values")}
	case o.traverse > c.CodeValues:
		return 0, 0, usageError{fmt.Errorf("--traverse is %d, want at most %d, the model's continuous codes", o.traverse, c.CodeValues)}
	case len(p.Classes) > 1:
		return 0, 0, usageError{errors.New("--traverse draws images of one class, want one by --class")}
	}
	classes := []int{code.Class}
	if code.Class < 0 && c.CodeClasses > 0 {
		classes = make([]int, c.CodeClasses)
		for k := range classes {
			classes[k] = k
		}
	}
	lines := o.lines(p.Seeds, chosen)
	rows, columns = len(lines)*len(classes), len(lines[0])
	if rows > picture.MaxImages/columns {
		return 0, 0, usageError{fmt.Errorf("--traverse: more than %d images at once", picture.MaxImages)}
	}
	for _, seeds := range lines {
		for _, class := range classes {
			noise := c.Noise(seeds)
			for i := range seeds {
				cell := model.Code{Class: class, Values: slices.Clone(code.Values)}
				if o.traverse > 0 {
					for len(cell.Values) < o.traverse {
						cell.Values = append(cell.Values, float32(math.NaN()))
					}
					cell.Values[o.traverse-1] = float32(2*i)/(traverseColumns-1) - 1
				}
				c.SetCode(noise[i*c.InputDim():][:c.InputDim()], cell)
			}
			p.Noise = append(p.Noise, noise...)
		}
	}
	p.Seeds = picture.SeedsFrom(0, rows*columns)
	return rows, columns, nil
}

// lines returns the seeds of the images of each line of a traversal: with other noise they are one line, and else a line is of
// one seed. Without a choice of the user they are the first ones.
func (o codeOptions) lines(seeds []uint64, chosen bool) (lines [][]uint64) {
	switch {
	case o.traverse == 0 && chosen:
		return [][]uint64{seeds}
	case o.traverse == 0:
		return [][]uint64{picture.SeedsFrom(0, traverseColumns)}
	case !chosen:
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		lines = append(lines, slices.Repeat([]uint64{seed}, traverseColumns))
	}
	return lines
}
