package kernels

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Kernels that differ in a few lines share a frame. A frame, NAME.frame.ptx, is PTX with
// holes. The file of a kernel that has a frame names it and fills its holes:
//
//	// relu_grad: what the kernel computes.
//	== frame activation_grad
//
//	== load
//		@%has# ld.global.nc.f32 %activation#, [%y#];
//
// A line "== NAME" begins the fill of the hole <NAME>. A fill is the rest of that line and
// the lines up to the next fill; a hole is a whole line of the frame or a word of it.
// The holes <NAME>, <NAME 1>, <NAME 2>, ... take the same fill for several rows: each # in
// it becomes the row's number, in <NAME> nothing.
//
// A frame may itself fill the holes of another frame. A fill that it has no hole for
// goes on to that other frame.

var hole = regexp.MustCompile(`<([a-z]+)(?: (\d))?>`)

// join returns the text of a kernel's file, within its frames where it has one.
func join(files fs.FS, file string) (string, error) {
	text, fills, err := split(files, file)
	for err == nil && len(fills) > 0 {
		text, fills, err = within(files, text, fills)
	}
	if err == nil && hole.MatchString(text) {
		err = fmt.Errorf("nothing fills the hole %s", hole.FindString(text))
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return text, nil
}

// within puts fills into the frame that they name, and text before it. It returns the
// result, and what is to be filled in the frame's own frame.
func within(files fs.FS, text string, fills map[string]string) (string, map[string]string, error) {
	frame, named := fills["frame"]
	delete(fills, "frame")
	if !named {
		first := slices.Min(slices.Collect(maps.Keys(fills)))
		return "", nil, fmt.Errorf("no frame has a hole <%s>", first)
	}
	inner, outer, err := split(files, frame+".frame.ptx")
	if err != nil {
		return "", nil, fmt.Errorf("frame %s: %w", frame, err)
	}
	var used []string
	put := func(into string) string {
		return hole.ReplaceAllStringFunc(into, func(h string) string {
			at := hole.FindStringSubmatch(h)
			fill, ok := fills[at[1]]
			if !ok {
				return h
			}
			used = append(used, at[1])
			return strings.ReplaceAll(fill, "#", at[2])
		})
	}
	text += "\n\n" + put(inner)
	for name := range outer {
		outer[name] = put(outer[name])
	}
	for name, fill := range fills {
		if slices.Contains(used, name) {
			continue
		}
		if _, twice := outer[name]; twice {
			return "", nil, fmt.Errorf("frame %s fills the hole <%s> itself", frame, name)
		}
		outer[name] = fill
	}
	return text, outer, nil
}

// split returns a file's text before its first fill, and its fills by name.
func split(files fs.FS, file string) (string, map[string]string, error) {
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return "", nil, err
	}
	parts := strings.Split(string(data), "\n== ")
	fills := map[string]string{}
	for _, part := range parts[1:] {
		end := strings.IndexAny(part+"\n", " \n")
		if _, twice := fills[part[:end]]; twice {
			return "", nil, fmt.Errorf("the hole <%s> is filled twice", part[:end])
		}
		fills[part[:end]] = strings.TrimSpace(part[end:])
	}
	return parts[0], fills, nil
}
