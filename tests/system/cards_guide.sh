#!/usr/bin/env bash
# The commands of docs/guide/cards.md, word for word: every block marked "sh cards", in a copy of the
# tree's inputs, against the programs that this build made. Expected answers are those that the
# guide tells.
# usage: cards_guide.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1 bin_dir=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-cards.XXXXXX")
group=
cleanup() { # the daemon, too, when a command before its end has failed
  [ -z "$group" ] || kill -- "-$group" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/build/dev"
ln -s "$bin_dir" "$work/build/dev/bin"
ln -s "$source_dir/docs" "$work/docs"
# shellcheck disable=SC2016 # the back quotes are Markdown's
sed -n '/^```sh cards$/,/^```$/p' "$source_dir/docs/guide/cards.md" | sed '/^```/d' >"$work/commands.sh"
cd "$work"
[ -s commands.sh ] || { echo "no block marked 'sh cards' in docs/guide/cards.md" >&2; exit 1; }
set -m # a process group of its own
bash -xeuo pipefail commands.sh >out.txt 2>err.txt &
group=$!
wait "$group" || {
  echo "the guide's commands failed:" >&2
  cat out.txt >&2
  tail -n 5 err.txt >&2
  exit 1
}

# The words that the guide promises, so many times at least.
want() {
  local n
  n=$(grep -c "$2" out.txt || true)
  [ "$n" -ge "$1" ] || {
    printf 'the guide promises "%s" %s times; it came %s times in:\n' "$2" "$1" "$n" >&2
    cat out.txt err.txt >&2
    exit 1
  }
}
want 12 'accepted'
want 1 'too much: refused'
want 1 '"verdict":"not_a_code"'
want 1 '"verdict":"not_yours"'
want 1 '"verdict":"second_check_needed"'
want 1 'GIFT CARD \*\*\*\*'
want 1 'Paid      12.99 EUR'
want 1 'Left      37.01 EUR'
want 1 'replay' # the first answer again
want 1 'replaces'
want 1 'outstanding'
want 1 '2.50 *10.00 *10.00 *EUR' # an old card after its spending
[ "$(grep -c ',accepted,' build/sold-verdicts.csv)" -eq 10 ] || { cat build/sold-verdicts.csv >&2; exit 1; }
for number in $(tail -n +2 build/numbers.csv | cut -d, -f2); do
  ! grep -q "$number" out.txt || { echo "a full number was shown" >&2; exit 1; }
done
echo "guide of cards: every command did what it says"
