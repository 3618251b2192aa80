#!/bin/sh
# Instruction counts of the main benches: a loss shows on any machine, loaded or not. Needs valgrind.
#
#   benches/callgrind.sh                 all of the list below
#   benches/callgrind.sh "W1/sampled"    those whose name holds this
#
# Prints the instructions of 20 rounds less those of 0 rounds, divided by 20: what one round takes.
set -eu
cd "$(dirname "$0")/.."
exe=$(cargo bench -p lukao-contact --bench contact --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
count() { # input, case, rounds
    LUKAO_ONLY=$1 LUKAO_CASE=$2 LUKAO_RATIOS=$3 valgrind --tool=callgrind \
        --callgrind-out-file="$out/cg" "$exe" --bench 2>"$out/log" >/dev/null
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$out/log"
}
while IFS='|' read -r input name; do
    case $name in *"${1:-}"*) ;; *) continue ;; esac
    none=$(count "$input" "$name" 0)
    some=$(count "$input" "$name" 20)
    printf '%-45s %12d instructions\n' "$name" $(((some - none) / 20))
done <<'LIST'
W1|W1/sampled: lukao
W1|W1/sampled: lukao with index
W1|W1/continuous: lukao
W1|W1/continuous: lukao with index
W1|W1/clearance column: lukao
W1|W1/clearance over time: lukao with index
W3|W3/crossing in continuous time: lukao
W3|W3/clearance: lukao
LIST
