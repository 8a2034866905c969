package ranks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"gorgan/kernels"
)

var secret = []byte("0123456789abcdef")

// absentFor checks that err names the missing rank, and says what it should.
func absentFor(t *testing.T, who string, err error, rank, ranks int, says ...string) {
	t.Helper()
	lost, ok := errors.AsType[kernels.RankError](err)
	if !ok || lost.Rank != rank || lost.Ranks != ranks {
		t.Errorf("%s says %v, want that rank %d of %d is missing", who, err, rank, ranks)
		return
	}
	saysAll(t, who, err, says...)
}

func saysAll(t *testing.T, who string, err error, says ...string) {
	t.Helper()
	for _, part := range says {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s says %v, want %q in it", who, err, part)
		}
	}
}

// meet is Meet for a test that wants its error.
func meet(address string, rank, ranks int, o Options) error {
	g, err := Meet(context.Background(), Place{Rank: rank, Ranks: ranks, Rendezvous: address}, o)
	if err == nil {
		g.Close()
	}
	return err
}

// TestLate: the others wait for rank 0, and rank 0 for them, though that takes longer than a call may.
func TestLate(t *testing.T) {
	address, o := freeAddress(t), brief()
	o.Limit = 300 * time.Millisecond
	for rank, err := range every(4, func(rank int) error {
		time.Sleep([]time.Duration{200, 0, 400, 900}[rank] * time.Millisecond)
		return meet(address, rank, 4, o)
	}) {
		if err != nil {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
}

// TestAbsent: all that came name the first rank that did not.
func TestAbsent(t *testing.T) {
	address, o := freeAddress(t), brief()
	o.Wait = 500 * time.Millisecond
	began := time.Now()
	for i, err := range every(3, func(i int) error { return meet(address, i+i/2, 6, o) }) {
		absentFor(t, fmt.Sprint("rank ", i+i/2), err, 2, 6, "ranks: rank 2 of 6 has not come within 500ms, nor has rank 4, 5; see whether its process was started")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestAbsentZero: nobody answers at the rendezvous, or somebody else does.
func TestAbsentZero(t *testing.T) {
	o := brief()
	o.Wait = 300 * time.Millisecond
	address := freeAddress(t)
	absentFor(t, "rank 1", meet(address, 1, 2, o), 0, 2, "rank 0 of 2 (host 127.0.0.1) has not answered at "+address+" within 300ms (connection refused)")
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			c.Close()
		}
	}()
	absentFor(t, "rank 1", meet(address, 1, 2, o), 0, 2, "it does not answer as rank 0")
	saysAll(t, "rank 0", meet(address, 0, 2, o), "rank 0 cannot listen at "+address, "address already in use", "--rendezvous")
	l.Close()
	<-served
}

// TestTwice: two processes that are the same rank end the meeting for all.
func TestTwice(t *testing.T) {
	address, o := freeAddress(t), brief()
	for i, err := range every(3, func(i int) error { return meet(address, []int{0, 2, 2}[i], 4, o) }) {
		saysAll(t, []string{"rank 0", "a rank 2", "a rank 2"}[i], err, "ranks: two processes say that they are rank 2 of 4 (hosts "+hostname())
	}
}

// TestOtherRanks: ranks that were told different numbers of ranks end the meeting for all.
func TestOtherRanks(t *testing.T) {
	address, o := freeAddress(t), brief()
	for rank, err := range every(2, func(rank int) error { return meet(address, rank, []int{2, 8}[rank], o) }) {
		saysAll(t, fmt.Sprint("rank ", rank), err, "rank 1 (host "+hostname()+") was told that there are 8 ranks, and rank 0 that there are 2")
	}
}

// TestAgain: a process that came, ended and was started again takes its own place.
func TestAgain(t *testing.T) {
	address, o := freeAddress(t), brief()
	ctx, end := context.WithCancel(context.Background())
	for i, err := range every(3, func(i int) error {
		switch i {
		case 1: // comes and goes
			time.AfterFunc(300*time.Millisecond, end)
			_, err := Meet(ctx, Place{Rank: 1, Ranks: 3, Rendezvous: address}, o)
			if !errors.Is(err, context.Canceled) {
				return errors.New("the process that ended had " + err.Error())
			}
			return meet(address, 1, 3, o)
		case 2:
			<-ctx.Done()
			time.Sleep(500 * time.Millisecond)
		}
		return meet(address, i, 3, o)
	}) {
		if err != nil {
			t.Errorf("rank %d: %v", i, err)
		}
	}
}

// TestInterrupted: a rank that is interrupted at the rendezvous returns context.Canceled, and the others are told.
func TestInterrupted(t *testing.T) {
	address, o := freeAddress(t), brief()
	ctx, interrupt := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, interrupt)
	errs := every(3, func(rank int) error {
		of := context.Background()
		if rank == 0 {
			of = ctx
		}
		if rank == 2 { // is told another address, where nobody answers
			_, err := Meet(ctx, Place{Rank: rank, Ranks: 3, Rendezvous: freeAddress(t)}, o)
			return err
		}
		_, err := Meet(of, Place{Rank: rank, Ranks: 3, Rendezvous: address}, o)
		return err
	})
	for _, rank := range []int{0, 2} {
		if !errors.Is(errs[rank], context.Canceled) {
			t.Errorf("rank %d says %v", rank, errs[rank])
		}
	}
	saysAll(t, "rank 1", errs[1], "rank 0 was interrupted before all ranks had come")
}

// TestAddress: beyond the loopback interface, ranks need a token on both sides.
func TestAddress(t *testing.T) {
	_, port, _ := net.SplitHostPort(freeAddress(t))
	o := brief()
	saysAll(t, "rank 0", meet("0.0.0.0:"+port, 0, 2, o), "the rendezvous 0.0.0.0:"+port+" can be reached from other machines, so the ranks need a token")
	host := ""
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			host = n.IP.String()
		}
	}
	if host == "" {
		t.Skip("this machine has the loopback interface alone")
	}
	address := net.JoinHostPort(host, port)
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	saysAll(t, "rank 1", meet(address, 1, 2, o), "so the ranks need a token")
	l.Close()
	o.Token = secret
	for rank, err := range every(2, func(rank int) error { return meet(address, rank, 2, o) }) {
		if err != nil {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
}

// TestMistakes: each is one sentence, without a connection.
func TestMistakes(t *testing.T) {
	short := brief()
	short.Token = secret[:15]
	soon := brief()
	soon.Wait = 200 * time.Millisecond
	for says, c := range map[string]struct {
		place Place
		o     Options
	}{
		"rank 2 of 2": {Place{Rank: 2, Ranks: 2, Rendezvous: "a:1"}, brief()},
		"rank 0 of 0": {Place{Rendezvous: "a:1"}, brief()},
		"nothing says where the 2 ranks meet; give --rendezvous HOST:PORT": {Place{Ranks: 2}, brief()},
		"the token has 15 bytes, want at least 16":                         {Place{Ranks: 2, Rendezvous: "a:1"}, short},
		`the rendezvous is "a", want HOST:PORT`:                            {Place{Ranks: 2, Rendezvous: "a"}, brief()},
		"cannot find the address of the rendezvous nowhere.invalid:1":      {Place{Ranks: 2, Rendezvous: "nowhere.invalid:1"}, soon},
		"which no other machine reaches, and has 2 of 4 ranks":             {Place{Ranks: 4, LocalRanks: 2, Rendezvous: "127.0.0.1:1"}, brief()},
	} {
		_, err := Meet(context.Background(), c.place, c.o)
		saysAll(t, "Meet", err, "ranks: ", says)
	}
}
