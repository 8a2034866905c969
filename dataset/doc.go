// Package dataset reads, checks, streams and writes sets of small grey images.
//
// [Open] takes the embedded MNIST, IDX files or a list of JPEG and PNG files. It checks every
// image once, and returns a [Set] together with a [Report] of every problem in the data.
// [NewLoader] streams batches of a set in the background, [Export] writes a set as a tree of
// JPEG files with its list, and [WritePNG] writes a picture.
//
// Pixels are grey bytes, 0 black to 255 white, row-major, image after image.
package dataset
