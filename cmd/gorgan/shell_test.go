package main

import "testing"

func TestCalledAs(t *testing.T) {
	for path, want := range map[string]string{"gorgan": "gorgan", "./gorgan": "./gorgan", "/opt/b/gorgan": "/opt/b/gorgan", "g2": "gorgan"} {
		if got := calledAs(path); got != want {
			t.Errorf("calledAs(%q) is %q, want %q", path, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"1 image": count(1, "image"), "0 images": count(0, "image"), "2 classes": count(2, "class"),
		"3 batches": count(3, "batch"), "2 displays": count(2, "display"), "2 entries": count(2, "entry"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
