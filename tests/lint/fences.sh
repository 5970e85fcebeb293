#!/usr/bin/env bash
# A foreign header is included in its own room and nowhere else, so that each library can be
# replaced behind one fence. A header this list does not know is an offence, too: decide its room.
. "$(dirname "$0")/lib.sh"

# header prefix = rooms that may include it, "|" between them
FENCES="sodium=crypto openssl/=crypto jansson.h=doc libxml/=doc lmdb.h=ledger libpq=ledger
cbor=wire seccomp.h=sandbox linux/seccomp.h=sandbox linux/landlock.h=sandbox linux/filter.h=sandbox
microhttpd.h=edge gnutls/=edge cups/=line curl/=line gpgme.h=order archive=pack zlib.h=pack|symbol
zint.h=symbol qrencode.h=symbol cairo=symbol ft2build.h=symbol freetype=symbol fontconfig/=symbol
png.h=symbol"
# C17 and POSIX headers, free to all
SYSTEM="assert ctype dirent endian errno fcntl float fnmatch getopt glob grp immintrin inttypes
libgen limits locale math netdb poll pthread pwd sched signal spawn stdalign stdarg stdatomic stdbool
stddef stdint stdio stdlib stdnoreturn string strings syslog termios threads time unistd wchar
cpuid emmintrin nmmintrin wmmintrin"

check() {
  local file
  { files '*.[ch]' || true; } | while read -r file; do
    case $file in src/*/* | include/*) ;; *) continue ;; esac
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*<\([^>]*\)>.*/\1/p' "$ROOT/$file" |
      awk -v file="$file" -v fences="$FENCES" -v system_names="$SYSTEM" '
        BEGIN {
          split(file, part, "/"); room = part[1] == "src" ? part[2] : "the public headers"
          fence_n = split(fences, fence)
          n = split(system_names, part)
          for (i = 1; i <= n; i++) free[part[i] ".h"] = 1
        }
        {
          for (i = 1; i <= fence_n; i++) {
            split(fence[i], pair, "=")
            if (index($0, pair[1]) != 1) continue
            if (!index("|" pair[2] "|", "|" room "|")) print file ": <" $0 "> belongs to " pair[2] ", not to " room
            next
          }
          if ($0 in free || $0 ~ /^(sys|netinet|arpa|net|linux)\//) next
          print file ": <" $0 "> is in no fence of tests/lint/fences.sh"
        }'
  done
}

plant() {
  echo '#include <sodium.h>' | catches "sodium outside crypto" src/codes/a.c
  echo '#include <openssl/evp.h>' | catches "OpenSSL outside crypto" src/engine/a.h
  echo '#include <lmdb.h>' | catches "LMDB in the engine" src/engine/a.c
  echo '# include <jansson.h>' | catches "jansson in a public header" include/countermark/a.h
  echo '#include <curl/curl.h>' | catches "an unknown library" src/edge/a.c
  echo '#include <linux/seccomp.h>' | catches "seccomp outside the sandbox" src/daemon/a.c
  echo '#include <openssl/evp.h>' | spares "OpenSSL at home" src/crypto/a.c
  echo '#include <sys/stat.h>' | spares "a system header" src/ledger/a.c
}

lint_main "$@"
