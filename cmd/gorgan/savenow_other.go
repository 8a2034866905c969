//go:build !unix

package main

import "os"

// saveSignals returns no signals: there is none here that a user could send.
func saveSignals() []os.Signal { return nil }
