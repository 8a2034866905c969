package evaluate

import (
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

func TestNewReference(t *testing.T) {
	train, test := toySet(t, 1200, 1), toySet(t, 30, 2)
	for name, c := range map[string]struct {
		test *dataset.Set
		want [3]string
	}{
		"with a test set": {test, [3]string{"toy train[0:1000]", "toy validation[1000:1200]", "toy test[0:30]"}},
		"without":         {nil, [3]string{"toy train[0:800]", "toy validation[800:1000]", "toy test[1000:1200]"}},
	} {
		r, err := NewReference(train, c.test)
		if got := [3]string{r.Train.String(), r.Validation.String(), r.Test.String()}; err != nil || got != c.want {
			t.Errorf("%s: %v (%v), want %v", name, got, err, c.want)
		}
	}
	if _, err := NewReference(toySet(t, 5, 1), test); err == nil {
		t.Error("5 images were divided in six")
	}
	set := func(labels ...int) *dataset.Set {
		s, err := dataset.FromPixels("list", raster.Grey(toySize), make([]byte, len(labels)*toySize.Area()), labels)
		must(t, err)
		return s
	}
	const want = "evaluate: list is in the order of its labels, so its end lacks most of them; shuffle it"
	if _, err := NewReference(set(0, 0, 0, 1, 1, 1, 4, 4), nil); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	for _, labels := range [][]int{{0, 0, 1, 1, 0, 1}, {3, 3, 3, 3, 3, 3}, {-1, -1, -1, -1, -1, -1}} {
		if _, err := NewReference(set(labels...), test); err != nil {
			t.Errorf("labels %v: %v", labels, err)
		}
	}
}
