"""Fetches members of wheels from a package index.

A wheel is a zip file: its directory and the members asked for are read by ranges, a
few MB of what may be 700. Which index is pip's to say: it is written down nowhere here.
"""

import configparser
import hashlib
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile

import remote


def say(text):
    """Tells the person at the terminal; standard output is for scripts."""
    print("cuda: " + text, file=sys.stderr, flush=True)


def size_in_words(count):
    if count is None:
        return "of unknown size"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def setting(name):
    """Returns pip's setting of that name, such as index-url: its environment, then its files."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if value:
        return value
    home = os.path.expanduser("~")
    config = configparser.ConfigParser(interpolation=None, strict=False)
    files = ["/etc/pip.conf", home + "/.pip/pip.conf",
             os.environ.get("XDG_CONFIG_HOME", home + "/.config") + "/pip/pip.conf",
             sys.prefix + "/pip.conf", os.environ.get("PIP_CONFIG_FILE", "")]
    try:
        config.read([f for f in files if f])
    except (configparser.Error, UnicodeDecodeError):
        return None
    return config.get("global", name, fallback=None)


class Links(html.parser.HTMLParser):
    """The addresses of a page of a simple index (PEP 503)."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found += [value for name, value in attributes if name == "href" and value]


def file_name_fits(wheel, name):
    stem = f"{wheel.name}-{wheel.version}-".replace("-", "_").lower()
    return name.lower().replace("-", "_").startswith(stem) and wheel.platform in name and name.endswith(".whl")


def from_index(wheel, index):
    """Returns the wheel's address according to a simple index."""
    page = f"{index.rstrip('/')}/{wheel.name}/"
    with remote.request(page, {"Accept": "text/html"}, setting("cert")) as answer:
        links = Links()
        links.feed(answer.read().decode("utf-8", "replace"))
    for link in links.found:
        address = urllib.parse.urldefrag(urllib.parse.urljoin(page, link))[0]
        if file_name_fits(wheel, urllib.parse.unquote(address.rpartition("/")[2])):
            return address
    raise remote.Error(f"the package index has no wheel for {wheel.platform}")


def from_pip(wheel):
    """Returns the wheel's address according to pip's report of what it would install."""
    with tempfile.TemporaryDirectory() as nowhere:
        run = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-",
             "--no-deps", "--only-binary=:all:", "--platform", wheel.platform, "--target", nowhere,
             f"{wheel.name}=={wheel.version}"], capture_output=True, text=True)
    if run.returncode == 0:
        return json.loads(run.stdout)["install"][0]["download_info"]["url"]
    if "No module named pip" in run.stderr:
        raise remote.Error("neither pip nor PIP_INDEX_URL names a package index; "
                           "install python3-pip, or set CUDA_HOME to an installed toolkit")
    lines = [line for line in run.stderr.splitlines() if line.startswith("ERROR")]
    raise remote.Error(lines[-1][7:] if lines else f"pip answers {run.returncode}")


def address(wheel):
    index = setting("index-url")
    return from_index(wheel, index) if index else from_pip(wheel)


def opened(wheel, where, scratch):
    """Opens the wheel at an address as (zip file, its size); scratch is a folder for a whole one."""
    if where.startswith("file:"):
        path = urllib.request.url2pathname(urllib.parse.urlsplit(where).path)
    else:
        try:
            f = remote.by_ranges(where, setting("cert"))
            return zipfile.ZipFile(f), f.raw.size
        except remote.NoRanges as e:
            say(f"{e}: fetching all of {wheel.name} {wheel.version}, {size_in_words(e.size)}")
            path = os.path.join(scratch, "whole.whl")
            remote.whole(where, path, setting("cert"))
    return zipfile.ZipFile(path), os.path.getsize(path)


def digest(path):
    try:
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()
    except FileNotFoundError:
        return None


def fetch(wheel, folder):
    """Puts the members of a wheel into folder, without their paths; those already there and right stay."""
    path_of = {member: os.path.join(folder, os.path.basename(member)) for member in wheel.members}
    missing = [m for m, path in path_of.items() if digest(path) != wheel.members[m]]
    if not missing:
        return
    os.makedirs(folder, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            archive, size = opened(wheel, address(wheel), scratch)
            with archive:
                bytes_needed = sum(archive.getinfo(m).compress_size for m in missing)
                say(f"fetching {len(missing)} of the files in {wheel.name} {wheel.version}: "
                    f"{size_in_words(bytes_needed)} of {size_in_words(size)}")
                for member in missing:
                    part = os.path.join(scratch, "part")
                    with open(part, "wb") as f:
                        f.write(archive.read(member))
                    if digest(part) != wheel.members[member]:
                        raise remote.Error(f"{member} has SHA-256 {digest(part)}, pinned is {wheel.members[member]}")
                    os.replace(part, path_of[member])
    except (remote.Error, zipfile.BadZipFile, KeyError) as e:
        raise remote.Error(f"cannot fetch {wheel.name} {wheel.version}: {e}") from e
