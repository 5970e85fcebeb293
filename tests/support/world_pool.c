/* Building the pool of the worked example. */
#include "support/world_pool.h"

#include "crypto/secret.h"
#include "support/cm.h"

static const char pool_form[] =
    "{\"format\":1,\"name\":\"%s\",\"brand\":\"house\",\"id\":%u,\"mode\":\"%s\","
    "\"prefix\":\"%s\",\"body_digits\":%u,\"number_digits\":%u,\"pin_digits\":%u,"
    "\"volume\":%u,\"odds\":10,\"payment_prefix_forced\":false,\"rules\":[%s],"
    "\"keys\":[%s]}";

const struct pool_text gift = {.name = "gift",
                               .mode = "TEST",
                               .prefix = "9643",
                               .rules = RULES_1,
                               .id = POOL,
                               .body_n = 11,
                               .pin_n = 6,
                               .volume = POOL_VOLUME};

void pool_text(const struct pool_text *t, char out[static POOL_TEXT_CAP]) {
    (void)snprintf(out, POOL_TEXT_CAP, pool_form, t->name, t->id, t->mode, t->prefix, t->body_n,
                   t->body_n + 5u, t->pin_n, t->volume, t->rules,
                   t->keys != NULL ? t->keys : KEYS_3);
}

cm_err try_pool(struct world *w, const struct pool_text *t, struct cm_diag *diag) {
    char text[POOL_TEXT_CAP];
    pool_text(t, text);
    return world_try_document(w, DOCUMENT_POOL, t->id, slice_text(text), diag);
}

void add_pool(struct world *w, const struct pool_text *t) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = try_pool(w, t, &diag);
    if (err != CM_OK) fail_msg("pool: %s: %s", cm_err_name(err), diag.problem);
}

cm_err issue_cards(struct world *w, uint32_t set, uint64_t first, uint64_t count,
                   uint8_t rule_version) {
    const struct issue_event e = {
        .set = set, .first = first, .count = count, .issued = count, .rule_version = rule_version};
    return engine_issue(w->engine, &e, NULL);
}

void pool_root(struct cm_key *key) {
    for (size_t i = 0; i < sizeof key->b; i++)
        key->b[i] = (uint8_t)(0x40u + i);
}

void world_pool_add(struct world *w, const struct pool_text *t) {
    CM_KEY_SCOPED struct cm_key root;
    world_make(w, 12, 100000);
    pool_root(&root);
    assert_ok(keystore_add(w->keystore, KEY_POOL, t->id, POOL_KEY, 1, &root));
    assert_ok(keystore_generate(w->keystore, KEY_POOL, t->id, 4, 1));
    assert_ok(keystore_generate(w->keystore, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | t->id, 1, 1));
    world_document(w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
    add_pool(w, t);
    world_document(w, DOCUMENT_DOOR, WORLD_DOOR,
                   slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1],"
                              "\"pools\":[7]}"));
}

void world_pool_make(struct world *w, const struct pool_text *t) {
    world_pool_add(w, t);
    assert_ok(issue_cards(w, t->id, 0, POOL_NEXT, 1));
    const struct phase_event phase = {.set = t->id, .phase = PHASE_OPEN};
    assert_ok(engine_phase(w->engine, &phase, NULL));
}
