"""A file on an HTTP server as a seekable file, read by ranges, and whole where it must be."""

import base64
import http.client
import io
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ATTEMPTS = 5
TIMEOUT = 60  # seconds without a byte
BLOCK = 1 << 18  # bytes a request asks for at least


class Error(Exception):
    """What could not be fetched and why, in one sentence."""


class NoRanges(Error):
    """The server sends whole files only; size is the file's, None if it does not say."""

    def __init__(self, size):
        super().__init__("the server does not honour range requests")
        self.size = size


def request(address, headers=None, certificates=None):
    """Opens an address. A user and a password in it become a header; failures that may
    pass are tried again with growing pauses. The address itself is never printed."""
    parts = urllib.parse.urlsplit(address)
    headers = dict(headers or {})
    if parts.username is not None:
        pair = urllib.parse.unquote(parts.username) + ":" + urllib.parse.unquote(parts.password or "")
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    context = ssl.create_default_context(cafile=certificates) if parts.scheme == "https" else None
    return retried(lambda: urllib.request.urlopen(
        urllib.request.Request(address, headers=headers), timeout=TIMEOUT, context=context))


def retried(action):
    """Returns what action returns; tries it again, with pauses of 1, 2, 4 … seconds, if the network fails it."""
    for attempt in range(ATTEMPTS):
        try:
            return action()
        except urllib.error.HTTPError as e:
            failure = f"the server answers {e.code} {e.reason}"
            if e.code not in (408, 425, 429) and e.code < 500:
                raise Error(failure) from None
        except (OSError, http.client.HTTPException) as e:
            failure = str(getattr(e, "reason", "") or e) or type(e).__name__
        if attempt + 1 < ATTEMPTS:
            pause = 2 ** attempt
            print(f"cuda: {failure}; once more in {pause} s", file=sys.stderr, flush=True)
            time.sleep(pause)
    raise Error(f"{failure}, {ATTEMPTS} times")


class Ranges(io.RawIOBase):
    """A read-only seekable file over range requests. Raises NoRanges if the server has none."""

    def __init__(self, address, certificates=None):
        self.address, self.certificates, self.position = address, certificates, 0
        with request(address, {"Range": "bytes=0-0"}, certificates) as answer:
            if answer.status != 206:
                length = answer.headers.get("Content-Length")
                raise NoRanges(int(length) if length else None)
            self.size = int(answer.headers["Content-Range"].rpartition("/")[2])

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=io.SEEK_SET):
        self.position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        return self.position

    def readinto(self, buffer):
        first, last = self.position, min(self.size, self.position + len(buffer)) - 1
        if last < first:
            return 0
        data = retried(lambda: self.range(first, last))
        buffer[:len(data)] = data
        self.position += len(data)
        return len(data)

    def range(self, first, last):
        with request(self.address, {"Range": f"bytes={first}-{last}"}, self.certificates) as answer:
            data = answer.read()
        if answer.status != 206 or len(data) != last - first + 1:
            raise http.client.HTTPException(
                f"the server sent {len(data)} bytes with status {answer.status}, asked for {last - first + 1} with 206")
        return data


def by_ranges(address, certificates=None):
    """Opens an address as a buffered seekable file."""
    return io.BufferedReader(Ranges(address, certificates), BLOCK)


def whole(address, path, certificates=None):
    """Writes all of an address to path."""
    def download():
        with request(address, None, certificates) as answer, open(path, "wb") as f:
            expected, count = answer.headers.get("Content-Length"), 0
            while block := answer.read(1 << 20):
                count += f.write(block)
        if expected and int(expected) != count:
            raise http.client.HTTPException(f"the server sent {count} of {expected} bytes")
    retried(download)
    return os.path.getsize(path)
