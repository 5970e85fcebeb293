#!/usr/bin/env bash
# Every command says what it does, with an example that names it; usage errors go to standard error.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

gives 0 countermark --help
sed -n 's/^  \([a-z]\+\( [a-z]\+\)*\)  \+.*/\1/p' out >commands
[ "$(wc -l <commands)" -ge 45 ] || fail "only $(wc -l <commands) commands"
for wanted in init plan mint issue decode check redeem reverse stats backup restore fsck doctor; do
  grep -qx "$wanted" commands || fail "no command $wanted"
done
while read -r command; do
  # shellcheck disable=SC2086 # the words of one command
  gives 0 countermark $command --help
  out_has "usage: countermark $command"
  out_has 'examples:'
  grep -qF '?.' out && fail "$command asks and ends: $(sed -n 3p out)"
  grep -q "^  countermark $command" out || fail "no example of $command"
  [ -s err ] && fail "help on standard error"
  man_page=$source_dir/docs/man/countermark.1
  grep -qF -- "$command" "$man_page" || fail "$command is not in $man_page"
done <commands
gives 0 countermark batch
out_has 'batch recall'
gives 0 countermark cards pool # a group of a group
out_has 'cards pool list'
gives 0 countermark key api --help
out_has 'key api revoke'
gives 2 countermark cards pool lst
gives 2 countermark bacth list
err_is "there is no command 'bacth list'; did you mean 'batch list'?"
gives 2 countermark mint
