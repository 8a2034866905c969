package evaluate

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels"
)

// colour returns the shape of images in colour.
func colour(height, width int) raster.Shape {
	return raster.Shape{Size: raster.Size{Height: height, Width: width}, Channels: raster.RGB}
}

func TestVersions(t *testing.T) {
	square, wide := raster.Grey(raster.Size{Height: 2, Width: 2}), raster.Grey(raster.Size{Height: 2, Width: 3})
	for _, c := range []struct {
		shape raster.Shape
		task  Task
		image []float32
		want  [][]float32
	}{
		{square, Rotation, []float32{1, 2, 3, 4}, [][]float32{{1, 2, 3, 4}, {3, 1, 4, 2}, {4, 3, 2, 1}, {2, 4, 1, 3}}},
		{wide, Mirroring, []float32{1, 2, 3, 4, 5, 6}, [][]float32{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {4, 5, 6, 1, 2, 3}, {6, 5, 4, 3, 2, 1}}},
		{colour(1, 1), RotationAndChannels, []float32{1, 2, 3}, [][]float32{
			{1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {2, 3, 1}, {2, 3, 1}, {2, 3, 1}, {2, 3, 1}, {3, 1, 2}, {3, 1, 2}, {3, 1, 2}, {3, 1, 2}}},
		{colour(1, 2), MirroringAndChannels, []float32{1, 2, 3, 4, 5, 6}, [][]float32{
			{1, 2, 3, 4, 5, 6}, {4, 5, 6, 1, 2, 3}, {1, 2, 3, 4, 5, 6}, {4, 5, 6, 1, 2, 3},
			{2, 3, 1, 5, 6, 4}, {5, 6, 4, 2, 3, 1}, {2, 3, 1, 5, 6, 4}, {5, 6, 4, 2, 3, 1},
			{3, 1, 2, 6, 4, 5}, {6, 4, 5, 3, 1, 2}, {3, 1, 2, 6, 4, 5}, {6, 4, 5, 3, 1, 2}}},
	} {
		if got := PretextFor(c.shape); got != c.task {
			t.Errorf("task for %v is %q, want %q", c.shape, got, c.task)
		}
		if n, err := c.task.versions(); err != nil || n != len(c.want) {
			t.Errorf("%s: %d versions (%v), want %d", c.task, n, err, len(c.want))
		}
		for k, want := range c.want {
			got := make([]float32, len(want))
			if c.task.version(got, c.image, c.shape, k); !slices.Equal(got, want) {
				t.Errorf("%s: version %d is %v, want %v", c.task, k, got, want)
			}
		}
	}
}

// slopes are images that grow brighter from the top left, with noise. In colour, red is the brightest
// channel and blue the darkest. A net can tell their versions.
func slopes(t testing.TB, n int, shape raster.Shape, seed uint64) *dataset.Set {
	t.Helper()
	each := shape.Values()
	pixels := make([]byte, n*each)
	for i := range pixels {
		w := kernels.Philox4x32([4]uint32{uint32(i), 3}, kernels.Key(seed))[0] % 60
		at := i % each
		c, x, y := at%shape.Channels, at/shape.Channels%shape.Width, at/shape.Channels/shape.Width
		light := (2*y*shape.Width + x*shape.Height) * 60 / shape.Area()
		pixels[i] = byte(int(w) + light + 30*(shape.Channels-1-c))
	}
	set, err := dataset.FromPixels("slopes", shape, pixels, nil)
	must(t, err)
	return set
}

func slopesReference(t testing.TB, shape raster.Shape) Reference {
	t.Helper()
	r, err := NewReference(slopes(t, 500, shape, 1), slopes(t, 400, shape, 2))
	must(t, err)
	return r
}

// TestPretextClassifier: without labels a net learns the versions, for each kind of image, and knows those
// of images that it has not seen.
func TestPretextClassifier(t *testing.T) {
	for _, shape := range []raster.Shape{raster.Grey(raster.Size{Height: 6, Width: 6}), raster.Grey(raster.Size{Height: 5, Width: 8}), colour(6, 6), colour(8, 5)} {
		dev, r := cpu(t, 2), slopesReference(t, shape)
		recipe := RecipeFor(r)
		recipe.Epochs = 20
		c, err := TrainClassifier(context.Background(), dev, r.Train, recipe, nil)
		must(t, err)
		if versions, _ := c.Recipe.Task.versions(); c.Recipe.Task != PretextFor(shape) || len(c.Labels) != versions || c.Widths[len(c.Widths)-1] != versions {
			t.Errorf("%v: task %q, net %v, %d labels", shape, c.Recipe.Task, c, len(c.Labels))
		}
		accuracy, err := c.Accuracy(context.Background(), dev, r.Test)
		must(t, err)
		if accuracy < 0.9 {
			t.Errorf("%v: %v of the versions right, want nearly all", shape, accuracy)
		}
	}
}

// TestPretextBatches: an image comes in all versions as the epochs go by, and the batch's target says in
// which.
func TestPretextBatches(t *testing.T) {
	const n = 10
	pixels := make([]byte, n*4)
	for i := range n {
		pixels[4*i], pixels[4*i+1] = byte(100+i), 7 // bright on the top left, then to the right
	}
	set, err := dataset.FromPixels("dots", raster.Grey(raster.Size{Height: 2, Width: 2}), pixels, nil)
	must(t, err)
	images, err := learnable(Whole("train", set), Rotation)
	must(t, err)
	b := batch{set: images, seed: kernels.Key(4), targets: make([]int, 5)}
	x := make([]float32, 20)
	shown, at := map[[2]int]int{}, []int{0, 1, 3, 2}
	for step := range 80 {
		must(t, b.fill(x, step))
		for i, target := range b.targets {
			bright := at[target]
			image := int(x[4*i+bright]*255+0.5) - 100
			if image < 0 || image >= n || int(x[4*i+at[(target+1)%4]]*255+0.5) != 7 {
				t.Fatalf("version %d is %v", target, x[4*i:][:4])
			}
			shown[[2]int{image, target}]++
		}
	}
	total := 0
	for _, times := range shown {
		total += times
	}
	if len(shown) < 4*n-1 || total != 400 {
		t.Errorf("%d of %d versions in %d images", len(shown), 4*n, total)
	}
}

// TestSamePretextClassifier: workers and processors do not matter, the seed does. The task is part of the
// hash and of the file.
func TestSamePretextClassifier(t *testing.T) {
	set := slopes(t, 300, colour(6, 6), 1)
	recipe := Recipe{Task: RotationAndChannels, Hidden: []int{32, 16}, Epochs: 2, BatchSize: 64, LearningRate: 1e-3, Shift: 1, Seed: 3}
	train := func(workers, procs int, r Recipe) *Classifier {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c, err := TrainClassifier(context.Background(), cpu(t, workers), Whole("train", set), r, nil)
		must(t, err)
		return c
	}
	want := train(1, 1, recipe)
	for _, workers := range []int{2, 5} {
		for _, procs := range []int{1, 3} {
			if got := train(workers, procs, recipe); got.SHA256() != want.SHA256() {
				t.Errorf("with %d workers, GOMAXPROCS %d: hash %s, want %s", workers, procs, got.SHA256(), want.SHA256())
			}
		}
	}
	other := recipe
	other.Seed++
	if train(1, 1, other).SHA256() == want.SHA256() {
		t.Error("another seed gives the same classifier")
	}
	path := filepath.Join(t.TempDir(), "pretext.safetensors")
	must(t, want.Save(path))
	back, err := LoadClassifier(path)
	must(t, err)
	if diff := cmp.Diff(want, back, cmp.AllowUnexported(Classifier{})); diff != "" {
		t.Errorf("saved and loaded: %s", diff)
	}
	hash := want.SHA256()
	for _, task := range []Task{MirroringAndChannels, ByLabel} {
		if want.Recipe.Task = task; want.SHA256() == hash {
			t.Errorf("task %q: the same hash", task)
		}
	}
	for _, task := range []Task{Rotation, "jigsaw"} { // of four versions, and unknown
		want.Recipe.Task = task
		must(t, want.Save(path))
		if _, err := LoadClassifier(path); !errors.Is(err, ErrClassifier) {
			t.Errorf("task %q of 12 versions: error %v, want %v", task, err, ErrClassifier)
		}
	}
}

func TestPretextErrors(t *testing.T) {
	grey, recipe := Whole("train", slopes(t, 9, raster.Grey(raster.Size{Height: 4, Width: 4}), 1)), toyRecipe()
	for task, want := range map[Task]string{
		Mirroring:           `evaluate: recipe with task "mirroring", want "rotation" for images of 4x4, or none`,
		RotationAndChannels: `evaluate: recipe with task "rotation and channel order", want "rotation" for images of 4x4, or none`,
		"jigsaw":            `evaluate: recipe: task is "jigsaw", want none or a pretext task such as "rotation"`,
	} {
		recipe.Task = task
		if _, err := TrainClassifier(context.Background(), cpu(t, 1), grey, recipe, nil); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	recipe.Task = Rotation
	if _, err := TrainClassifier(context.Background(), cpu(t, 1), Split{Name: "train"}, recipe, nil); err == nil {
		t.Error("a classifier of no set")
	}
}

// TestMeanOfVersions: it is the mean of all that a pretext task shows.
func TestMeanOfVersions(t *testing.T) {
	set := slopes(t, 30, colour(3, 3), 1)
	s, err := learnable(Whole("train", set), RotationAndChannels)
	must(t, err)
	got, err := s.mean()
	must(t, err)
	want := make([]float64, 27)
	for k := range 12 {
		for i := range set.Len() {
			image, version := make([]float32, 27), make([]float32, 27)
			must(t, s.row(image, i))
			s.task.version(version, image, set.Shape(), k)
			for j, v := range version {
				want[j] += float64(v) / (12 * 30)
			}
		}
	}
	for j, v := range got {
		near(t, fmt.Sprintf("mean %d", j), float64(v), want[j], 1e-5)
	}
}
