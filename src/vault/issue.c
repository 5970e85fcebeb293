/* Issuing for an API key. References as in issue.h. */
#include "vault/issue.h"

#include "base/clock.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "vault/acts.h"
#include "wire/note_frame.h"

#define RESULT_LIMITS ((const struct json_limits){.text_max = 1u << 21, .depth_max = 8u})

struct ownership {
    const struct key_row *key;
    struct cm_slice batch;
    bool owned;
};

static cm_err look_at_owner(void *ctx, const struct registry *r) {
    struct ownership *o = ctx;
    const struct set_entry *s = registry_set_named(r, o->batch);
    o->owned = s != NULL && s->set.test == o->key->test &&
               (o->key->brand == 0 || o->key->brand == s->set.brand);
    return CM_OK;
}

/* Of another brand or mode is as good as absent: its existence is nobody's business. */
static cm_err check_owner(const struct vault_options *o, const struct key_row *key,
                          struct cm_slice batch, struct cm_diag *diag) {
    struct ownership owner = {.key = key, .batch = batch};
    TRY(engine_read(o->engine, look_at_owner, &owner));
    if (owner.owned) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, "batch", NULL,
                     "name a batch of this key's brand and mode", "no such batch");
}

static cm_err keep_codes(struct buffer *full, struct cm_slice batch, struct buffer *result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(full), "issue", &RESULT_LIMITS, NULL));
    const struct json_value units = json_get(json_root(doc), "units");
    size_t n = 0;
    bool replayed = false;
    TRY(json_bool(json_get(json_root(doc), "replayed"), &replayed));
    TRY(json_items(units, 0, ISSUE_COUNT_MAX, &n));
    struct json_writer w = json_writer_into(result, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "batch", batch);
    json_array_begin(&w, "codes");
    for (size_t i = 0; i < n; i++) {
        struct cm_slice code;
        TRY(json_text(json_get(json_at(units, i), "code"), 1, CM_CODE_TEXT_MAX, &code));
        json_put_text(&w, NULL, code);
    }
    json_array_end(&w);
    json_put_bool(&w, "replayed", replayed);
    json_object_end(&w);
    return buffer_err(result);
}

static cm_err run(const struct vault_options *o, const struct issue_frame *i, struct buffer *result,
                  struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT, full = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "batch", i->batch);
    json_put_u64(&w, "count", i->count);
    json_object_end(&w);
    TRY(buffer_err(&args));
    struct act_context ctx = {.engine = o->engine,
                              .keystore = o->keystore,
                              .workspace = o->workspace,
                              .actor = i->actor,
                              .key = i->key};
    TRY(act_run(&ctx, slice_text("issue"), buffer_slice(&args), &full, diag));
    return keep_codes(&full, i->batch, result);
}

cm_err issue_codes(const struct vault_options *o, struct gate *gate, const struct frame *frame,
                   struct buffer *result, struct cm_diag *diag) {
    struct issue_frame i;
    TRY(issue_decode(frame->body, &i));
    const struct key_row *key = gate_key(gate, i.actor);
    if (key == NULL || (key->role != KEY_ROLE_ISSUE && key->role != KEY_ROLE_ADMIN))
        return CM_E_DENIED;
    TRY(check_owner(o, key, i.batch, diag));
    const uint64_t now_us = clock_monotonic_us();
    if (gcra_wait_us(gate->issue, gate->issue_due, now_us) > 0) return CM_E_BUSY;
    gate->issue_due = gcra_charged(gate->issue, gate->issue_due, now_us, i.count);
    return run(o, &i, result, diag);
}
