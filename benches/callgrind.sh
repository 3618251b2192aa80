#!/bin/sh
# Instruction counts of the main benches: a loss shows on any machine, loaded or not. Needs valgrind.
#
#   benches/callgrind.sh                 all of the list below
#   benches/callgrind.sh "W1/sampled"    those whose name holds this
#
# Counts one run of a case. With LUKAO_CACHE=1 also the lines that miss a last cache of 32 MB.
set -eu
cd "$(dirname "$0")/.."
built() {
    cargo bench -p "$1" --bench "$2" --no-run --message-format=json 2>/dev/null |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1
}
contact=$(built lukao-contact contact)
rules=$(built lukao-exam rules)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cache=
[ -z "${LUKAO_CACHE:-}" ] || cache='--cache-sim=yes --LL=33554432,16,64'
while IFS='|' read -r input name; do
    case $name in *"${1:-}"*) ;; *) continue ;; esac
    case $input in W2) exe=$rules ;; *) exe=$contact ;; esac
    # shellcheck disable=SC2086
    LUKAO_COUNT=1 LUKAO_ONLY=$input LUKAO_CASE=$name valgrind --tool=callgrind $cache --collect-atstart=no \
        --toggle-collect='*harness::counted*' --callgrind-out-file="$out/cg" "$exe" --bench 2>"$out/log" >/dev/null
    sed -n 's/^events: //p' "$out/cg" >"$out/events"
    sed -n 's/^\(totals\|summary\): //p' "$out/cg" | tail -1 >"$out/sums"
    awk -v name="$name" 'NR == FNR { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { printf "%-45s %12d instructions", name, $at["Ir"]
          if ("DLmr" in at) printf " %9d lines read from memory", $at["DLmr"]
          printf "\n" }' "$out/events" "$out/sums"
done <<'LIST'
W1|W1/read x and y once
W1|W1/sampled: parry intersection_test
W1|W1/sampled: parry in circles, by columns
W1|W1/sampled: parry in circles, by frames
W1|W1/sampled: lukao
W1|W1/sampled: lukao with index
W1|W1/continuous: lukao
W1|W1/continuous: lukao with index
W1|W1/clearance column: parry distance
W1|W1/clearance column: lukao
W1|W1/clearance column: lukao with index
W1|W1/clearance over time: lukao with index
near|near/when: lukao
near|near/contacts: lukao
W3|W3/crossing in continuous time: lukao
W3|W3/clearance: lukao
W4|W4/all pairs at samples: parry with boxes
W4|W4/all pairs at samples: lukao
W2|W2/file mapped to a rule that lacks its channel
W2|W2/file mapped to all rules
LIST
