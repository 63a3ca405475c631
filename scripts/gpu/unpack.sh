# Unpacks Node.js and optimbench beside this file, once, and sets the environment for them; run.sh and study.sh read it. Needs
# python3 with PyTorch, cmake, ninja and g++; no network.
set -e
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -e "$here/unpacked/done" ]; then
  rm -rf "$here/unpacked"
  python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/contents.tar.xz" "$here/unpacked"
  touch "$here/unpacked/done"
fi
PATH=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'):$here/unpacked/bin:$PATH
nvcc=$(command -v nvcc || true)
CUDA_HOME=${CUDA_HOME:-${nvcc:+$(dirname "$(dirname "$(readlink -f "$nvcc")")")}}
export PATH CUDA_HOME OPTIMBENCH_DATA="$here/unpacked/data" OPTIMBENCH_CACHE="$here/unpacked/cache"
