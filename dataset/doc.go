// Package dataset reads, checks, streams and writes sets of images.
//
// [Open] takes the embedded MNIST, a folder or an archive of image files, a list of them, or a
// file of an array of images. It checks every image once, and returns a [Set] together with a
// [Report] of every problem in the data. [NewLoader] streams batches of a set in the background,
// [Export] writes a set as a tree of image files with its list, and [WritePNG] writes a picture.
//
// All images of a set have one shape. Pixels are bytes, 0 black to 255 white, row after row, image
// after image: one byte for grey, and red, green and blue for colours.
package dataset
