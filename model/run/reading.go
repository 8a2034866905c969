package run

import (
	"encoding/hex"
	"fmt"
	"strings"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// Reading says how the images of a source become those of a set, as the flags have it.
type Reading struct {
	Size       string `json:"size,omitempty"`       // "64" or "48x64", empty for what suits the images
	Fit        string `json:"fit,omitempty"`        // a name of raster.Fits
	Channels   string `json:"channels,omitempty"`   // AutoChannels, "1" or "3"
	Background string `json:"background,omitempty"` // white, black or #rrggbb
	OnError    string `json:"on_error,omitempty"`   // a name of OnErrors
}

// AutoChannels makes a set grey if all images are grey.
const AutoChannels = "auto"

// What happens if an image cannot be read.
const (
	StopOnError = "stop"
	SkipOnError = "skip"
)

// OnErrors returns the names that Reading.OnError can have.
func OnErrors() []string { return []string{StopOnError, SkipOnError} }

// DefaultReading is the reading of a source about which no flag says anything.
func DefaultReading() Reading {
	return Reading{Fit: string(raster.Crop), Channels: AutoChannels, Background: "white", OnError: StopOnError}
}

// Options returns the part of the options of [dataset.Open] that r decides. named returns a
// setting's name as the user wrote it: a flag or a key of config.json.
func (r Reading) Options(named func(key string) string) (o dataset.Options, err error) {
	refuse := func(key, got, want string) (dataset.Options, error) {
		return o, fmt.Errorf("%s is %.40q, want %s", named(key), got, want)
	}
	if r.Size != "" {
		if o.Size, err = raster.ParseSize(r.Size); err != nil {
			return o, fmt.Errorf("%s: %w", named("size"), err)
		}
	}
	if o.Fit, err = raster.ParseFit(r.Fit); err != nil {
		return refuse("fit", r.Fit, "one of "+strings.Join(raster.Fits(), ", "))
	}
	switch r.Channels {
	case AutoChannels:
	case "1":
		o.Channels = 1
	case "3":
		o.Channels = raster.RGB
	default:
		return refuse("channels", r.Channels, "auto, 1 or 3")
	}
	var known bool
	if o.Background, known = parseColour(r.Background); !known {
		return refuse("background", r.Background, "white, black, or red, green and blue as in #ff8000")
	}
	switch r.OnError {
	case StopOnError:
	case SkipOnError:
		o.Skip = true
	default:
		return refuse("on_error", r.OnError, "one of "+strings.Join(OnErrors(), ", "))
	}
	return o, nil
}

// parseColour reads a colour: white, black, or #rrggbb in hexadecimal.
func parseColour(text string) (c [3]uint8, known bool) {
	switch text {
	case "black":
		return c, true
	case "white":
		return [3]uint8{255, 255, 255}, true
	}
	digits, marked := strings.CutPrefix(text, "#")
	b, err := hex.DecodeString(digits)
	if !marked || err != nil || len(b) != len(c) {
		return c, false
	}
	return [3]uint8(b), true
}
