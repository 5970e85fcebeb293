/* Open addressing over a table that never grows. References as in judge.h. */
#include "soak/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/macros.h"
#include "support/cm.h"
#include "support/must.h"

#define SAID_MOST  20u
#define FLAG_TAKEN 1u
#define FLAG_PAPER 2u
#define FLAG_LIES  4u

/* A code that was given; key 0: none. */
struct given {
    uint64_t key, serial;
    uint32_t set;
    uint32_t flags;
};

struct judge {
    struct given *table;
    uint64_t mask, most;
    struct judged sum;
};

/* FNV-1a, 64 bits: two of some millions of texts meet with odds of one in millions, and would be
 * told as a fault, never hide one. Source: Fowler, Noll, Vo, draft-eastlake-fnv. */
static uint64_t key_of(struct cm_slice text) {
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ text.p[i]) * 0x100000001B3u;
    h ^= h >> 32;
    return h == 0 ? 1 : h;
}

struct judge *judge_new(uint64_t codes_most) {
    struct judge *j = must_calloc(1, sizeof *j);
    uint64_t n = 1024;
    while (n < codes_most + codes_most / 2)
        n *= 2;
    j->mask = n - 1;
    j->most = codes_most;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
    void *table = mmap(NULL, n * sizeof *j->table, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (table == MAP_FAILED) abort();
    j->table = table;
    return j;
}

void judge_free(struct judge *j) {
    if (j == NULL) return;
    (void)munmap(j->table, (j->mask + 1) * sizeof *j->table);
    free(j);
}

static struct given *find(struct judge *j, struct cm_slice text) {
    const uint64_t key = key_of(text);
    uint64_t i = key & j->mask;
    while (j->table[i].key != 0 && j->table[i].key != key)
        i = (i + 1) & j->mask;
    return &j->table[i];
}

void judge_gave(struct judge *j, struct cm_slice text, uint32_t set, uint64_t serial, bool lies) {
    struct given *g = find(j, text);
    if (g->key != 0) { /* line.again gives what line.take gave */
        j->sum.two_owners += g->set != set || g->serial != serial;
        return;
    }
    if (++j->sum.given > j->most) fail_msg("more codes than the judge has room for");
    *g = (struct given){
        .key = key_of(text), .serial = serial, .set = set, .flags = lies ? FLAG_LIES : 0};
}

void judge_taken(struct judge *j, struct cm_slice text) {
    struct given *g = find(j, text);
    if (g->key == 0) {
        j->sum.strange++;
        return;
    }
    if ((g->flags & FLAG_TAKEN) != 0)
        j->sum.twice++;
    else
        j->sum.taken++;
    g->flags |= FLAG_TAKEN;
}

void judge_on_paper(struct judge *j, struct cm_slice text) {
    struct given *g = find(j, text);
    if (g->key == 0)
        j->sum.strange++;
    else
        g->flags |= FLAG_PAPER;
}

const struct judged *judge_so_far(const struct judge *j) { return &j->sum; }

/* Whether a person said so: the printers' records have no part in it. */
static bool by_word(uint8_t cause) {
    return cause == CM_CAUSE_OPERATOR || cause == CM_CAUSE_RULE || cause == CM_CAUSE_RECALLED;
}

/* What is wrong with a unit; NULL: nothing. */
static const char *compare(struct judged *out, const struct given *g, const struct span *s) {
    const bool taken = (g->flags & FLAG_TAKEN) != 0, paper = (g->flags & FLAG_PAPER) != 0;
    const bool lies = (g->flags & FLAG_LIES) != 0, word = by_word(s->cause);
    const bool unsent = s->cause == CM_CAUSE_RETURNED || s->cause == CM_CAUSE_UNSENT;
    const struct judged before = *out;
    switch ((enum cm_stage)s->stage) {
    case CM_STAGE_RESERVED:
    case CM_STAGE_SENT: out->unsettled++; return "is not settled";
    case CM_STAGE_PRINTED:
        if (lies) {
            out->deceived += !paper && !word;
            return NULL;
        }
        out->printed_on_nothing += !paper && !word;
        break;
    case CM_STAGE_UNKNOWN: out->unknown_on_product += paper; return NULL;
    case CM_STAGE_GOOD: out->good_on_nothing += !paper; break;
    case CM_STAGE_REJECTED: break;
    case CM_STAGE_VOID:
        out->void_on_product += paper && !word;
        out->unsent_taken += taken && unsent;
        break;
    default: break;
    }
    if (out->unsent_taken != before.unsent_taken) return "a printer took it";
    if (out->void_on_product != before.void_on_product) return "it is on a product";
    return memcmp(out, &before, sizeof before) == 0 ? NULL : "it is on nothing";
}

static void say(const struct given *g, uint32_t run, const struct span *s, const char *what) {
    (void)fprintf(stderr, "soak: unit %" PRIu32 "/%" PRIu64 " of run %" PRIu32 " is %s (%s): %s\n",
                  g->set, g->serial, run, cm_stage_name((enum cm_stage)s->stage),
                  cm_cause_name((enum cm_cause)s->cause), what);
}

cm_err judge_ledger(struct judge *j, struct cm_engine *engine, struct judged *out) {
    unsigned said = 0;
    *out = j->sum;
    for (uint64_t i = 0; i <= j->mask; i++) {
        const struct given *g = &j->table[i];
        struct span span;
        uint32_t run = 0;
        if (g->key == 0) continue;
        const cm_err err = engine_run_of(engine, g->set, g->serial, &run, &span);
        if (err != CM_OK && err != CM_E_NOT_FOUND) return err;
        out->unheld += err == CM_E_NOT_FOUND;
        const char *what = err == CM_OK ? compare(out, g, &span) : NULL;
        if (what != NULL && said++ < SAID_MOST) say(g, run, &span, what);
    }
    return CM_OK;
}
