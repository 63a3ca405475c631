#!/bin/bash
# `npm run test:install [-- PACKAGE.tgz]`: installs the packed package in an empty Debian system, as a user with no compiler
# would, and runs the README's program and commands there; then once more from a bundle, without a network. Needs Linux x86-64,
# root, the program debootstrap and about 3 GB of disk. With ROOT=FOLDER, it makes or reuses the system there and keeps it.
# With ARCH=arm64, the system is one for 64-bit ARM, whose programs run in an emulator (qemu-user-static and binfmt-support). It is
# some 30 times as slow, so a smaller program and one command take the place of the README's.
# Prints the seconds and megabytes of each step; docs/install.md contains them.
set -euo pipefail

ARCH=${ARCH:-amd64}
SUITE=${SUITE:-bookworm}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
NODE_VERSION=${NODE_VERSION:-22}
MARK=optimbench-test-install
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

package=$(cd "$(dirname "$0")/.." && pwd)
archive=${1:-$package/$(cd "$package" && npm pack --silent | tail -n 1)}
archive=$(realpath "$archive")
work=$(mktemp -d)
root=${ROOT:-$work/root}
trap 'rm -rf "$work"' EXIT

step() { # step NAME COMMAND...: runs a command and prints its seconds
  local name=$1 start=$SECONDS
  shift
  "$@" >"$work/log" 2>&1 & # in a process of its own, where set -e applies
  if ! wait $!; then
    tail -n 40 "$work/log"
    echo "FAILED: $name"
    exit 1
  fi
  printf '%5d s  %s\n' $((SECONDS - start)) "$name"
}

size() { # size NAME PATH: prints the megabytes of a file or of the files in a folder
  find "$2" -type f -printf '%s\n' | awk -v name="$1" '{ bytes += $1 } END { printf "%5.0f MB %s\n", bytes / 1e6, name }'
}

inside() { # runs a shell command as an ordinary user in the system, whose processes end with it
  unshare --mount --pid --fork ${NETWORK:---mount} bash -c '
    mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/dev/shm" &&
      exec chroot --userspec=1000:1000 "$1" env -i HOME="/home/user$2" PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
        NODE_EXTRA_CA_CERTS="$3" PIP_CERT="$3" npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false \
        bash -ec "cd ~ && $4"' bash "$root" "${HOME_NAME:-}" "$CERTIFICATES" "$1"
}

SMALL_PROGRAM='
import { train } from "optimbench";
const { history } = await train({ dataset: "mnist-10k", split: { train: 1000, validation: 200 }, epochs: 1 });
console.log(process.arch, history.at(-1).validation);
'

make_system() {
  if [ -e "$root" ] && [ ! -e "$root/$MARK" ]; then
    echo "$root was not made by this script. Name a new folder."
    return 1
  fi
  [ -e "$root/$MARK" ] ||
    debootstrap --arch="$ARCH" --variant=minbase --include=ca-certificates,python3,python3-pip "$SUITE" "$root" "$MIRROR"
  touch "$root/$MARK"
  # The host's network and certificates, such as those of its proxy.
  cp /etc/resolv.conf "$root/etc/"
  cp "$CERTIFICATES" "$root$CERTIFICATES"
  rm -rf "$root"/home/* && mkdir "$root/home/user" "$root/home/user-offline" && chown 1000:1000 "$root"/home/*
  if chroot "$root" bash -c "command -v cc g++ clang++ cmake"; then
    echo "The system has a compiler."
    return 1
  fi
  if [ ! -x "$root/usr/local/bin/npx" ]; then
    (cd "$work" && npm pack --silent "node-linux-${ARCH/amd64/x64}@$NODE_VERSION" npm@11)
    mkdir -p "$root/usr/local/lib/node_modules/npm"
    tar -xzf "$work"/node-linux-*.tgz -C "$root/usr/local/bin" --strip-components=2 package/bin/node
    tar -xzf "$work"/npm-*.tgz -C "$root/usr/local/lib/node_modules/npm" --strip-components=1
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  fi
  cp "$archive" "$root/home/user/optimbench.tgz"
  if [ "$ARCH" != amd64 ]; then
    echo "$SMALL_PROGRAM" >"$root/home/user/program.mjs"
    echo "npx optimbench compare --dataset digits --model mlp --optimizers adam,sgd --epochs 2 --out study" >"$root/home/user/commands.sh"
    return
  fi
  # The README's program, and its commands with "npx", one a line.
  awk '/^```js$/ { block++; next } /^```$/ { block += block % 2 } block == 1' "$package/README.md" >"$root/home/user/program.mjs"
  sed -e ':join' -e '/\\$/ { N; s/\\\n//; b join' -e '}' "$package/README.md" |
    sed -n '/^npx optimbench /s/ \{2,\}#.*//p;/^npx optimbench [^#]*$/p' | awk '!seen[$0]++' >"$root/home/user/commands.sh"
}

# Studies may differ and checks may find something: exit code 1 is an answer (2 is an error).
COMMANDS='while read -r line; do echo "+ $line"; eval "$line" </dev/null || [ $? = 1 ]; done <commands.sh'

if [ "$ARCH" != "$(dpkg --print-architecture)" ] && ! arch-test "$ARCH" >/dev/null; then
  echo "Programs for $ARCH cannot be run: apt-get install qemu-user-static binfmt-support arch-test"
  exit 1
fi

step "make the system ($SUITE, $ARCH, Python 3 with pip, Node.js $NODE_VERSION)" make_system
step "npm install, with a cache to take along" \
  inside "npm install --no-package-lock --cache npm-cache ./optimbench.tgz"
size "package" "$archive"
size "installed package" "$root/home/user/node_modules/optimbench"
size "installed with its dependencies" "$root/home/user/node_modules"
step "npx optimbench setup (downloads libtorch)" inside "npx optimbench setup"
size "libtorch" "$root/home/user/.cache/optimbench"
step "npx optimbench setup again" inside "npx optimbench setup"
step "npx optimbench doctor" inside "npx optimbench doctor"
step "the program" inside "mkdir program && cd program && node ../program.mjs"
step "$(wc -l <"$root/home/user/commands.sh") commands" inside "$COMMANDS"
step "npx optimbench setup --bundle" inside "npx optimbench setup --bundle bundle"
size "bundle" "$root/home/user/bundle"

# Another user, without a network: the package from npm's cache, libtorch from the bundle.
for name in npm-cache bundle optimbench.tgz program.mjs; do mv "$root/home/user/$name" "$root/home/user-offline/"; done
export NETWORK=--net HOME_NAME=-offline
step "without a network: npm install" inside "npm install --no-package-lock --cache npm-cache --offline ./optimbench.tgz"
step "without a network: npx optimbench setup --from" inside "npx optimbench setup --from bundle"
step "without a network: the program" inside "mkdir program && cd program && node ../program.mjs"
echo "passed"
