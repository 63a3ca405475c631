#!/bin/bash
# `npm run native:prebuild:arm64`: compiles the native code for Linux arm64 with Debian's cross compiler into prebuilds/linux-arm64,
# from where `npm pack` takes it. Needs the packages g++-aarch64-linux-gnu, cmake, ninja-build and python3-pip, and
# 2 GB of disk. With LIBTORCH=FOLDER, it compiles for that libtorch, otherwise for the pinned one, which it downloads.
set -euo pipefail

package=$(cd "$(dirname "$0")/.." && pwd)
prefix=aarch64-linux-gnu
version=$(sed -n 's/^export const PINNED_VERSION = "\(.*\)".*/\1/p' "$package/src/install/version.ts")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in $prefix-g++ $prefix-strip cmake ninja python3; do
  command -v $program >/dev/null ||
    { echo "$program is missing: apt-get install g++-$prefix cmake ninja-build python3-pip" >&2 && exit 1; }
done

libtorch=${LIBTORCH:-$work/torch}
if [ -z "${LIBTORCH:-}" ]; then
  # Any Python version will do: the libraries of libtorch are the same in all of them.
  python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 312 --platform manylinux_2_28_aarch64 \
    --dest "$work" "torch==$version"
  python3 -m zipfile --extract "$work"/torch-*.whl "$work"
  rm "$work"/torch-*.whl
fi

cmake -S "$package" -B "$work/build" -G Ninja -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
  -DCMAKE_CXX_COMPILER=$prefix-g++ -DCMAKE_BUILD_TYPE=Release -DLIBTORCH_ROOT="$libtorch" \
  -DCMAKE_JS_INC="$package/node_modules/node-addon-api;$package/node_modules/node-api-headers/include"
ninja -C "$work/build" optimbench optimbench_core

to=$package/prebuilds/linux-arm64
rm -rf "$to" && mkdir -p "$to"
cp "$work/build/Release/optimbench.node" "$to/optimbench.glibc.node"
cp "$work/build/Release/liboptimbench_core.so" "$to/"
$prefix-strip --strip-unneeded "$to"/*
ls -l "$to"
