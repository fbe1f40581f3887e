#!/bin/sh
# Verifies the CUDA device on a machine with an NVIDIA GPU. Needs neither Rust nor the CUDA toolkit: a tensorwasm program and
# the folder corpus/wasm are enough.
#
#   scripts/verify-gpu.sh TENSORWASM CORPUS OUT [CASES]
#
# OUT receives one file per step and summary.txt, whose lines are also printed. Exits with 1 if something isn't as it should be.
# PROGRAMS overrides what is timed: names of programs in CORPUS/clang with their arguments, joined by colons.
set -u
if [ $# -lt 3 ]; then
  echo "usage: $0 TENSORWASM CORPUS OUT [CASES]" >&2
  exit 2
fi
tool=$1 corpus=$2 out=$3 cases=${4:-200}
programs=${PROGRAMS:-heat2d:512:200 photo:4000:3000 nbody:1024:10 fractal:1024:768:256}
mkdir -p "$out" || exit 2
: > "$out/summary.txt"
failed=0
say() { echo "$1" | tee -a "$out/summary.txt"; }

"$tool" --version > "$out/version.txt" || { say "version: $tool doesn't run"; exit 2; }
"$tool" devices > "$out/devices.txt"
say "device: $(grep '^cuda' "$out/devices.txt")"
if command -v nvidia-smi > /dev/null; then nvidia-smi > "$out/nvidia-smi.txt"; fi

# The conformance suite, case by case.
"$tool" devices --check --device cuda > "$out/conformance.txt" 2> "$out/conformance.err" || failed=1
say "conformance: $(cat "$out/conformance.txt" "$out/conformance.err" | tail -n 1)"

# The oracle over every module.
passed=0 modules=0
: > "$out/oracle.txt"
for module in "$corpus"/*/*.wasm; do
  modules=$((modules + 1))
  if "$tool" oracle "$module" --device cuda --cases "$cases" > "$out/oracle.one" 2>&1; then
    passed=$((passed + 1))
  else
    failed=1
  fi
  { echo "== $module"; cat "$out/oracle.one"; } >> "$out/oracle.txt"
done
rm -f "$out/oracle.one"
say "oracle: $passed of $modules modules pass, $cases cases each"

# Programs as a whole: wall-clock seconds of one run, compilation included, and what ran where.
: > "$out/timings.txt"
for words in $programs; do
  name=${words%%:*}
  args=$(echo "$words" | cut -s -d : -f 2- | tr : ' ')
  line="timing: $name${args:+ $args}:"
  for device in off cpu cuda; do
    start=$(date +%s%N)
    # shellcheck disable=SC2086 # the arguments are words
    "$tool" run "$corpus/clang/$name.wasm" --device $device --stats json -- $args \
      > "$out/$name.$device.out" 2> "$out/$name.$device.stats" || failed=1
    end=$(date +%s%N)
    line="$line $device $(echo "$start $end" | awk '{ printf "%.3f s", ($2 - $1) / 1e9 }')"
    if ! cmp -s "$out/$name.off.out" "$out/$name.$device.out"; then
      line="$line (OUTPUT DIFFERS)"
      failed=1
    fi
  done
  say "$line"
done

if [ $failed = 0 ]; then say "result: verified"; else say "result: NOT verified"; fi
exit $failed
