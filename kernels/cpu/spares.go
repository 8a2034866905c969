//go:build amd64 && !purego

package cpu

// spares are working memory that nobody uses. It stays, unlike that of a sync.Pool, so that a step makes
// none.
type spares[T any] chan *T

func newSpares[T any]() spares[T] { return make(spares[T], 64) }

func (s spares[T]) take() *T {
	select {
	case t := <-s:
		return t
	default:
		return new(T)
	}
}

func (s spares[T]) give(t *T) {
	select {
	case s <- t:
	default:
	}
}
