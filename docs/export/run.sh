#!/usr/bin/env bash
# Runs the recipes of docs/export.md as they stand there: installs a recipe's requirements into an environment of its
# own, exports, compiles each .onnx file into a Go package, runs the package's own tests, and verifies its answers.
#
#   docs/export/run.sh                         all recipes; about 8 GB of Python packages below docs/export/_build
#   docs/export/run.sh scikit-learn boosting   some of them
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/_build # the underscore keeps ./... away from it
all=(scikit-learn boosting pytorch keras huggingface)

# A small encoder with random weights, saved as transformers saves real ones: the recipe needs no download.
small_encoder='
import sys
from transformers import BertConfig, BertModel
BertModel(BertConfig(vocab_size=1000, hidden_size=48, num_hidden_layers=2, num_attention_heads=4,
                     intermediate_size=96, max_position_embeddings=64)).save_pretrained(sys.argv[1])'

# recipe exports, compiles, tests and verifies what from-$1.py writes.
recipe() {
  local name=$1 args=() model package
  local dir=$build/$name
  mkdir -p "$dir"
  [ -x "$dir/venv/bin/python" ] || python3 -m venv "$dir/venv"
  "$dir/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements-$name.txt"
  if [ "$name" = huggingface ]; then
    "$dir/venv/bin/python" -c "$small_encoder" "$dir/small-encoder"
    args=("$dir/small-encoder")
  fi
  rm -f "$dir"/*.onnx
  (cd "$dir" && ./venv/bin/python "$here/from-$name.py" ${args[@]+"${args[@]}"})
  for model in "$dir"/*.onnx; do
    package=$(basename "$model" .onnx | tr -d -)
    "$build/energeticc" compile "$model" -o "$dir/$package"
    (cd "$build" && GOWORK=off go test "./$name/$package")
    "$build/energeticc" verify "$model"
  done
}

[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do
  [ -f "$here/from-$name.py" ] || { echo "no recipe is called $name; there are ${all[*]}" >&2; exit 2; }
done
mkdir -p "$build"
printf 'module example.com/export\n\ngo 1.23\n' >"$build/go.mod"
(cd "$here/../.." && GOWORK=off go build -o "$build/energeticc" ./cmd/energeticc)
for name in "$@"; do
  echo "== $name"
  recipe "$name"
done
