package main

import (
	"fmt"
	"strings"

	"gorgan/model"
)

// printLaunches prints a step as launches, or as JSON. Stars mark a path that no other path is longer
// than.
func printLaunches(ui *ui, l *model.Launches, json bool) error {
	if json {
		return printJSON(ui, l)
	}
	ui.say("device     %s", l.Device)
	ui.say("step       %s, %s, %d on the critical path (*), batch %d\n",
		count(len(l.Launches), "launch"), count(l.Edges, "edge"), l.Critical, l.Config.BatchSize)
	ui.say("%4s   %-18s launch and its sizes", "", "after")
	for _, n := range l.Launches {
		star, after := " ", "-"
		if n.Critical {
			star = "*"
		}
		if len(n.After) > 0 {
			after = strings.ReplaceAll(strings.Trim(fmt.Sprint(n.After), "[]"), " ", ", ")
		}
		ui.say("%4d %s %-18s %s %v", n.Number, star, after, n.Name, n.Sizes)
	}
	return nil
}
