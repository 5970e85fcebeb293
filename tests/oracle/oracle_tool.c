/* The C library as the second party of tests/oracle/agree.mjs, which documents the protocol.
 * One command a run; a test helper that is never installed. */
#include <stdio.h>
#include <string.h>

#include "oracle/oracle_cards.h"
#include "oracle/oracle_codes.h"

int main(int argc, char **argv) {
    if (argc == 6 && strcmp(argv[1], "mint") == 0)
        return oracle_mint(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 4 && strcmp(argv[1], "open") == 0) return oracle_open(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "filtered") == 0) return oracle_filtered(argv[2], argv[3]);
    if (argc == 6 && strcmp(argv[1], "cards") == 0)
        return oracle_cards(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 4 && strcmp(argv[1], "cards-open") == 0) return oracle_cards_open(argv[2], argv[3]);
    if (argc == 6 && strcmp(argv[1], "faces") == 0)
        return oracle_faces(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 4 && strcmp(argv[1], "faces-open") == 0) return oracle_faces_open(argv[2], argv[3]);
    fprintf(stderr,
            "usage: %s mint CASES NAME SEED N | open CASES NAME | filtered CASES NAME"
            " | cards CASES NAME SEED N | cards-open CASES NAME"
            " | faces CASES NAME SEED N | faces-open CASES NAME\n",
            argv[0]);
    return 2;
}
