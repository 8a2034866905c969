// Command dist makes what is released of a commit: an archive of the program for each system, container images, and the
// checksums of them all. The same commit and compiler give the same bytes.
//
//	dist -root ../.. -out ../../dist [-base FILE] [TARGET...]
package main
