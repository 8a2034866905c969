package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// ErrFollows reports text after the object of a config.json.
var ErrFollows = errors.New("something follows the settings")

// JSONFault rewrites an error of the JSON package as a sentence about the file. The error
// happened at offset, unless it names another place itself.
func JSONFault(file string, text []byte, offset int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s is empty or cut short, want a run's settings", file)
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
		key := strings.TrimPrefix(e.Field, reflect.TypeFor[Reading]().Name()+".") // an embedded type is no object of the file
		err = fmt.Errorf("%s is a JSON %s, want %s", key, e.Value, jsonKind(e.Type.Kind()))
	}
	return fmt.Errorf("%s: %w", Position(file, text, int(offset)), err)
}

// jsonKind names the type of a setting's value.
func jsonKind(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number that float64 holds"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object"
	}
	return "a whole number that " + k.String() + " holds"
}

// Position writes a place in a file as file:line:column.
func Position(file string, text []byte, offset int) string {
	before := text[:min(offset, len(text))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("%s:%d:%d", file, bytes.Count(before, []byte("\n"))+1, len(before)-line+1)
}
