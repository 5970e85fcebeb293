/* Runs in a world. Reference: world_run.h. */
#include "support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/world_run.h"

uint32_t world_run_batch(struct world *w, uint64_t quantity) {
    char text[256];
    const uint32_t set = ++w->batch_n;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":1,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%llu,\"product\":\"Cola\"}",
                   set - 1, set, (unsigned long long)quantity);
    world_document(w, DOCUMENT_BATCH, set, slice_text(text));
    return set;
}

uint32_t world_run(struct world *w, const char *name, uint32_t set) {
    char text[512];
    uint32_t run = 0;
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"%s\",\"brand\":0,\"test\":true,\"printer\":\"zpl+tcp://l3:9100\","
                   "\"template\":{\"name\":\"a.zpl\",\"text\":\"^XA^XZ\"},\"batch\":\"batch-%u\","
                   "\"holder\":\"daemon\",\"wish\":\"run\",\"started_ms\":1795000000000}",
                   name, set);
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = engine_document(w->engine, DOCUMENT_RUN, &run, 0, slice_text(text), &diag);
    if (err != CM_OK) fail_msg("run: %s: %s %s", cm_err_name(err), diag.place, diag.problem);
    return run;
}

struct wished {
    uint32_t run;
    enum run_wish wish;
    struct buffer text;
};

static cm_err read_wished(void *ctx, const struct registry *r) {
    struct wished *w = ctx;
    return run_document_with(registry_run(r, w->run), w->wish, "a test", &w->text);
}

void world_run_wish(struct world *w, uint32_t run, const char *wish) {
    struct wished wished = {.run = run, .text = BUFFER_INIT};
    while (strcmp(run_wish_name(wished.wish), wish) != 0)
        wished.wish = (enum run_wish)((unsigned)wished.wish + 1);
    assert_ok(engine_read(w->engine, read_wished, &wished));
    assert_ok(engine_document(w->engine, DOCUMENT_RUN, &run, 0, buffer_slice(&wished.text), NULL));
    buffer_free(&wished.text);
}

struct next {
    uint32_t set;
    uint64_t serial;
};

static cm_err read_next(void *ctx, const struct registry *r) {
    struct next *n = ctx;
    n->serial = registry_set(r, n->set)->set.counters.next_serial;
    return CM_OK;
}

uint64_t world_hold(struct world *w, uint32_t run, uint32_t set, uint32_t count,
                    uint32_t hole_every) {
    struct next next = {.set = set};
    assert_ok(engine_read(w->engine, read_next, &next));
    uint32_t *holes = calloc((size_t)count + 1, sizeof *holes);
    assert_non_null(holes);
    struct run_hold hold = {.run = run, .holes = holes};
    for (uint32_t i = 0; hole_every > 0 && i < count; i += hole_every)
        holes[hold.hole_n++] = i;
    const struct issue_event issue = {
        .set = set, .first = next.serial, .count = count, .issued = count - hold.hole_n};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = engine_run_hold(w->engine, &issue, &hold, &diag);
    if (err != CM_OK) fail_msg("hold: %s: %s", cm_err_name(err), diag.problem);
    free(holes);
    return next.serial;
}

cm_err world_try_move(struct world *w, uint32_t run, struct run_move move, struct cm_diag *diag) {
    return engine_run_move(w->engine, run, 0, &move, 1, diag);
}

void world_move(struct world *w, uint32_t run, struct run_move move) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = world_try_move(w, run, move, &diag);
    if (err != CM_OK) fail_msg("move: %s: %s %s", cm_err_name(err), diag.place, diag.problem);
}

struct run_totals world_totals(struct world *w, uint32_t run) {
    struct run_totals t;
    assert_ok(engine_run_totals(w->engine, run, &t));
    return t;
}
