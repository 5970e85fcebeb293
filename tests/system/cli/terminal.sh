#!/usr/bin/env bash
# init at a terminal: the passphrase is asked for twice and never shown, the recovery words are shown
# once, and two of them asked back. script(1) is the terminal.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

# prompt TEXT: wait until the terminal shows it, at the end.
prompt() {
  for _ in $(seq 1200); do
    tail -c 200 screen 2>/dev/null | grep -qF -- "$1" && return 0
    sleep 0.05
  done
  fail "the terminal never showed: $1; it shows $(tail -c 300 screen)"
}
# word NUMBER: of the words on the screen.
word() { tr -d '\r' <screen | grep -E '^    [a-z]{5}( [a-z]{5}){17}' | awk -v n="$1" '{print $n}'; }
asked_number() { tail -c 60 screen | sed -n 's/.*word number \([0-9]*\): *$/\1/p' | tail -n 1; }

start() { # COMMAND
  rm -f keys screen
  mkfifo keys
  : >screen
  script -qfec "$1" screen <keys >/dev/null 2>&1 &
  terminal=$!
  pids+=("$terminal")
  exec 5>keys
}

start 'countermark init'
prompt 'New passphrase'
printf 'correct horse\n' >&5
prompt 'The same once more: '
printf 'correct horse\n' >&5
prompt 'Type word number'
first=$(asked_number)
printf '%s\n' "$(word "$first")" >&5
for _ in $(seq 1200); do
  if [ "$(grep -c 'Type word number' screen)" -ge 2 ]; then break; fi
  sleep 0.05
done
prompt 'Type word number'
printf '%s\n' "$(word "$(asked_number)")" >&5
wait "$terminal" || fail "init at the terminal failed"
exec 5>&-
grep -q 'every printed code dies' screen || fail "it does not say what the words are for"
! grep -q 'correct horse' screen || fail "the passphrase was shown"
[ -e shop/workspace.json ] || fail "no workspace was made"
printf 'correct horse\n' >passphrase
gives 0 countermark door list --passphrase-fd 3 3<passphrase
rm -r shop

# A wrong word back: nothing is made.
start 'countermark init'
prompt 'New passphrase'
printf 'correct horse\n' >&5
prompt 'The same once more: '
printf 'correct horse\n' >&5
prompt 'Type word number'
printf 'wrong\n' >&5
if wait "$terminal"; then fail "a wrong word was taken"; fi
exec 5>&-
grep -q 'nothing was made; start again and write them down' screen || fail "no remedy"
{ [ ! -e shop/keystore ] && [ ! -e shop/workspace.json ]; } || fail "something was made"

# Ctrl-C at the prompt ends it.
start 'countermark init'
prompt 'New passphrase'
printf '\003' >&5
if wait "$terminal"; then fail "Ctrl-C was not obeyed"; fi
exec 5>&-
