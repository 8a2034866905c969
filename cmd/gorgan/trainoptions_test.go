package main

import (
	"reflect"
	"slices"
	"testing"

	"gorgan/model"
	"gorgan/model/run"
)

// TestOver: of a run that goes on, a flag that is given replaces its setting, and one that is
// not given leaves it alone. No setting that a flag has is forgotten.
func TestOver(t *testing.T) {
	facts := []string{"Fingerprint", "MeasureEvery", "Began", "HeldOutFingerprint", "Resize", "Height", "Width", "Channels", "InitialModel", "InitialWeights"} // which no flag gives
	began := run.Settings{EvaluateEvery: 1, Model: model.Default()}
	o := trainOptions{flags: began, given: given{}, fixed: given{}}
	fill(reflect.ValueOf(&o.flags).Elem())
	if got := o.over(began); !reflect.DeepEqual(got, began) {
		t.Errorf("without flags the settings are %+v, want %+v", got, began)
	}
	for _, f := range newTrain(nil).Flags {
		o.given[f.Names()[0]], o.fixed[f.Names()[0]] = true, true
	}
	var compare func(got, was, flags reflect.Value)
	compare = func(got, was, flags reflect.Value) {
		for i := range got.NumField() {
			name, want := got.Type().Field(i).Name, flags
			if name == "Model" {
				compare(got.Field(i), was.Field(i), flags.Field(i))
				continue
			}
			if slices.Contains(facts, name) {
				want = was
			}
			if !reflect.DeepEqual(got.Field(i).Interface(), want.Field(i).Interface()) {
				t.Errorf("%s is %v, want %v", name, got.Field(i), want.Field(i))
			}
		}
	}
	compare(reflect.ValueOf(o.over(began)), reflect.ValueOf(began), reflect.ValueOf(o.flags))
}

// TestOverNoEvaluation: a run that is no longer evaluated cannot stop on collapse.
func TestOverNoEvaluation(t *testing.T) {
	o := trainOptions{given: given{"evaluate-every": true}}
	if s := o.over(run.Settings{EvaluateEvery: 5, StopOnCollapse: true}); s.StopOnCollapse || s.EvaluateEvery != 0 {
		t.Errorf("got %+v", s)
	}
}

// fill gives every field a value that it has not had.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(f.String() + "x")
		case reflect.Int:
			f.SetInt(f.Int() + 1)
		case reflect.Uint32, reflect.Uint64:
			f.SetUint(f.Uint() + 1)
		case reflect.Float64:
			f.SetFloat(f.Float() + 1)
		case reflect.Bool:
			f.SetBool(!f.Bool())
		case reflect.Slice:
			f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
		case reflect.Struct:
			fill(f)
		default:
			panic("no value for the field " + v.Type().Field(i).Name)
		}
	}
}
