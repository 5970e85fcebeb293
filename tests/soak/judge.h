/* The judge of the soak: what the printers' own records say of every code that the vault ever gave,
 * beside what the ledger says in the end. It knows codes by a hash of their texts, in a table whose
 * memory is taken and touched at once, so that it does not hide growth elsewhere. It refuses
 * nothing and counts all. */
#ifndef CM_TESTS_SOAK_JUDGE_H
#define CM_TESTS_SOAK_JUDGE_H

#include "engine/runs.h"

struct judge;

/* What must all be zero, but the first two. */
struct judged {
    uint64_t given, taken;    /* codes: by the vault; by a printer, at least once */
    uint64_t twice;           /* taken twice: what the soak is about */
    uint64_t strange;         /* texts in a printer that the vault never gave */
    uint64_t two_owners;      /* a text given for two units, or to two lines */
    uint64_t void_on_product; /* void, by nobody's word, and on a product */
    uint64_t unsent_taken;    /* never left us, says the ledger; a printer had it */
    uint64_t printed_on_nothing;
    uint64_t good_on_nothing;
    uint64_t unsettled; /* still reserved or sent when all is closed */
    uint64_t unheld;    /* a unit that no run holds */
    /* For the report: none of these is a fault. */
    uint64_t unknown_on_product;
    uint64_t deceived; /* printed on nothing, where a printer's counts deceive */
};

struct judge *judge_new(uint64_t codes_most);
void judge_free(struct judge *j);

/* The vault gave the text of a unit to a line. `lies`: that line's printer makes claims of prints
 * that nobody can check. */
void judge_gave(struct judge *j, struct cm_slice text, uint32_t set, uint64_t serial, bool lies);
void judge_taken(struct judge *j, struct cm_slice text);
void judge_on_paper(struct judge *j, struct cm_slice text);
/* So far; `given`, `taken`, `twice`, `strange` and `two_owners` only. */
const struct judged *judge_so_far(const struct judge *j);
/* Compare all with the ledger. @retval as engine_run_of */
CM_MUST_CHECK cm_err judge_ledger(struct judge *j, struct cm_engine *engine, struct judged *out);

#endif
