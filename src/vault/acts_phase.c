/* What happens to a batch or pool after it was made: opened, closed, handed over, recalled,
 * corrected. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "vault/acts_inside.h"

static cm_err set_phase(struct act *a, enum batch_phase phase, bool shipped) {
    struct found_set s;
    TRY(act_set(a, "batch", &s));
    const struct phase_event e = {.set = s.set.number,
                                  .actor = a->ctx->actor,
                                  .phase = phase,
                                  .shipped = shipped || s.set.counters.shipped != 0};
    if (s.set.counters.phase != (uint8_t)phase) TRY(engine_phase(a->ctx->engine, &e, a->diag));
    json_put_cstr(a->out, "batch", s.name);
    json_put_cstr(a->out, "phase", phase_name((uint8_t)phase));
    return CM_OK;
}

static cm_err batch_open(struct act *a) { return set_phase(a, PHASE_OPEN, true); }
static cm_err batch_close(struct act *a) { return set_phase(a, PHASE_CLOSED, false); }

/* The file has left the house: it is never written again. */
static cm_err batch_ship(struct act *a) {
    struct found_set s;
    TRY(act_set(a, "batch", &s));
    const struct phase_event e = {.set = s.set.number,
                                  .actor = a->ctx->actor,
                                  .phase = (enum batch_phase)s.set.counters.phase,
                                  .shipped = true};
    TRY(engine_phase(a->ctx->engine, &e, a->diag));
    json_put_cstr(a->out, "batch", s.name);
    json_put_bool(a->out, "shipped", true);
    return CM_OK;
}

/* A file was written: its hash is part of the record, and whether it was written before. */
static cm_err batch_written(struct act *a) {
    struct found_set s;
    struct cm_slice hash;
    bool again = false;
    TRY(act_set(a, "batch", &s));
    struct phase_event e = {.set = s.set.number,
                            .actor = a->ctx->actor,
                            .phase = (enum batch_phase)s.set.counters.phase,
                            .shipped = s.set.counters.shipped != 0};
    TRY(json_text(json_get(a->args, "sha256"), 1, SIZE_MAX, &hash));
    if (hex_parse(hash, e.file_hash, sizeof e.file_hash) != CM_OK)
        return diag_fail(a->diag, CM_E_FORMAT, "sha256", NULL, NULL, "not 64 hex digits");
    TRY(json_bool(json_get(a->args, "again"), &again));
    TRY(engine_phase(a->ctx->engine, &e, a->diag));
    if (again) TRY(act_note(a, "batch %s: its file was written again", s.name));
    json_put_cstr(a->out, "batch", s.name);
    return CM_OK;
}

static cm_err batch_recall(struct act *a) {
    struct found_set s;
    TRY(act_set(a, "batch", &s));
    struct recall_event e = {
        .set = s.set.number, .actor = a->ctx->actor, .first = 0, .last = UINT64_MAX};
    if (json_present(json_get(a->args, "first")))
        TRY(json_u64(json_get(a->args, "first"), 0, UINT64_MAX >> 1, &e.first));
    if (json_present(json_get(a->args, "last")))
        TRY(json_u64(json_get(a->args, "last"), 0, UINT64_MAX >> 1, &e.last));
    TRY(engine_recall(a->ctx->engine, &e, a->diag));
    json_put_cstr(a->out, "recalled", s.name);
    return CM_OK;
}

static cm_err batch_correct(struct act *a) {
    static const char *const texts[] = {"product", "gtin", "line", "date", "reason"};
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    struct found_set s;
    struct cm_slice value;
    TRY(act_set(a, "batch", &s));
    json_object_begin(&w, NULL);
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        const struct json_value v = json_get(a->args, texts[i]);
        if (!json_present(v)) continue;
        TRY(json_text(v, 1, SIZE_MAX, &value));
        json_put_text(&w, texts[i], value);
    }
    json_object_end(&w);
    TRY(buffer_err(&text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_CORRECTION, &s.set.number, a->ctx->actor,
                        buffer_slice(&text), a->diag));
    json_put_cstr(a->out, "corrected", s.name);
    return CM_OK;
}

const struct act_entry acts_phase[] = {
    {"batch.open", batch_open, {"batch"}},
    {"batch.close", batch_close, {"batch"}},
    {"batch.ship", batch_ship, {"batch"}},
    {"batch.written", batch_written, {"batch", "sha256", "again"}},
    {"batch.recall", batch_recall, {"batch", "first", "last"}},
    {"batch.correct", batch_correct, {"batch", "product", "gtin", "line", "date", "reason"}},
    {NULL, NULL, {NULL}},
};
