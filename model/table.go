package model

import "slices"

// table has the names that a setting can have, in the order of the help.
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

// find returns the row of that name. If there is none, it returns an empty row and false.
func (t table[T]) find(name string) (row[T], bool) {
	if i := slices.IndexFunc(t, func(r row[T]) bool { return r.name == name }); i >= 0 {
		return t[i], true
	}
	return row[T]{}, false
}
