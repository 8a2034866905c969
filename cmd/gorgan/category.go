package main

import "github.com/urfave/cli/v2"

// inCategory puts flags under a heading of the help.
func inCategory(name string, flags []cli.Flag) []cli.Flag {
	for _, f := range flags {
		switch f := f.(type) {
		case *cli.StringFlag:
			f.Category = name
		case mayBeEmpty:
			inCategory(name, []cli.Flag{f.StringFlag})
		case *cli.IntFlag:
			f.Category = name
		case *cli.UintFlag:
			f.Category = name
		case *cli.Uint64Flag:
			f.Category = name
		case *cli.Float64Flag:
			f.Category = name
		case *cli.DurationFlag:
			f.Category = name
		case *cli.BoolFlag:
			f.Category = name
		}
	}
	return flags
}

// inModelCategories puts the flags of a model's settings under headings. The flags are in the
// order of the headings, and the switch names the first flag of each.
func inModelCategories(flags []cli.Flag) []cli.Flag {
	category := ""
	for i, f := range flags {
		switch f.Names()[0] {
		case "loss":
			category = "Loss"
		case "arch":
			category = "Nets"
		case "optimizer":
			category = "Optimizer"
		case "batch-size":
			category = "Steps and sampling"
		}
		inCategory(category, flags[i:i+1])
	}
	return flags
}
