# shellcheck shell=bash
# ippeveprinter as a test's printer: what its script is given to print is the record. For tests that
# have $scratch, pids, fail and soon. Its port is in $queue_port, each label's field data a line of
# $scratch/paper, and the file `mood` says how it is: counts, plain, empty, fails, or slow (which
# counts, too).
# shellcheck disable=SC2034,SC2154 # they set and use what stands here

printers_dir=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
free_port() {
  node "$printers_dir/free_port.mjs"
}

# queue_starts NO_DNSSD: and waits until it listens.
queue_starts() {
  command -v ippeveprinter >/dev/null || fail "ippeveprinter is missing; run './dev setup'"
  mkdir -p spool keys
  : >paper
  echo plain >mood
  cat >press <<'SCRIPT'
#!/bin/sh
unset LD_PRELOAD
grep -o '\^FN1\(\^FH.\)\{0,1\}\^FD[^^]*' "$1" | sed 's/.*\^FD//' >"$1.labels"
cat "$1.labels" >>"$PRESS/paper"
labels=$(grep -c . "$1.labels")
rm "$1.labels"
case $(cat "$PRESS/mood") in
  counts) echo "ATTR: job-impressions-completed=$labels" >&2 ;;
  slow) sleep 0.3; echo "ATTR: job-impressions-completed=$labels" >&2 ;;
  empty) echo 'STATE: +media-empty-error' >&2; sleep 1; echo 'STATE: -media-empty-error' >&2 ;;
  fails) echo plain >"$PRESS/mood"; exit 1 ;;
esac
SCRIPT
  chmod +x press
  export PRESS=$scratch
  queue_port=$(free_port)
  LD_PRELOAD=$1 ippeveprinter -r off -p "$queue_port" -d "$scratch/spool" -k \
    -K "$scratch/keys" -c "$scratch/press" -f application/vnd.zebra-zpl,application/octet-stream \
    -n localhost -vv Zebra >printer.log 2>&1 &
  queue_pid=$!
  pids+=("$queue_pid")
  soon queue_listens
}
queue_listens() { (exec 3<>"/dev/tcp/localhost/$queue_port"); }
