#!/usr/bin/env bash
# Runs that the daemon drives, as an operator sees and steers them: the same commands, a live view at
# a terminal (script(1) is the terminal), a line a change in a pipe.
# Usage: watch.sh BUILD EMULATOR
# shellcheck disable=SC2034,SC2154 # what lines_lib.sh takes, what lib.sh sets
emulator=$(realpath "${2:?usage: watch.sh BUILD EMULATOR}")
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/system/cli/lines_lib.sh"

make_shop
serve() {
  : >daemon.log
  countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
  daemon=$!
  pids+=("$daemon")
  soon grep -q ' serving ' daemon.log
}
serve
printf 'at print 30 paper-out\n' >faults
emulate zpl --rate 1200 --faults faults

# ---- in a pipe: a line whenever something changed, from its start to its end

gives 0 countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain \
  --line 3 --json
[ "$(json '[v.run, v.batch].join()' out)" = monday-run-1,monday ] || fail "another run: $(cat out)"
countermark run show monday-run-1 --watch >news 2>news.err &
news=$!
pids+=("$news")
soon grep -q 'Z monday-run-1: running; ' news
soon grep -q 'Z monday-run-1: paper out' news

# ---- at a terminal: one picture, renewed in place; q ends it and gives the terminal back

mkfifo keys
: >screen
script -qfec 'stty cols 80 rows 12; countermark run show --watch' screen <keys >/dev/null 2>&1 &
terminal=$!
pids+=("$terminal")
exec 5>keys
on_screen() { [ "$(tr -d '\r' <screen | grep -cF -- "$1")" -gt 0 ]; } # -q would end before tr does
soon on_screen 'run          line state'
soon on_screen 'monday-run-1 3    paper out'
printf 'q' >&5
wait "$terminal" || fail "the view ended with $?"
exec 5>&-
case $(cat screen) in
*$'\e[?1049h'*$'\e[?1049l'*) ;;
*) fail "the other screen was not taken and given back" ;;
esac
tr -d '\r' <screen | sed -e '/^Script /d' -e 's/\x1b\[H/\n/g' -e 's/\x1b\[[?0-9]*[A-Za-z]//g' >lines
! grep -E '.{81}' lines || fail "a line is wider than the terminal"

# ---- steered: refused twice, paused, stopped, closed

gives 3 countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain
err_has "run 'monday-run-1' has this printer"
gives 3 countermark run start monday --printer file:/tmp/x
err_has 'line/files'
gives 3 countermark run close monday-run-1
gives 0 countermark run pause monday-run-1
gives 0 countermark run resume monday-run-1
gives 0 countermark run stop monday-run-1
countermark run stop monday-run-1 --wait >stopped 2>err &
stop=$!
pids+=("$stop")
kill "$emulator_pid" && wait "$emulator_pid" # the printer goes away with what it has
gives 3 countermark run close monday-run-1
kill -INT "$stop"
ended 3 "$stop"
grep -q 'no longer waiting; it goes on stopping' err || fail "Ctrl-C was not obeyed"
gives 0 countermark run list --json
json 'if (v.runs.length !== 1 || v.runs[0].sent_total < 30) throw v; ""' out || fail "another list"

# ---- a daemon that restarts is waited for

kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
soon grep -q 'waiting for the daemon' news.err
told=$(wc -l <news)
more_news() { [ "$(wc -l <news)" -gt "$told" ]; }
serve
emulate zpl --port "$port" # what was in flight is settled: that is news, and the run's end
soon more_news
[ "$(grep -c 'waiting for the daemon' news.err)" = 1 ] || fail "it waits in many words"
ended 0 "$news"
[ "$(grep -c 'running' news)" -le 3 ] || fail "a line without news"

kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
gives 0 countermark run list
out_has 'monday-run-1 3'
