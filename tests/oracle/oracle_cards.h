/* The card modes of the oracle's counterpart; protocol: head of tests/oracle/agree.mjs.
 * Both print to standard output and return the exit status: 0, or 2 with a word on standard
 * error when the cases or the arguments cannot be used. */
#ifndef CM_TESTS_ORACLE_ORACLE_CARDS_H
#define CM_TESTS_ORACLE_ORACLE_CARDS_H

/* TOOL cards CASES NAME SEED N */
int oracle_cards(const char *cases, const char *name, const char *seed, const char *n);
/* TOOL cards-open CASES NAME */
int oracle_cards_open(const char *cases, const char *name);

#endif
