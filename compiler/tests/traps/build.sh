#!/bin/sh
# Rebuilds the modules of this folder, whose debug information the tests follow through the rewriter.
# CLANG, ZIG and RUSTC override the tools on PATH; rustc needs its wasm32-unknown-unknown target.
set -eu
cd "$(dirname "$0")"
clang=${CLANG:-clang} zig=${ZIG:-zig} rustc=${RUSTC:-rustc}
# Sources are compiled under this name, so that debug information names the same files everywhere.
[ ! -e /tmp/traps ] || { echo "/tmp/traps is in the way" >&2; exit 1; }
mkdir /tmp/traps
trap 'rm -r /tmp/traps' EXIT
cp traps.c traps.rs traps.zig /tmp/traps
out=$PWD
cd /tmp/traps
# Without wasm-opt, which clang runs where it finds one.
c="--target=wasm32 -O2 -fno-vectorize -nostdlib -Wl,--no-entry"
for version in 4 5; do
    PATH=/nonexistent "$(command -v "$clang")" $c -fno-unroll-loops -gdwarf-$version traps.c -B /usr/bin -o "$out/clang-dwarf$version.wasm"
done
"$zig" cc -target wasm32-freestanding -O2 -gdwarf-5 -fno-vectorize -nostdlib -Wl,--no-entry traps.c -o "$out/zig-cc-dwarf5.wasm"
"$zig" build-exe traps.zig -target wasm32-freestanding -O ReleaseFast -fno-entry -rdynamic -fno-strip -femit-bin="$out/zig.wasm"
"$rustc" --edition 2024 --crate-type cdylib --target wasm32-unknown-unknown -O -g -C panic=abort -C lto=fat \
    -C codegen-units=1 --remap-path-prefix /tmp/traps=/traps traps.rs -o "$out/rustc.wasm"
