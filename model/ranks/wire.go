package ranks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

// What the ranks send each other: greetings and proofs while they meet, then frames. All have fixed sizes, but for
// the bytes of a call, whose number the receiver knows before. Numbers are little endian. Nothing is encrypted,
// and only the proofs are protected against who can change packets.

const (
	magic   = "gorganrk"
	version = 1

	nonceSize = 32
	hostSize  = 64
	textSize  = 512

	prefixSize   = len(magic) + 4 // magic, version, 0, 0, 0: the same in all versions
	greetingSize = prefixSize + 4 + 4 + nonceSize + hostSize
	frameSize    = 16
	failureSize  = 4 + hostSize + textSize
)

// greeting is the first that a rank sends on a connection.
type greeting struct {
	version     byte
	rank, ranks int
	nonce       [nonceSize]byte
	host        string
}

// greet returns a greeting with a nonce of its own.
func greet(rank, ranks int, host string) greeting {
	g := greeting{version: version, rank: rank, ranks: ranks, host: host}
	rand.Read(g.nonce[:]) // never fails
	return g
}

func (g greeting) encode() []byte {
	b := append([]byte(magic), g.version, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(g.rank))
	b = binary.LittleEndian.AppendUint32(b, uint32(g.ranks))
	b = append(b, g.nonce[:]...)
	return appendText(b, g.host, hostSize)
}

// decodePrefix returns the version of who sent the prefix of a greeting, and whether it is one.
func decodePrefix(b []byte) (version byte, ok bool) {
	return b[len(magic)], string(b[:len(magic)]) == magic
}

// decodeGreeting reads a greeting of this version.
func decodeGreeting(b []byte) (g greeting, err error) {
	g.version, _ = decodePrefix(b)
	b = b[prefixSize:]
	rank, ranks := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if ranks < 1 || ranks > Most || rank >= ranks {
		return g, fmt.Errorf("says that it is rank %d of %d", rank, ranks)
	}
	g.rank, g.ranks = int(rank), int(ranks)
	copy(g.nonce[:], b[8:])
	g.host = decodeText(b[8+nonceSize:][:hostSize])
	return g, nil
}

// prove returns what shows that a rank knows the token: the HMAC with SHA-256 of both greetings. The nonce of each
// side makes it new. Which side proves is in it, so that none can give back what it was sent.
func prove(token []byte, zero bool, of, to greeting) []byte {
	mac := hmac.New(sha256.New, token)
	side := "rank 0"
	if !zero {
		side = "others"
	}
	mac.Write([]byte(side))
	mac.Write(of.encode())
	mac.Write(to.encode())
	return mac.Sum(nil)
}

// kind is what a frame is for.
type kind byte

const (
	waiting   kind = 1 + iota // rank 0 waits for others: it is alive
	together                  // all ranks have met
	failed                    // the group has failed; a failure follows
	allToAll                  // a call; its bytes follow
	allGather                 // a call; its bytes follow
)

func (k kind) String() string {
	switch k {
	case allToAll:
		return "an all-to-all"
	case allGather:
		return "an all-gather"
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// frame is what comes before the bytes of a call, and is the whole of other messages.
type frame struct {
	kind  kind
	call  uint32 // the number of the call
	bytes uint64 // that follow
}

func (f frame) encode() []byte {
	b := binary.LittleEndian.AppendUint32([]byte{byte(f.kind), 0, 0, 0}, f.call)
	return binary.LittleEndian.AppendUint64(b, f.bytes)
}

func decodeFrame(b []byte) frame {
	return frame{kind(b[0]), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint64(b[8:])}
}

// failure is why the group has failed: a rank that is missing, or a text alone with rank -1.
type failure struct {
	rank       int
	host, text string
}

func (f failure) encode() []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(int32(f.rank)))
	b = appendText(b, f.host, hostSize)
	return appendText(b, f.text, textSize)
}

func decodeFailure(b []byte) failure {
	return failure{int(int32(binary.LittleEndian.Uint32(b))), decodeText(b[4:][:hostSize]), decodeText(b[4+hostSize:][:textSize])}
}

// appendText appends size bytes: the text as far as it fits, and zeros.
func appendText(b []byte, text string, size int) []byte {
	field := make([]byte, size)
	copy(field, text)
	return append(b, field...)
}

// decodeText returns the text in a field, with nothing that a terminal takes for a command.
func decodeText(field []byte) string {
	text, _, _ := strings.Cut(string(field), "\x00")
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, text)
}
