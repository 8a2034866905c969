package events

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Value is one value of an event. TensorBoard shows the part of a tag before the first slash as a
// group.
type Value []byte

// The fields of the message Summary.Value.
const (
	valueScalar    = 2
	valueImage     = 4
	valueHistogram = 5
	valueTensor    = 8
	valueMetadata  = 9
)

func tagged(tag string) message { return message(nil).bytes(valueTag, []byte(tag)) }

// Scalar returns a number. The file holds it as float32.
func Scalar(tag string, v float64) Value { return Value(tagged(tag).float(valueScalar, float32(v))) }

// Image returns a picture of width x height pixels, which are grey (1 channel) or in colours (3
// channels), from the bytes of its PNG file.
func Image(tag string, width, height, channels int, png []byte) Value {
	const heightField, widthField, channelsField, pngField = 1, 2, 3, 4
	m := message(nil).number(heightField, uint64(height)).number(widthField, uint64(width)).number(channelsField, uint64(channels))
	return Value(tagged(tag).bytes(valueImage, m.bytes(pngField, png)))
}

// Buckets is the number of buckets of a histogram.
const Buckets = 30

// Histogram returns how values are spread: the numbers of values in buckets of one width, from the
// smallest value to the largest. There must be values, and all must be finite.
func Histogram(tag string, values []float32) Value {
	low, high := float64(slices.Min(values)), float64(slices.Max(values))
	var sum, squares float64
	counts, limits := make([]float64, Buckets), make([]float64, Buckets)
	scale := Buckets / max(high-low, math.SmallestNonzeroFloat32)
	for _, value := range values {
		v := float64(value)
		sum, squares = sum+v, squares+v*v
		counts[min(int((v-low)*scale), Buckets-1)]++
	}
	for i := range limits {
		limits[i] = low + (high-low)*float64(i+1)/Buckets
	}
	limits[Buckets-1] = high
	const lowField, highField, countField, sumField, squaresField, limitsField, countsField = 1, 2, 3, 4, 5, 6, 7
	m := message(nil).double(lowField, low).double(highField, high).double(countField, float64(len(values))).
		double(sumField, sum).double(squaresField, squares).doubles(limitsField, limits).doubles(countsField, counts)
	return Value(tagged(tag).bytes(valueHistogram, m))
}

// Settings returns the settings of a run that began at began, for TensorBoard's table of
// hyperparameters. A value is a number (float64), a bool or a text; anything else is written as
// package fmt prints it. A file has one Settings, at step 0.
func Settings(began time.Time, settings map[string]any) Value {
	const (
		keyField, valueField                    = 1, 2    // of an entry of a map
		numberField, textField, boolField       = 2, 3, 4 // of google.protobuf.Value
		settingsField, beganField               = 1, 5    // of SessionStartInfo
		startField                              = 3       // of HParamsPluginData
		nameField, contentField                 = 1, 2    // of PluginData
		pluginField                             = 1       // of SummaryMetadata
		typeField, shapeField, sizeField, float = 1, 2, 2, 1
	)
	var start message
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		var value message
		switch v := settings[key].(type) {
		case float64:
			value = value.double(numberField, v)
		case bool:
			n := uint64(0)
			if v {
				n = 1
			}
			value = value.number(boolField, n)
		default:
			value = value.bytes(textField, fmt.Append(nil, v))
		}
		start = start.bytes(settingsField, message(nil).bytes(keyField, []byte(key)).bytes(valueField, value))
	}
	start = start.double(beganField, float64(began.UnixNano())/1e9)
	plugin := message(nil).bytes(nameField, []byte("hparams")).bytes(contentField, message(nil).bytes(startField, start))
	// A value without a tensor is left out by some readers. This one has the shape (1), and holds 0.
	one := message(nil).bytes(sizeField, message(nil).number(1, 1))
	empty := message(nil).number(typeField, float).bytes(shapeField, one).float(5, 0)
	return Value(tagged("_hparams_/session_start_info").bytes(valueTensor, empty).bytes(valueMetadata, message(nil).bytes(pluginField, plugin)))
}
