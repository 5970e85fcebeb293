/* A run joined to an emulated printer, a vault that keeps its ledger in an array, and a journal in
 * a scratch folder; the time is the kit's own. The process can be killed at any point of a turn:
 * run and journal are thrown away, pending bytes with them, and another life begins.
 *
 * Judges: the printer's own record (nothing taken twice, nothing on paper that is void, nothing
 * called printed that is not), and the sums of the ledger. */
#ifndef CM_TESTS_UNIT_LINE_RUN_KIT_H
#define CM_TESTS_UNIT_LINE_RUN_KIT_H

#include "line/kinds.h"
#include "line/run.h"
#include "support/printers/grammars.h"
#include "support/scratch.h"

#define KIT_SERIALS 4096u
#define KIT_SET     5u
#define KIT_FREE    0xFFu /* a serial that was not given yet */
#define KIT_HOLE    0xFEu

/* Where a process dies within a turn. */
enum kit_death {
    KIT_LIVES,
    KIT_DIES_COLLECTED, /* before the commit */
    KIT_DIES_COMMITTED, /* journaled, and nothing given */
    KIT_DIES_GIVEN,     /* the driver has it, no byte left */
    KIT_DIES_HALFWAY,   /* some bytes left */
    KIT_DIES_SENT,
    KIT_DEATHS
};

struct kit_plan {
    const char *kind, *grammar, *faults, *message, *template_text, *line;
    uint64_t rate_per_minute;  /* of the printer; 0: a product passes every 50 ms */
    uint64_t limit_per_minute; /* of the run */
    size_t window, units;      /* units: the vault has no more */
    size_t order;              /* of so many that are not void; 0: none */
    unsigned hole_every;       /* 0: none */
    uint64_t late_ms;          /* until the vault answers */
    uint64_t seed;
};

struct kit {
    struct kit_plan plan;
    struct scratch folder;
    struct run_now now;
    struct printer *printer;
    struct link *link; /* the emulator's */
    uint64_t retry_us, product_us;

    struct run_journal *journal;
    struct run *run;
    enum run_journal_found found;
    const char *wish, *why;
    unsigned resumed;    /* of the document */
    unsigned settled;    /* likewise */
    cm_err commit_error; /* commits fail with it */

    /* The vault. */
    uint8_t stage[KIT_SERIALS], cause[KIT_SERIALS];
    uint64_t next;     /* serial */
    uint64_t until_ms; /* of takes; 0: none */
    struct run_ask asks[4];
    uint64_t ask_us[4];
    size_t ask_n;
    unsigned takes, reports, refused_n;
    bool silent;  /* the vault does not answer */
    bool refuses; /* it holds nothing of earlier lives any more */
    struct buffer json;
    struct run_view view; /* as of the last step */
};

void kit_open(struct kit *k, const struct kit_plan *plan);
void kit_close(struct kit *k);
/* A millisecond passes; the process may die in it. */
void kit_step(struct kit *k, enum kit_death death);
/* Steps until the run is done, or so many ms are over. */
void kit_run(struct kit *k, unsigned ms);
/* Throw run and journal away, and make them anew. */
void kit_kill(struct kit *k);
void kit_wish(struct kit *k, const char *wish, const char *why);
uint64_t kit_count(const struct kit *k, unsigned stage);
/* Fail the test if anything of the above is not so. `lies`: a counter was made to lie. */
void kit_judge(const struct kit *k, bool lies);

#endif
