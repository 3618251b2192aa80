#!/usr/bin/env bash
# The number of crates that README.md gives is that of the default build.
set -euo pipefail
cd "$(dirname "$0")/.."
is=$(cargo tree --package lukao --edges normal,build --prefix none | sed 's/ (.*//' | sort -u | wc -l)
says=$(sed -n 's/^The default build has \([0-9]*\) crates in its tree.*/\1/p' README.md)
if [ "$is" != "$says" ]; then
  echo "README.md says ${says:-nothing}, the tree has $is crates"
  exit 1
fi
echo "$is crates"
