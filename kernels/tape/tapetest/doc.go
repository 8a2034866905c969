// Package tapetest proves for a step, as package tape keeps it, that each order of its calls which
// keeps their dependences gives the same bits. It needs no hardware that runs calls side by side.
//
// The dependences follow from what the calls declare that they read and write. So there are three
// proofs, which a test makes together:
//
//   - Accesses: the calls read and write what they declare;
//   - Races: the graph orders each two calls that depend on each other;
//   - Orders: other orders give the same bits.
//
// Edges shows that the last two can fail: it leaves out each edge in turn.
//
// The functions begin with the device's memory as it is, and leave it so. The memory should be that
// of a step in the middle of a run. Then a call that comes too early reads what a step before left
// there, and not zeros.
package tapetest
