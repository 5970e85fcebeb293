/* Steps of the script, four by four. See run_script.h. */
#include "support/cm.h"

#include <stdio.h>
#include <string.h>

#include "run_script.h"

#define RUN 1u

struct step {
    bool holds;
    uint64_t first, count;
    uint32_t hole; /* offset of the one serial that is no unit; count = none */
    enum cm_stage stage;
    enum cm_cause cause;
};

/* Hold a few; send them; most are printed; the last two are spoiled, or nobody knows. */
static struct step step_of(const struct run_script *s) {
    const uint64_t k = s->step, held = s->next - s->last;
    switch (k % 4) {
    case 0:
        return (struct step){.holds = true,
                             .first = s->next,
                             .count = 4 + k / 4 % 3,
                             .hole = (uint32_t)(k / 4 % 2 == 0 ? 1 : 4 + k / 4 % 3)};
    case 1: return (struct step){.first = s->last, .count = held, .stage = CM_STAGE_SENT};
    case 2: return (struct step){.first = s->last, .count = held - 2, .stage = CM_STAGE_PRINTED};
    default:
        return (struct step){.first = s->next - 2,
                             .count = 2,
                             .stage = k / 4 % 3 == 0 ? CM_STAGE_UNKNOWN : CM_STAGE_VOID,
                             .cause = k / 4 % 3 == 0 ? CM_CAUSE_FAULT : CM_CAUSE_REFUSED};
    }
}

void run_script_make(struct run_script *s, struct world *w) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":1,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%u}",
                   SCRIPT_SET - 1, SCRIPT_SET, SCRIPT_SERIALS);
    world_document(w, DOCUMENT_BATCH, SCRIPT_SET, slice_text(text));
    assert_int_equal(world_run(w, "script", SCRIPT_SET), RUN);
    run_script_rewind(s);
}

void run_script_rewind(struct run_script *s) {
    memset(s, 0, sizeof *s);
    s->run = RUN;
}

cm_err run_script_do(const struct run_script *s, struct cm_engine *engine) {
    const struct step step = step_of(s);
    if (!step.holds) {
        const struct run_move move = {SCRIPT_SET, step.first, step.count, step.stage, step.cause};
        return engine_run_move(engine, s->run, 0, &move, 1, NULL);
    }
    const struct run_hold hold = {
        .run = s->run, .holes = &step.hole, .hole_n = step.hole < step.count ? 1 : 0};
    const struct issue_event issue = {.set = SCRIPT_SET,
                                      .first = step.first,
                                      .count = step.count,
                                      .issued = step.count - hold.hole_n};
    return engine_run_hold(engine, &issue, &hold, NULL);
}

void run_script_advance(struct run_script *s) {
    const struct step step = step_of(s);
    if (step.holds) {
        s->last = s->next;
        s->next += step.count;
        if (step.hole < step.count) s->hole[step.first + step.hole] = true;
    } else {
        memset(s->stage + step.first, (int)step.stage, step.count);
        memset(s->cause + step.first, (int)step.cause, step.count);
    }
    s->step++;
}

struct seen {
    const struct run_script *s;
    uint64_t at;
};

static cm_err see(void *ctx, const struct span *span, uint64_t units) {
    struct seen *seen = ctx;
    const struct run_script *s = seen->s;
    uint64_t real = 0;
    if (span->set != SCRIPT_SET || span->first != seen->at || span->first + span->count > s->next)
        return CM_E_CONFLICT;
    for (uint64_t i = span->first; i < span->first + span->count; i++) {
        if (s->stage[i] != span->stage || s->cause[i] != span->cause) return CM_E_CONFLICT;
        real += s->hole[i] ? 0 : 1;
    }
    seen->at += span->count;
    return real == units ? CM_OK : CM_E_CONFLICT;
}

/* Units in a stage that makes them void are void in the book, too. */
static cm_err count_void(void *ctx, const struct registry *r) {
    *(uint64_t *)ctx = registry_set(r, SCRIPT_SET)->set.counters.voided;
    return CM_OK;
}

bool run_script_agrees(const struct run_script *s, struct cm_engine *engine) {
    struct seen seen = {.s = s};
    if (engine_run_spans(engine, s->run, see, &seen) != CM_OK || seen.at != s->next) return false;
    uint64_t want = 0, voided = 0;
    for (uint64_t i = 0; i < s->next; i++)
        want += s->stage[i] == CM_STAGE_VOID && !s->hole[i] ? 1 : 0;
    return engine_read(engine, count_void, &voided) == CM_OK && voided == want;
}
