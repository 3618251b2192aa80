#!/bin/sh
# Instruction counts of the main benches: a loss shows on any machine, loaded or not. Needs valgrind.
#
#   benches/callgrind.sh                 all of the list below
#   benches/callgrind.sh "W1/sampled"    those whose name holds this
#
# Counts what runs inside of three rounds of a case, and prints a third of it.
set -eu
cd "$(dirname "$0")/.."
exe=$(cargo bench -p lukao-contact --bench contact --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
while IFS='|' read -r input name; do
    case $name in *"${1:-}"*) ;; *) continue ;; esac
    LUKAO_ONLY=$input LUKAO_CASE=$name LUKAO_RATIOS=3 valgrind --tool=callgrind --collect-atstart=no \
        --toggle-collect='*harness*once*' --callgrind-out-file="$out/cg" "$exe" --bench 2>"$out/log" >/dev/null
    count=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$out/log")
    printf '%-45s %12d instructions\n' "$name" $((count / 3))
done <<'LIST'
W1|W1/sampled: lukao
W1|W1/sampled: lukao with index
W1|W1/continuous: lukao
W1|W1/continuous: lukao with index
W1|W1/clearance column: lukao
W1|W1/clearance column: lukao with index
W1|W1/clearance over time: lukao with index
near|near/continuous: lukao
W3|W3/crossing in continuous time: lukao
W3|W3/clearance: lukao
W4|W4/all pairs at samples: lukao
LIST
