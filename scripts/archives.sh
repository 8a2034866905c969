#!/usr/bin/env bash
# Makes dataset/tree/testdata: the same files in archives that other programs write.
# Needs GNU tar, Info-ZIP's zip, gzip and Python 3. Usage: scripts/archives.sh [FOLDER]
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
out=$(realpath "${1:-$(dirname "$0")/../dataset/tree/testdata}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p files/cat files/dog/deep
echo one >files/cat/1.txt
seq 100 >files/cat/2.txt
: >files/dog/empty.txt
echo three >"files/dog/deep/ü ß.txt"
ln -s ../cat/1.txt files/dog/link.txt
ln files/cat/2.txt files/dog/hard.txt
echo hidden >files/.DS_Store
find files -exec touch -h -d 2020-01-02 {} +
cp -a files long
echo long >"long/dog/$(printf 'long%.0s' {1..40}).txt"
find long -exec touch -h -d 2020-01-02 {} +

pack() { tar --sort=name --owner=0 --group=0 --numeric-owner -b1 "$@"; }
for format in v7 ustar; do
	pack --format=$format -C files -cf "$out/$format.tar" .
done
pack --format=gnu -C long -cf "$out/gnu.tar" .
pack --format=pax --pax-option=delete=atime,delete=ctime -C long -cf "$out/pax.tar" .
pack --format=gnu -C files -cf whole .
head -c 2048 whole | gzip -n9 >head.gz
tail -c +2049 whole | gzip -n9 >tail.gz
{ cat head.gz tail.gz; head -c 600 /dev/zero; } >"$out/members.tgz"
truncate -s 64K hole
echo end >>hole
touch -d 2020-01-02 hole
pack --format=gnu -S -cf "$out/sparse_gnu.tar" hole
pack --format=pax -S -cf "$out/sparse_pax.tar" hole

(cd files && zip -qryX -z "$out/infozip.zip" . <<<"a comment with PK in it")
(cd files && zip -qrX - . | cat >"$out/streamed.zip")
(cd files && zip -qrX -fz "$out/zip64.zip" cat dog)
(cd files && zip -qrX -P secret "$out/encrypted.zip" cat/1.txt)
{ printf '#!/bin/sh\nexec unzip "$0"\n'; (cd files && zip -qrX - .) | cat; } >"$out/selfextracting.zip"
cp "$out/selfextracting.zip" "$out/adjusted.zip"
zip -qA "$out/adjusted.zip"

python3 - "$out" <<'PY'
import gzip, io, sys, tarfile, zipfile
out = sys.argv[1]
names = ["cat/1.txt", "cat/2.txt", "dog/empty.txt", "dog/deep/ü ß.txt", "dog/link.txt", "dog/hard.txt"]
data = {n: open("files/" + n, "rb").read() for n in names}
def write(name, method, slash="/", more=()):
    with zipfile.ZipFile(f"{out}/{name}.zip", "w", method) as z:
        for n in (*names, *more):
            z.writestr(zipfile.ZipInfo(n.replace("/", slash)), data[n], compress_type=method)
write("python_stored", zipfile.ZIP_STORED)
write("python_deflated", zipfile.ZIP_DEFLATED)
write("python_bzip2", zipfile.ZIP_BZIP2)
write("backslashes", zipfile.ZIP_DEFLATED, "\\")
with gzip.GzipFile(f"{out}/python.tar.gz", "wb", 9, mtime=0) as z, tarfile.open(fileobj=z, mode="w") as t:
    for n in names:
        info = tarfile.TarInfo(n)
        info.size = len(data[n])
        t.addfile(info, io.BytesIO(data[n]))
PY
