/* The table of commands for print proofs. What they do is said in cmd_proof.c. */
#include "cli/command.h"

const struct command proof_commands[] = {
    {"proof", cmd_proof, "a print proof: how codes will look and read, as one PDF page",
     NEEDS_LATER | NEEDS_CALM,
     "[SCHEME | --scheme-file FILE | --alphabet NAME] --technology NAME --out FILE.pdf", 0, 1,
     proof_options,
     "  countermark proof cola --technology cij5x7 --height-mm 3 --out cola.pdf\n"
     "  countermark proof --alphabet crockford --technology cij5x7 --out crockford.pdf\n"
     "  countermark proof --technology thermal300 --symbol datamatrix --out label.pdf\n",
     NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};
