#!/bin/sh
# Runs a study on this machine's GPU, after run.sh has set optimbench up: sh study.sh CONFIG OUT [OPTION...]
# The options are those of `optimbench compare`. The cells and the study are copied to the folder OUT every 15 s and at the
# end; a study whose cells.jsonl is there is continued. More datasets can be put into unpacked/data/NAME.
. "$(dirname "$0")/unpack.sh"
config=$1 out=$2
shift 2
folder="$here/studies/$(basename "$out")"
mkdir -p "$folder" "$out"
if [ -e "$out/cells.jsonl" ] && [ ! -e "$folder/cells.jsonl" ]; then cp "$out/cells.jsonl" "$folder"; fi
keep() {
  for file in cells.jsonl study.json; do
    if [ -e "$folder/$file" ]; then cp "$folder/$file" "$out/$file.new" && mv "$out/$file.new" "$out/$file"; fi
  done
}
while sleep 15; do keep; done &
copier=$!
trap 'kill "$copier"; keep' EXIT
trap : INT TERM # a signal to the group ends the study in order, and this script after it
export CUDA_DEVICE_MAX_CONNECTIONS="${CUDA_DEVICE_MAX_CONNECTIONS:-32}"
node "$here/unpacked/optimbench/dist/cli/main.js" compare --config "$config" --device "${OPTIMBENCH_CHECK_DEVICE:-cuda}" \
  --threads 12 --quiet --out "$folder" "$@"
