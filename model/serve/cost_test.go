package serve

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/model/run"
)

// BenchmarkFollow is what a second of a run costs that 20 pages follow: reading what is new, and the events for each.
func BenchmarkFollow(b *testing.B) {
	dir := b.TempDir()
	trainRun(b, filepath.Join(dir, "a"), 4, testImages(1), nil)
	goOnTo(b, filepath.Join(dir, "a"), 1<<31)
	path := filepath.Join(dir, "a", run.MetricsFile)
	line := func(step int) string {
		return fmt.Sprintf(`{"step":%d,"g_loss":0.7631623148918152,"d_loss":1.2572352141141891,"penalty":0.05327241122722626,"d_real":0.5736920833587646,"d_fake":0.46969106793403625,"value":-1.203962802886963,"jsd":0.09116577911646384,"seconds":9.436388217000003,"images_per_second":11905.86261019541}`+"\n", step)
	}
	var lines strings.Builder
	for step := range run.CurvePoints {
		lines.WriteString(line(step + 5))
	}
	add(b, path, lines.String())
	s, _ := newServer(b, dir, nil)
	snap, err := s.runs.snapshot("a")
	must(b, err)
	var pages [20]follower
	for i := range pages {
		_, err := pages[i].events(s.runs, snap)
		must(b, err)
	}
	step := 1000
	for b.Loop() {
		step++
		add(b, path, line(step))
		snap, err := s.runs.snapshot("a")
		must(b, err)
		for i := range pages {
			_, err := pages[i].events(s.runs, snap)
			must(b, err)
		}
	}
}
