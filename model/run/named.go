package run

import (
	"iter"
	"reflect"
	"slices"
	"strings"

	"gorgan/model"
)

// ModelSettings returns the names of the settings of the model, as in config.json. The shape of the images is a fact of the
// data, and no setting.
func ModelSettings() []string { return namesIn(reflect.TypeFor[model.Config]()) }

// SettingNames returns the names of all settings, those of the model among them. How a run began is no setting.
func SettingNames() []string { return namesIn(reflect.TypeFor[Settings]()) }

func namesIn(t reflect.Type) (names []string) {
	for f := range fieldsOf(t) {
		names = append(names, f)
	}
	return names
}

// Setting returns the setting of that name, and whether there is one.
func (s Settings) Setting(name string) (value any, known bool) {
	for key, at := range fieldsOf(reflect.TypeFor[Settings]()) {
		if key == name {
			return reflect.ValueOf(s).FieldByIndex(at).Interface(), true
		}
	}
	return nil, false
}

// fieldsOf returns the fields of a struct with settings by their names, those of structs in it among them.
func fieldsOf(t reflect.Type) iter.Seq2[string, []int] {
	return func(yield func(string, []int) bool) {
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Anonymous || name == "began" || name == "-":
			case t == reflect.TypeFor[model.Config]() && slices.Contains([]string{"height", "width", "channels"}, name): // of the images
			case f.Type == reflect.TypeFor[model.Config]():
				for inner, at := range fieldsOf(f.Type) {
					if !yield(inner, append(append([]int(nil), f.Index...), at...)) {
						return
					}
				}
			case !yield(name, f.Index):
				return
			}
		}
	}
}
