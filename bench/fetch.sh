#!/bin/sh
# Brings ONNX Runtime's shared library (linux/amd64) out of the PyPI wheel, pinned, into bench/.lib.
set -eu
cd "$(dirname "$0")"
version=1.31.1
wheel=onnxruntime-$version-cp311-cp311-manylinux_2_28_x86_64.whl
wheel_sha256=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f
library=libonnxruntime.so.$version
library_sha256=fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3

check() { # sha256 file
  echo "$1  $2" | sha256sum -c --quiet - || { echo "fetch.sh: $2 is not the file that is pinned here: remove it and try again" >&2; exit 1; }
}
mkdir -p .lib
if [ ! -f ".lib/$library" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  ${PIP:-python3 -m pip} download -q --no-deps --only-binary=:all: --implementation cp --python-version 311 \
    --platform manylinux_2_28_x86_64 -d "$work" "onnxruntime==$version"
  check "$wheel_sha256" "$work/$wheel"
  python3 -m zipfile -e "$work/$wheel" "$work/x"
  mv "$work/x/onnxruntime/capi/$library" ".lib/$library"
fi
check "$library_sha256" ".lib/$library"
echo "$PWD/.lib/$library"
