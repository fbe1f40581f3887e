#!/bin/sh
# Stands in for ptxas in tests: what it does depends on the target.
case "$*" in
--version) echo 'a tool, release 99.9, V99.9.9' ;;
*-arch=sm_80*)
    echo 'ptxas info    : Function properties for region_0'
    echo '    16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads'
    echo 'ptxas info    : Used 21 registers, used 0 barriers, 400 bytes cmem[0]'
    ;;
*-arch=sm_silent*) ;;
*-arch=sm_slow*) exec sleep 600 ;;
*)
    echo 'ptxas fatal   : no' >&2
    exit 255
    ;;
esac
