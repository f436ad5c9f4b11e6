#!/bin/sh
# SPDX-License-Identifier: MIT
# make.sh -- draws the figures of the README again: docs/figures/make.sh [TRAINCAST]
#
# TRAINCAST is the program, by default build/traincast.  Each command is the one that the README
# shows; what they read is simulated first, which takes some minutes.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
traincast=$(realpath "${1:-$root/build/traincast}")
unset OPENBLAS_CORETYPE
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$root/scenarios" scenarios

"$traincast" sweep scenarios/sweeps/lambdaml-higgs.yaml
"$traincast" sweep scenarios/sweeps/functions-or-machines.yaml
"$traincast" run scenarios/quickstart.yaml --quiet --db one.db --set record.spans=all --set stop.epochs=3

"$traincast" plot results.db learning --campaign lambdaml-higgs --out learning.svg
"$traincast" plot results.db frontier --campaign functions-or-machines --out frontier.svg
"$traincast" plot results.db breakdown --campaign lambdaml-higgs --out breakdown.svg
"$traincast" plot one.db timeline --out timeline.svg
mv learning.svg frontier.svg breakdown.svg timeline.svg "$root/docs/figures/"
