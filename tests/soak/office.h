/* The vault of the soak and its office: a workspace of its own with a real ledger, the acts of
 * operators, and the supply of the line process, all in one process. At every report of a line the
 * sums of its runs are proved. The vault can be out of reach, and can be closed and opened anew.
 * References: docs/design/acts.md, docs/design/runs.md. */
#ifndef CM_TESTS_SOAK_OFFICE_H
#define CM_TESTS_SOAK_OFFICE_H

#include "doc/json.h"
#include "line/loop.h"
#include "line/supply.h"
#include "soak/judge.h"
#include "support/world.h"
#include "vault/run_live.h"

#define OFFICE_RUNS_MAX 65536u

struct office_run {
    unsigned line; /* index */
    bool lies;
    uint64_t reserved_total, sent_total; /* at the last look: they never shrink */
};

struct office {
    struct world world;
    struct run_live live;
    struct judge *judge; /* borrowed, as the loop */
    const struct loop *loop;
    struct lines *host;      /* the present line process; NULL: none */
    bool away;               /* nobody answers */
    struct office_run *runs; /* by number */
    uint64_t reports, sums_wrong, refused;
    struct buffer result;
    struct json_doc *doc; /* of result, of the last act of an operator */
    struct cm_diag diag;
};

/* Its clock is the loop's: it begins half an hour before a production day ends. */
void office_open(struct office *o, struct judge *judge, const struct loop *loop);
uint64_t office_now_ms(const struct office *o);
void office_close(struct office *o);
/* As a clean stop of the vault and its start. No line process may be there. */
void office_reopen(struct office *o);

/* An act of an operator; its result is in o->doc. */
CM_MUST_CHECK cm_err office_act(struct office *o, const char *act, struct cm_slice args);
uint64_t office_u64(const struct office *o, const char *key);
/* The sums of one run, and that they only grow. False: they are wrong, and that is said. */
bool office_sums(struct office *o, uint32_t run);
/* For lines_new. */
struct supply *office_supply(struct office *o);
/* Tell the line process the runs as they stand. */
void office_push(struct office *o);

#endif
