package film

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// ErrNoFFmpeg is returned by FindFFmpeg.
var ErrNoFFmpeg = errors.New("the program ffmpeg is not on the PATH: install ffmpeg, or write a .gif or .png, for which nothing is needed")

// FindFFmpeg returns the path of the program ffmpeg, or ErrNoFFmpeg.
func FindFFmpeg() (string, error) {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		return "", ErrNoFFmpeg
	}
	return path, nil
}

// codecs are the flags of ffmpeg for the formats that it writes. Constant quality suits the noise of
// small images; 4:2:0 is what every player takes.
var codecs = map[string][]string{
	"mp4":  {"-c:v", "libx264", "-crf", "16", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4"},
	"webm": {"-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-pix_fmt", "yuv420p", "-f", "webm"},
}

// patience is how long a killed ffmpeg has to let go of its pipes.
const patience = 5 * time.Second

// video writes a video through a running ffmpeg, which gets raw frames.
type video struct {
	Reel
	run   *exec.Cmd
	to    io.WriteCloser
	said  tail
	added int
	ended error // of a run that is over
	over  bool
}

// NewVideo starts ffmpeg, which writes a video to the file at path, and returns a writer of its frames. format is
// "mp4" or "webm". A file that is there is replaced; of a video that fails a part may stay. If ctx ends,
// ffmpeg is killed. The caller must call Close. Errors have what ffmpeg said.
func NewVideo(ctx context.Context, ffmpeg, format, path string, r Reel) (Writer, error) {
	pixels := "rgb24"
	if r.Grey {
		pixels = "gray"
	}
	args := []string{"-hide_banner", "-loglevel", "error", "-nostdin", "-y",
		"-f", "rawvideo", "-pixel_format", pixels, "-video_size", fmt.Sprintf("%dx%d", r.Size.X, r.Size.Y),
		"-framerate", strconv.Itoa(r.Rate), "-i", "pipe:0", "-an",
		"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2"} // 4:2:0 needs even sides
	v := &video{Reel: r, run: exec.CommandContext(ctx, ffmpeg, append(append(args, codecs[format]...), "file:"+path)...)}
	v.run.Stderr, v.run.WaitDelay = &v.said, patience
	to, err := v.run.StdinPipe()
	if err != nil {
		return nil, err
	}
	v.to = to
	if err := v.run.Start(); err != nil {
		return nil, fmt.Errorf("ffmpeg: %w", err)
	}
	return v, nil
}

func (v *video) Add(frame image.Image, periods int) error {
	if err := v.check(frame, periods, v.added); err != nil {
		return err
	}
	v.added++
	pixels := raw(frame)
	for range periods {
		if err := all(v.to, pixels); err != nil {
			if failed := v.wait(); failed != nil {
				return failed // says why the pipe broke
			}
			return fmt.Errorf("ffmpeg ended before it had all frames: %w", err)
		}
	}
	return nil
}

// raw returns the pixels of a frame as ffmpeg reads them: bytes of grey, or of red, green and blue.
func raw(frame image.Image) []byte {
	size := frame.Bounds().Size()
	if grey, ok := frame.(*image.Gray); ok {
		pixels := make([]byte, 0, size.X*size.Y)
		for y := range size.Y {
			pixels = append(pixels, grey.Pix[y*grey.Stride:][:size.X]...)
		}
		return pixels
	}
	pixels := make([]byte, 0, 3*size.X*size.Y)
	colours(frame, func(_ int, row []byte) { pixels = append(pixels, row...) })
	return pixels
}

// wait ends the frames and waits for ffmpeg.
func (v *video) wait() error {
	if v.over {
		return v.ended
	}
	v.over = true
	v.to.Close()
	if err := v.run.Wait(); err != nil {
		v.ended = fmt.Errorf("ffmpeg failed: %w", err)
		if said := v.said.text(); said != "" {
			v.ended = fmt.Errorf("ffmpeg failed: %w: %s", err, said)
		}
	}
	return v.ended
}

func (v *video) Close() error {
	if err := v.wait(); err != nil {
		return err
	}
	return v.complete(v.added)
}

// tail keeps the end of what a program says.
type tail []byte

const mostTail = 600

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p...)
	*t = (*t)[max(0, len(*t)-mostTail):]
	return len(p), nil
}

func (t tail) text() string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(t), "?")), " ")
}
