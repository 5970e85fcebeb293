/* What the acts on runs share: a run as the registry has it, its document changed, its counts. */
#ifndef CM_VAULT_RUNS_INSIDE_H
#define CM_VAULT_RUNS_INSIDE_H

#include "engine/runs.h"
#include "vault/acts_inside.h"
#include "vault/run_verify.h"

/* A run copied out of the registry, its document read. */
struct found_run {
    uint32_t number, brand;
    bool test;
    enum run_wish wish;
    enum run_holder holder;
    char name[REGISTRY_NAME_CAP];
    struct buffer text;
    struct json_doc *doc;
    struct json_value root;
    uint64_t reads[READ_VERDICT_N]; /* counted or saved by this act: root does not have them */
    uint64_t settled;               /* jams, likewise */
};
#define FOUND_RUN_INIT                                                                             \
    { .number = 0 }
void found_run_wipe(struct found_run *f);

/** The run that argument "run" names, or that has a number. Runs that the caller may not see are
 * not there. @param[out] out  found_run_wipe it
 * @retval CM_E_NOT_FOUND, CM_E_FORMAT, CM_E_CORRUPT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err runs_named(struct act *a, struct found_run *out);
CM_MUST_CHECK cm_err runs_numbered(struct act *a, uint32_t number, struct found_run *out);
/** The same for a line: only runs that it holds.
 * @retval CM_E_DENIED  another drives the run's printer */
CM_MUST_CHECK cm_err runs_of_line(struct act *a, uint32_t number, struct found_run *out);
/* Whether the caller may see what is of that brand and mode. */
bool runs_visible(const struct act *a, uint32_t brand, bool test);

/* A text or a number of the document; empty or 0 when there is none. */
struct cm_slice runs_text(const struct found_run *f, const char *key);
uint64_t runs_u64(const struct found_run *f, const char *key);

/* The document again with other members; what is NULL or false stays as it was. */
struct run_change {
    enum run_wish wish;
    const char *why;  /* for people; NULL: the old reason is not true any more */
    const char *rule; /* of the close */
    bool resumed;     /* an operator saw to it: drivers that held go on */
    bool settled;     /* and said what came out before a jam: printers are cleared */
    bool here;        /* whoever does this act drives the printer from now on */
};
/** Journal a changed document, with the duplicates and minutes down that are known now. */
CM_MUST_CHECK cm_err runs_change(struct act *a, struct found_run *f, const struct run_change *c);
/** Journal duplicates and minutes down alone. */
CM_MUST_CHECK cm_err runs_save(struct act *a, struct found_run *f);

/* ---- Live values over those of the document: runs_live.c */

/** The live row of a run; a new one begins with what its document has.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err runs_live_row(struct act *a, const struct found_run *f, struct live_row **out);
/* Duplicates so far; minutes down by cause as members of an object in thousandths of a second, or
 * in whole minutes. */
uint64_t runs_duplicates(const struct act *a, const struct found_run *f);
/* Whether the document lacks copies, or a minute down. */
bool runs_unsaved(const struct act *a, const struct found_run *f);
void runs_put_down(struct json_writer *w, const struct act *a, const struct found_run *f,
                   uint64_t ms_each);

/* What a camera read, by verdict, as member "reads"; nothing where there was none. */
uint64_t runs_reads(const struct act *a, const struct found_run *f, enum read_verdict verdict);
void runs_put_reads(struct json_writer *w, const struct act *a, const struct found_run *f);

/* ---- Counts: runs_count.c */

/* Units of the order that are used up: `count` of the document is judged by it. What is proved not
 * to have been printed is made up for, except what the printer refuses: a printer that refuses all
 * would eat the batch. */
uint64_t runs_given(const struct run_totals *t);
uint64_t runs_voided(const struct run_totals *t); /* had been sent, and are void */
/* Whether nothing is held that is not settled. */
bool runs_settled(const struct run_totals *t);
/* Whether a line drives it right now, and has more to settle. */
bool runs_streaming(const struct act *a, const struct found_run *f, const struct run_totals *t);
/** The members of a run's summary. */
CM_MUST_CHECK cm_err runs_summary(struct act *a, const struct found_run *f);

#endif
