//go:build mpi

package mpi

/*
#include <mpi.h>
#include <time.h>

static int joined(void) { int yes; MPI_Initialized(&yes); return yes; }

// world initialises MPI, and makes a communicator of our own of all processes, whose calls return their errors.
static int world(MPI_Comm *comm, int *rank, int *size, int *funneled) {
	int code, threads;
	if ((code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &threads))) return code;
	*funneled = threads >= MPI_THREAD_FUNNELED;
	if ((code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN))) return code;
	if ((code = MPI_Comm_dup(MPI_COMM_WORLD, comm))) return code;
	if ((code = MPI_Comm_rank(*comm, rank))) return code;
	return MPI_Comm_size(*comm, size);
}

static MPI_Request null(void) { return MPI_REQUEST_NULL; }
static int receive(void *to, int n, int peer, int tag, MPI_Comm comm, MPI_Request *r) { return MPI_Irecv(to, n, MPI_BYTE, peer, tag, comm, r); }
static int send(const void *from, int n, int peer, int tag, MPI_Comm comm, MPI_Request *r) { return MPI_Isend(from, n, MPI_BYTE, peer, tag, comm, r); }
static int withdraw(MPI_Request *r) { int code = MPI_Cancel(r); return code ? code : MPI_Wait(r, MPI_STATUS_IGNORE); }
static int bytes(const MPI_Status *s) { int n; return MPI_Get_count(s, MPI_BYTE, &n) ? -1 : n; }
static int truncated(int code) { int c; return MPI_Error_class(code, &c) == MPI_SUCCESS && c == MPI_ERR_TRUNCATE; }
static void pause_for(long ns) { struct timespec t = {0, ns}; nanosleep(&t, NULL); }
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"
)

// library is a communicator and its requests under way. What has ended is a null request, which MPI passes over.
// The lists have one length and grow to the longest exchange.
type library struct {
	comm     C.MPI_Comm
	requests []C.MPI_Request
	indices  []C.int // of what the last poll found
	statuses []C.MPI_Status
	found    C.int
	failed   bool // if statuses have errors
}

func initialise(limit time.Duration, piece int) (*poller, error) {
	if C.joined() != 0 {
		return nil, errors.New("mpi: this process has joined its group before, and MPI can be initialised once")
	}
	p := &poller{limit: limit, piece: piece}
	var rank, size, funneled C.int
	if err := failure(C.world(&p.comm, &rank, &size, &funneled)); err != nil {
		return nil, fmt.Errorf("mpi: initialising: %w", err)
	}
	if funneled == 0 {
		return nil, errors.New("mpi: this MPI allows one thread in a process, want MPI_THREAD_FUNNELED; use an MPI that was built with threads")
	}
	p.rank, p.size = int(rank), int(size)
	if err := p.listen(); err != nil {
		return nil, fmt.Errorf("mpi: initialising: %w", err)
	}
	return p, nil
}

// finalise ends the use of MPI in this process. Only requests to receive are under way.
func (l *library) finalise() error {
	for i := range l.requests {
		if l.requests[i] == C.null() {
			continue
		}
		if err := failure(C.withdraw(&l.requests[i])); err != nil {
			return fmt.Errorf("mpi: finalising: %w", err)
		}
	}
	if err := failure(C.MPI_Finalize()); err != nil {
		return fmt.Errorf("mpi: finalising: %w", err)
	}
	return nil
}

// keep forgets all requests but the first n. The others have ended.
func (l *library) keep(n int) {
	l.requests, l.indices, l.statuses = l.requests[:n], l.indices[:n], l.statuses[:n]
}

// start adds a request to send bytes to the rank peer or to receive them. They are pinned until it ends.
func (l *library) start(peer int, bytes []byte, k kind) error {
	at, n, tag := unsafe.Pointer(unsafe.SliceData(bytes)), C.int(len(bytes)), C.int(0)
	if k == hearing || k == leaving {
		tag = 1
	}
	i := len(l.requests)
	l.requests, l.indices, l.statuses = append(l.requests, C.null()), append(l.indices, 0), append(l.statuses, C.MPI_Status{})
	if k == receiving || k == hearing {
		return failure(C.receive(at, n, C.int(peer), tag, l.comm, &l.requests[i]))
	}
	return failure(C.send(at, n, C.int(peer), tag, l.comm, &l.requests[i]))
}

// poll returns how many requests have ended since the last one.
func (l *library) poll() (done int, err error) {
	code := C.MPI_Testsome(C.int(len(l.requests)), &l.requests[0], &l.found, &l.indices[0], &l.statuses[0])
	l.failed = code == C.MPI_ERR_IN_STATUS
	if l.failed {
		code = C.MPI_SUCCESS
	}
	return max(0, int(l.found)), failure(code)
}

var errLonger = errors.New("the message is longer than the memory for it")

// at returns which request was the d-th that the poll found, its bytes, and how it failed.
func (l *library) at(d int) (i, bytes int, err error) {
	status := &l.statuses[d]
	if code := status.MPI_ERROR; l.failed && C.truncated(code) != 0 {
		err = errLonger
	} else if l.failed {
		err = failure(code)
	}
	return int(l.indices[d]), int(C.bytes(status)), err
}

// failure is the error of a code that a call of MPI returned.
func failure(code C.int) error {
	if code == C.MPI_SUCCESS {
		return nil
	}
	var text [C.MPI_MAX_ERROR_STRING + 1]C.char
	var n C.int
	if C.MPI_Error_string(code, &text[0], &n) != C.MPI_SUCCESS {
		return fmt.Errorf("MPI's error %d", int(code))
	}
	return errors.New(strings.ReplaceAll(strings.TrimSpace(C.GoStringN(&text[0], n)), "\n", " "))
}

func pause(d time.Duration) { C.pause_for(C.long(d)) }
