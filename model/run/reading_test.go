package run

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/raster"
	"gorgan/model"
)

func asKey(key string) string { return key }

func TestReadingOptions(t *testing.T) {
	r := Reading{Size: "48x64", Fit: "pad", Channels: "3", Background: "#ff8001", OnError: "skip"}
	o, err := r.Options(asKey)
	if err != nil {
		t.Fatal(err)
	}
	if o.Size != (raster.Size{Height: 48, Width: 64}) || o.Fit != raster.Pad || o.Channels != 3 || o.Background != [3]uint8{255, 128, 1} || !o.Skip {
		t.Errorf("got %+v", o)
	}
	if o, err = DefaultReading().Options(asKey); err != nil || o.Size != (raster.Size{}) || o.Fit != raster.Crop || o.Channels != 0 ||
		o.Background != [3]uint8{255, 255, 255} || o.Skip {
		t.Errorf("the default is %+v, %v", o, err)
	}
	for want, change := range map[string]func(*Reading){
		`size: size is "0"`:                        func(r *Reading) { r.Size = "0" },
		`fit is "zoom", want one of crop`:          func(r *Reading) { r.Fit = "zoom" },
		`channels is "2", want auto, 1 or 3`:       func(r *Reading) { r.Channels = "2" },
		`background is "ff8000", want white`:       func(r *Reading) { r.Background = "ff8000" },
		`background is "#ff80", want white`:        func(r *Reading) { r.Background = "#ff80" },
		`on_error is "", want one of stop, skip`:   func(r *Reading) { r.OnError = "" },
		`background is "#ff80zz", want white, bla`: func(r *Reading) { r.Background = "#ff80zz" },
	} {
		bad := DefaultReading()
		change(&bad)
		if _, err := bad.Options(asKey); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestOlderSettings: a run that an older version began has grey images, stretched to their size,
// none of them held out.
func TestOlderSettings(t *testing.T) {
	for resize, size := range map[string]string{"": "28x28", "14x20": "14x20"} {
		s := Settings{Data: "mnist", Device: "cpu", Steps: 1, DisplayEvery: 1, SaveEvery: 1, Model: model.Default()}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var values map[string]any
		if err := json.Unmarshal(text, &values); err != nil {
			t.Fatal(err)
		}
		delete(values, "held_out")
		if resize != "" {
			values["resize"] = resize
		}
		if text, err = json.Marshal(values); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, SettingsFile), text, 0o666); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSettings(dir)
		if err != nil {
			t.Fatal(err)
		}
		want := Reading{Size: size, Fit: "stretch", Channels: "1", Background: "white", OnError: "stop"}
		if got.Reading != want || got.Resize != "" || got.HeldOut != 0 || got.Mirror {
			t.Errorf("resize %q: got %+v, held out %v", resize, got.Reading, got.HeldOut)
		}
	}
}
