package listfile

import (
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"gorgan/dataset/content"
)

// read reads a whole text as UTF-8.
func (p *parser) read(r io.Reader) (string, error) {
	text, err := p.readAll(r)
	if err != nil {
		return "", err
	}
	switch {
	case strings.HasPrefix(text, "\xff\xfe"):
		return p.utf16(text[2:], func(a, b byte) uint16 { return uint16(b)<<8 | uint16(a) })
	case strings.HasPrefix(text, "\xfe\xff"):
		return p.utf16(text[2:], func(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) })
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if zero := strings.IndexByte(text, 0); zero >= 0 {
		if what := content.Name([]byte(text[:min(len(text), 512)])); what != "" {
			return "", bad("the content is %s, want a list of images as text", what)
		}
		if text[min(zero^1, len(text)-1)] != 0 && strings.Count(text, "\x00") >= len(text)/3 {
			return "", bad("the text looks like UTF-16 without a byte order mark, want UTF-8")
		}
		return "", bad("byte %d is 0, so the file is no text, want a list of images as text", zero)
	}
	if utf8.ValidString(text) {
		return text, nil
	}
	return p.latin1(text)
}

func (p *parser) readAll(r io.Reader) (string, error) {
	var text strings.Builder
	chunk := make([]byte, 32<<10)
	for {
		n, err := r.Read(chunk)
		if text.Len()+n > text.Cap() {
			// While the text moves, both places count.
			before := text.Cap()
			if err := p.take(int64(2*before + n)); err != nil {
				return "", err
			}
			text.Grow(n) // to twice the room, and n
			p.give(int64(before))
		}
		text.Write(chunk[:n])
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			return "", err
		}
	}
}

func (p *parser) utf16(text string, unit func(a, b byte) uint16) (string, error) {
	if len(text)%2 != 0 {
		return "", bad("the text is UTF-16 by its first two bytes, and its length of %d bytes is odd", len(text)+2)
	}
	return p.decoded(text, "UTF-16", func(write func(rune)) {
		for i := 0; i < len(text); i += 2 {
			r := rune(unit(text[i], text[i+1]))
			if utf16.IsSurrogate(r) && i+3 < len(text) {
				if pair := utf16.DecodeRune(r, rune(unit(text[i+2], text[i+3]))); pair != utf8.RuneError {
					r, i = pair, i+2
				}
			}
			write(r)
		}
	})
}

func (p *parser) latin1(text string) (string, error) {
	return p.decoded(text, "Latin-1, because it is not UTF-8", func(write func(rune)) {
		for i := range len(text) {
			write(rune(text[i]))
		}
	})
}

// decoded returns what each writes as UTF-8. It calls each twice: the first time for the size.
func (p *parser) decoded(text, encoding string, each func(write func(rune))) (string, error) {
	size := 0
	each(func(r rune) { size += len(string(r)) })
	if err := p.take(int64(size)); err != nil {
		return "", err
	}
	var decoded strings.Builder
	decoded.Grow(size)
	each(func(r rune) { decoded.WriteRune(r) })
	p.give(int64(len(text)))
	p.note("the text is read as %s", encoding)
	return decoded.String(), nil
}
