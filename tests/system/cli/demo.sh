#!/usr/bin/env bash
# The demo ends with its line for programs, figures as promised, and can be run twice.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

# The demo works below its build folder: give it one of its own, with the programs linked in.
mkdir demo_build
ln -s "$build/bin" demo_build/bin
for _ in 1 2; do
  gives 0 bash "$source_dir/docs/examples/demo.sh" demo_build
  [ "$(tail -n 1 out)" = 'demo: minted=1000000 accepted=5000 repeats_refused=5000 forgeries_refused=5000 typos_refused=5000 cards=10000 lost=0 doubled=0' ] ||
    fail "another last line: $(tail -n 1 out)"
done
