/* The card modes of the oracle's counterpart; protocol: head of tests/oracle/agree.mjs.
 * All print to standard output and return the exit status: 0, or 2 with a word on standard
 * error when the cases or the arguments cannot be used. */
#ifndef CM_TESTS_ORACLE_ORACLE_CARDS_H
#define CM_TESTS_ORACLE_ORACLE_CARDS_H

/* TOOL cards CASES NAME SEED N */
int oracle_cards(const char *cases, const char *name, const char *seed, const char *n);
/* TOOL cards-open CASES NAME */
int oracle_cards_open(const char *cases, const char *name);
/* TOOL faces CASES NAME SEED N */
int oracle_faces(const char *cases, const char *name, const char *seed, const char *n);
/* TOOL faces-open CASES NAME */
int oracle_faces_open(const char *cases, const char *name);

#endif
