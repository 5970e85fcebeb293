/* The code modes of the oracle's counterpart; protocol: head of tests/oracle/agree.mjs.
 * All print to standard output and return the exit status: 0, or 2 with a word on standard
 * error when the cases or the arguments cannot be used. */
#ifndef CM_TESTS_ORACLE_ORACLE_CODES_H
#define CM_TESTS_ORACLE_ORACLE_CODES_H

/* TOOL mint CASES NAME SEED N */
int oracle_mint(const char *cases, const char *name, const char *seed, const char *n);
/* TOOL open CASES NAME */
int oracle_open(const char *cases, const char *name);
/* TOOL filtered CASES NAME */
int oracle_filtered(const char *cases, const char *name);

#endif
