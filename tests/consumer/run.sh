#!/usr/bin/env bash
# Installs a build into an empty place and uses it as a stranger would: through find_package and
# through pkg-config, with every public header. Usage: run.sh BUILD-FOLDER
set -euo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

cmake --install "$build" --prefix "$place/usr" >/dev/null

echo "consumer: find_package"
cmake -S "$here" -B "$place/build" -G Ninja -DCMAKE_PREFIX_PATH="$place/usr" >"$place/log" ||
  { cat "$place/log" && exit 1; }
cmake --build "$place/build" >"$place/log" || { cat "$place/log" && exit 1; }
"$place/build/consumer"

echo "consumer: pkg-config"
libdir=$(dirname "$(find "$place/usr" -name countermark.pc)")
export PKG_CONFIG_PATH=$libdir
# The file speaks of the prefix chosen at configure time; define-prefix follows the move.
read -ra flags < <(pkg-config --define-prefix --cflags countermark)
if compgen -G "$libdir/../libcountermark.so" >/dev/null; then kind=(); else kind=(--static); fi
read -ra libs < <(pkg-config --define-prefix "${kind[@]}" --libs countermark)
cc -std=c17 -Wall -Wextra -Werror "${flags[@]}" "$here/consumer.c" -o "$place/consumer" "${libs[@]}"
LD_LIBRARY_PATH=$libdir/.. "$place/consumer"

echo "consumer: every public header alone"
find "$place/usr/include" -name '*.h' | while read -r header; do
  cc -std=c17 -Wall -Wextra -Wpedantic -Werror "${flags[@]}" -fsyntax-only -x c "$header"
done
