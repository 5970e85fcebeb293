#!/usr/bin/env bash
# All house lints over the tree, each after the proof that it can find what it looks for.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
failed=0
for lint in floors fences banned size contracts shape words format headers; do
  bash "$here/$lint.sh" --self-test || failed=1
  bash "$here/$lint.sh" || failed=1
done
exit "$failed"
