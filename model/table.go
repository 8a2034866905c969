package model

import "slices"

// table is what a setting can be named, in the order of its help.
type table[T any] []row[T]

type row[T any] struct {
	name, summary string
	value         T
}

func (t table[T]) names() []string {
	var names []string
	for _, r := range t {
		names = append(names, r.name)
	}
	return names
}

// find returns the row of that name, or an empty one and false.
func (t table[T]) find(name string) (row[T], bool) {
	if i := slices.IndexFunc(t, func(r row[T]) bool { return r.name == name }); i >= 0 {
		return t[i], true
	}
	return row[T]{}, false
}
