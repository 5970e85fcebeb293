#!/usr/bin/env bash
# Rooms include only their own headers, lower floors, and the neighbours an arrow allows.
# Rooms of floor 5 and above reach the ledger through engine.h alone; public headers include
# public headers only. The floors are those of src/README.md.
. "$(dirname "$0")/lib.sh"

FLOORS="base=0 crypto=1 doc=1 sandbox=1 pack=1 codes=2 cards=2 wire=2 ledger=3 symbol=3 engine=4
line=5 order=5 pass=5 vault=6 edge=6 cli=7 daemon=7"
ARROWS="cards>codes"
THROUGH_ENGINE_ONLY="line order pass vault edge cli daemon"

check() {
  local file room
  { files '*.[ch]' || true; } | while read -r file; do
    case $file in
      include/countermark/*) room=public ;;
      src/*/*) room=${file#src/} && room=${room%%/*} ;;
      *) continue ;;
    esac
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$ROOT/$file" |
      awk -v file="$file" -v room="$room" -v floors="$FLOORS" -v arrows="$ARROWS" \
        -v fenced="$THROUGH_ENGINE_ONLY" '
        function offence(why) { print file ": includes \"" $0 "\": " why }
        BEGIN {
          n = split(floors, part)
          for (i = 1; i <= n; i++) { split(part[i], pair, "="); floor[pair[1]] = pair[2] }
          n = split(arrows, part)
          for (i = 1; i <= n; i++) arrow[part[i]] = 1
          n = split(fenced, part)
          for (i = 1; i <= n; i++) fence[part[i]] = 1
        }
        {
          n = split($0, part, "/"); other = part[1]
          if (n < 2) offence("write it as room/noun.h")
          else if (other == "countermark" || other == room) next
          else if (room == "public") offence("public headers include countermark/ only")
          else if (!(room in floor)) offence("the room " room " is on no floor")
          else if (!(other in floor)) offence("there is no room " other)
          else if (other == "ledger" && room in fence) offence("use engine/engine.h")
          else if (floor[other] >= floor[room] && !((room ">" other) in arrow))
            offence(room " (floor " floor[room] ") may not see " other " (floor " floor[other] ")")
        }'
  done
}

plant() {
  echo '#include "codes/pack.h"' | catches "an upward include" src/base/a.c
  echo '#include "crypto/ff1.h"' | catches "a neighbour without an arrow" src/doc/a.h
  echo '#include "ledger/journal.h"' | catches "the ledger past the engine" src/edge/a.c
  echo '#include "pack.h"' | catches "an include without its room" src/codes/a.c
  echo '#include "attic/a.h"' | catches "an unknown room" src/codes/a.c
  echo '#include "base/bytes.h"' | catches "an internal header" include/countermark/a.h
  echo '#include "cards/pool.h"' | catches "an arrow taken backwards" src/codes/a.c
  echo '#include "codes/pack.h"' | spares "an arrow" src/cards/a.c
  echo '#include "crypto/ff1.h"' | spares "a lower floor" src/codes/a.c
  echo '#include "ledger/journal.h"' | spares "the engine's own ledger" src/engine/a.c
}

lint_main "$@"
