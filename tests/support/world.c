/* Building and asking the world. */
#include "support/world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codes/scheme.h"
#include "codes/scheme_json.h"
#include "countermark/code.h"
#include "crypto/secret.h"
#include "support/cm.h"
#include "support/scratch.h"

#define WORLD_CHUNK 4096u /* codes minted at once */

static uint64_t world_clock(void *self) { return ((const struct world *)self)->now_ms; }

static struct keystore_unlock unlock_of(void) {
    return (struct keystore_unlock){.kind = SLOT_PASSPHRASE,
                                    .secret = slice_text("only for tests"),
                                    .allow_weak_for_tests = true};
}

cm_err world_try_document(struct world *w, enum document_kind kind, uint32_t id,
                          struct cm_slice text, struct cm_diag *diag) {
    return engine_document(w->engine, kind, &id, 0, text, diag);
}

void world_document(struct world *w, enum document_kind kind, uint32_t id, struct cm_slice text) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = world_try_document(w, kind, id, text, &diag);
    if (err != CM_OK) fail_msg("document: %s: %s", cm_err_name(err), diag.problem);
}

static void add_scheme(struct world *w, uint8_t length, uint64_t serials) {
    struct scheme s;
    scheme_init(&s);
    s.numbers = (struct cm_scheme_numbers){.id = WORLD_SCHEME,
                                           .key_version_first = 1,
                                           .test = true,
                                           .length = length,
                                           .date = {.cardinality = 1},
                                           .batches = 64,
                                           .serials = serials,
                                           .table_version = 1};
    assert_ok(cm_alphabet_by_name(&s.numbers.alphabet, slice_text("default"), NULL));
    memcpy(s.alphabet_name, "default", sizeof "default");
    memcpy(s.name, "world", sizeof "world");
    assert_ok(cm_check_kind_for(s.numbers.alphabet.n, &s.numbers.check));
    assert_ok(cm_scheme_numbers_freeze(&s.numbers, NULL));
    s.volume = 1;
    s.one_in = 1;
    w->numbers = s.numbers;
    struct buffer text = BUFFER_INIT;
    assert_ok(scheme_json_write(&s, &text));
    world_document(w, DOCUMENT_SCHEME, WORLD_SCHEME, buffer_slice(&text));
    buffer_free(&text);
    scheme_wipe(&s);
}

void world_key(struct world *w, enum key_kind kind, uint32_t id) {
    CM_KEY_SCOPED struct cm_key key;
    for (size_t i = 0; i < sizeof key.b; i++)
        key.b[i] = (uint8_t)(16u * (uint32_t)kind + id + i);
    assert_ok(keystore_add(w->keystore, kind, id, 1, 1, &key));
}

static void add_keys(struct world *w) {
    assert_ok(keystore_generate(w->keystore, KEY_IDEM, 0, 1, 1));
    assert_ok(keystore_generate(w->keystore, KEY_AUDIT, 0, 1, 1));
    assert_ok(keystore_generate(w->keystore, KEY_PSEUDONYM, WORLD_SCHEME, 1, 1));
    world_key(w, KEY_SCHEME, WORLD_SCHEME);
    assert_ok(keystore_save(w->keystore, NULL));
}

static void make_coder(struct world *w) {
    const struct cm_key *root = NULL;
    assert_ok(keystore_find(w->keystore, KEY_SCHEME, WORLD_SCHEME, 1, &root));
    assert_ok(cm_coder_new(&w->coder, &w->numbers, root, 1));
}

void world_make(struct world *w, uint8_t length, uint64_t serials) {
    const uint64_t segment_len = w->segment_len, fold_len = w->fold_len;
    *w = (struct world){.now_ms = WORLD_NOW_MS,
                        .segment_len = segment_len != 0 ? segment_len : WORLD_SEGMENT_LEN,
                        .fold_len = fold_len};
    struct scratch folder;
    assert_true(scratch_make(&folder));
    memcpy(w->dir, folder.path, sizeof w->dir);
    assert_ok(crypto_init());
    const struct workspace file = {
        .id = "0123456789abcde", .name = "world", .sandbox = true, .epoch = 1};
    assert_ok(workspace_write(w->dir, &file, NULL));
    struct workspace_paths paths;
    assert_ok(workspace_paths(w->dir, &paths, NULL));
    const struct keystore_unlock unlock = unlock_of();
    struct words_text words;
    assert_ok(keystore_create(paths.keystore, &unlock, &words, &w->keystore, NULL));
    add_keys(w);
    assert_ok(engine_create_sized(w->dir, file.id, w->segment_len, NULL));
    world_open(w);
    add_scheme(w, length, serials);
    world_document(
        w, DOCUMENT_DOOR, WORLD_DOOR,
        slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1]}"));
    make_coder(w);
}

cm_err world_try_open(struct world *w, struct cm_diag *diag) {
    const struct engine_options options = {.workspace = w->dir,
                                           .keystore = w->keystore,
                                           .clock = {.now_ms = world_clock, .self = w},
                                           .segment_len = w->segment_len,
                                           .fold_len = w->fold_len};
    return engine_open(&w->engine, &options, diag);
}

void world_open(struct world *w) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = world_try_open(w, &diag);
    if (err != CM_OK) fail_msg("open: %s: %s %s", cm_err_name(err), diag.input, diag.problem);
}

void world_close(struct world *w) {
    cm_engine_close(w->engine);
    w->engine = NULL;
}

void world_remove(struct world *w) {
    world_close(w);
    cm_coder_free(w->coder);
    keystore_close(w->keystore);
    scratch_remove(w->dir);
}

static void issue_all(struct world *w, uint32_t set, uint64_t quantity) {
    const struct issue_event e = {.set = set, .first = 0, .count = quantity, .issued = quantity};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = engine_issue(w->engine, &e, &diag);
    if (err != CM_OK) fail_msg("issue: %s: %s", cm_err_name(err), diag.problem);
}

uint32_t world_batch(struct world *w, uint64_t quantity, bool open) {
    char text[256];
    const uint32_t set = ++w->batch_n;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":1,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%llu,\"product\":\"Cola\"}",
                   set - 1, set, (unsigned long long)quantity);
    world_document(w, DOCUMENT_BATCH, set, slice_text(text));
    issue_all(w, set, quantity);
    const struct phase_event phase = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    if (open) assert_ok(engine_phase(w->engine, &phase, NULL));
    return set;
}

void world_terms(struct world *w, const char *json) {
    world_document(w, DOCUMENT_TERMS, WORLD_SCHEME, slice_text(json));
}

void world_code(struct world *w, uint32_t set, uint64_t serial, char out[static WORLD_CODE_CAP]) {
    uint8_t row[WORLD_CODE_CAP];
    const struct cm_unit_fields fields = {.batch = set - 1};
    const uint8_t len = cm_scheme_code_len(&w->numbers);
    assert_true(len < WORLD_CODE_CAP);
    assert_ok(cm_coder_mint_range(w->coder, &fields, serial, 1, row, NULL));
    cm_coder_text(w->coder, row, 1, out);
    out[len] = '\0';
}

struct cm_answer world_request(struct world *w, const struct world_request *q,
                               enum cm_call_status *status) {
    struct cm_answer answer = {.verdict = CM_V_BUSY};
    const struct cm_request request = {.operation = q->operation,
                                       .code = slice_text(q->code),
                                       .pin = slice_text(q->pin != NULL ? q->pin : ""),
                                       .redeemer =
                                           slice_text(q->redeemer != NULL ? q->redeemer : ""),
                                       .hold_ms = q->hold_ms};
    struct cm_call call = {.caller = {.actor = q->actor, .test = true},
                           .door = WORLD_DOOR,
                           .key = slice_text(q->key != NULL ? q->key : ""),
                           .requests = &request,
                           .n = 1,
                           .answers = &answer};
    assert_ok(cm_engine_run(w->engine, &call, 1));
    if (status != NULL)
        *status = call.status;
    else
        assert_int_equal(call.status, CM_CALL_DONE);
    return answer;
}

struct cm_answer world_ask(struct world *w, enum cm_operation operation, const char *code,
                           const char *key, uint32_t actor) {
    const struct world_request q = {.operation = operation,
                                    .code = code,
                                    .key = key,
                                    .actor = actor,
                                    .hold_ms = operation == CM_OP_RESERVE ? 1000 : 0};
    return world_request(w, &q, NULL);
}
