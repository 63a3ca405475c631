#!/bin/sh
# Checks optimbench on this machine's GPU. Options are check.mjs'.
. "$(dirname "$0")/unpack.sh"
exec node "$here/unpacked/optimbench/scripts/gpu/check.mjs" "$@"
