package ranks

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorgan/kernels"
)

const (
	// agreed is the most bytes that a rank's facts may take.
	agreed = 1 << 20
	// chunk is how many of them go into one exchange.
	chunk = 4096
	// longest is the most bytes of a name or a value. Of one that is longer, the digest is compared.
	longest = 256
	// shown is how many values of a fact a message has.
	shown = 4
)

// Fact is something on which the ranks must agree, as a text: the digest of the settings, the program's version.
type Fact struct{ Name, Value string }

// Agree returns nil if all ranks of g have the same facts, in any order. All ranks must call it at the same time.
// Otherwise all get the same error, which names each fact that differs, its values, and the ranks that have them.
// It returns the error of g if a rank is missing.
func Agree(g kernels.Group, facts []Fact) error {
	text := encodeFacts(facts)
	size := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	digest := sha256.Sum256(text)
	own := append(size, digest[:]...)
	all := make([]byte, g.Size()*len(own))
	if err := g.AllGather(all, own); err != nil {
		return err
	}
	digests := slices.Collect(slices.Chunk(all, len(own)))
	if !slices.ContainsFunc(digests, func(d []byte) bool { return !bytes.Equal(d, digests[0]) }) {
		return nil
	}
	texts, err := gatherTexts(g, text, digests)
	if err != nil {
		return err
	}
	tables := make([]map[string]string, len(texts))
	for rank, t := range texts {
		if tables[rank], err = decodeFacts(t); err != nil {
			return fmt.Errorf("ranks: the facts of rank %d of %d cannot be read (%w); run the same version of the program everywhere", rank, g.Size(), err)
		}
	}
	return differences(tables)
}

// gatherTexts returns the facts of all ranks, which differ.
func gatherTexts(g kernels.Group, own []byte, digests [][]byte) ([][]byte, error) {
	most := uint64(0)
	for rank, d := range digests {
		n := binary.LittleEndian.Uint64(d)
		if n > agreed {
			return nil, fmt.Errorf("ranks: the facts of rank %d of %d have %d bytes, want at most %d; run the same version of the program everywhere", rank, g.Size(), n, agreed)
		}
		most = max(most, n)
	}
	texts := make([][]byte, g.Size())
	part, all := make([]byte, chunk), make([]byte, chunk*g.Size())
	for at := 0; at < int(most); at += chunk {
		clear(part)
		if at < len(own) {
			copy(part, own[at:])
		}
		if err := g.AllGather(all, part); err != nil {
			return nil, err
		}
		for rank := range texts {
			texts[rank] = append(texts[rank], all[rank*chunk:][:chunk]...)
		}
	}
	for rank, d := range digests {
		texts[rank] = texts[rank][:binary.LittleEndian.Uint64(d)]
		if digest := sha256.Sum256(texts[rank]); !bytes.Equal(digest[:], d[8:]) {
			return nil, fmt.Errorf("ranks: the facts of rank %d of %d have not arrived as they were sent", rank, g.Size())
		}
	}
	return texts, nil
}

// encodeFacts writes each fact as two texts, sorted by their names. A text is its length and its bytes.
func encodeFacts(facts []Fact) []byte {
	facts = slices.Clone(facts)
	slices.SortFunc(facts, func(a, b Fact) int {
		return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value)
	})
	var b []byte
	for _, f := range facts {
		for _, text := range []string{f.Name, f.Value} {
			if len(text) > longest {
				text = fmt.Sprintf("%s... (SHA-256 %.16x)", text[:longest/2], sha256.Sum256([]byte(text)))
			}
			b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
			b = append(b, text...)
		}
	}
	return b
}

// decodeFacts reads what encodeFacts has written, of another process, as the values by name.
func decodeFacts(b []byte) (map[string]string, error) {
	facts := map[string]string{}
	for len(b) > 0 {
		var texts [2]string
		for i := range texts {
			if len(b) < 2 {
				return nil, errors.New("they end early")
			}
			n := int(binary.LittleEndian.Uint16(b))
			if b = b[2:]; len(b) < n {
				return nil, errors.New("they end early")
			}
			texts[i], b = string(b[:n]), b[n:]
		}
		if _, twice := facts[texts[0]]; twice {
			return nil, fmt.Errorf("%q is there twice", texts[0])
		}
		facts[texts[0]] = texts[1]
	}
	return facts, nil
}

// differences says on which facts the ranks differ.
func differences(tables []map[string]string) error {
	var names []string
	for _, t := range tables {
		for name := range t {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var clauses []string
	for _, name := range slices.Compact(names) {
		var values []string // in the order of the first rank that has each
		having := map[string][]int{}
		for rank, t := range tables {
			value := "not known"
			if v, ok := t[name]; ok {
				value = strconv.Quote(v)
			}
			if having[value] == nil {
				values = append(values, value)
			}
			having[value] = append(having[value], rank)
		}
		if len(values) == 1 {
			continue
		}
		var parts []string
		for _, v := range values[:min(shown, len(values))] {
			parts = append(parts, v+" on "+rankList(having[v]))
		}
		if more := len(values) - shown; more > 0 {
			parts = append(parts, fmt.Sprintf("%d more values on others", more))
		}
		clauses = append(clauses, plain(name)+" is "+strings.Join(parts, ", "))
	}
	return fmt.Errorf("ranks: the ranks do not agree: %s; start all with the same program, settings and data, on machines alike", strings.Join(clauses, "; "))
}

// plain is a name without anything that a terminal takes for a command.
func plain(name string) string { return decodeText([]byte(name)) }

// rankList writes ranks, which ascend, as in "rank 3" or "ranks 0-2, 5".
func rankList(ranks []int) string {
	var spans []string
	for i := 0; i < len(ranks); {
		j := i
		for j+1 < len(ranks) && ranks[j+1] == ranks[j]+1 {
			j++
		}
		switch {
		case j == i:
			spans = append(spans, strconv.Itoa(ranks[i]))
		case j == i+1:
			spans = append(spans, strconv.Itoa(ranks[i]), strconv.Itoa(ranks[j]))
		default:
			spans = append(spans, fmt.Sprintf("%d-%d", ranks[i], ranks[j]))
		}
		i = j + 1
	}
	if len(ranks) == 1 {
		return "rank " + spans[0]
	}
	return "ranks " + strings.Join(spans, ", ")
}
