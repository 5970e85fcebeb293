/* Chunks from either side look the same. */
#include "cli/mint_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "doc/json_write.h"

static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};

cm_err mint_source_open(struct mint_source *s, struct session *session, const char *batch,
                        uint32_t number, uint8_t code_len, struct cm_diag *diag) {
    *s = (struct mint_source){.session = session, .batch = batch, .code_len = code_len};
    const struct minter_options options = {.engine = session->engine,
                                           .keystore = session->keystore,
                                           .set = number,
                                           .from_start = true};
    return session->remote ? CM_OK : minter_open(&s->minter, &options, diag);
}

cm_err mint_place_init(struct mint_place *p, const struct mint_source *s) {
    *p = (struct mint_place){.code_len = s->code_len};
    if (s->minter != NULL) return minter_place_new(&p->minter, s->minter);
    p->texts = malloc((size_t)MINTER_CHUNK * s->code_len);
    p->skip = malloc(MINTER_CHUNK);
    return p->texts != NULL && p->skip != NULL ? CM_OK : CM_E_NO_MEMORY;
}

void mint_place_wipe(struct mint_place *p) {
    minter_place_free(p->minter);
    if (p->texts != NULL) wipe(p->texts, (size_t)MINTER_CHUNK * p->code_len);
    free(p->texts);
    free(p->skip);
}

static cm_err take_codes(struct mint_place *p, struct json_value codes, struct minter_rows *rows) {
    size_t n = 0;
    TRY(json_items(codes, 0, MINTER_CHUNK, &n));
    *rows = (struct minter_rows){.n = n, .code_len = p->code_len};
    for (size_t i = 0; i < n; i++) {
        const struct json_value v = json_at(codes, i);
        struct cm_slice text;
        p->skip[i] = json_kind_of(v) == JSON_KIND_NULL;
        if (p->skip[i] != 0) continue;
        TRY(json_text(v, p->code_len, p->code_len, &text));
        memcpy(p->texts + i * p->code_len, text.p, text.len);
        rows->units++;
    }
    rows->skip = p->skip;
    rows->texts = p->texts;
    return CM_OK;
}

static cm_err take_remote(struct mint_source *s, struct mint_place *p, struct minter_rows *rows,
                          struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    buffer_clear(&s->args);
    buffer_clear(&s->result);
    struct json_writer w = json_writer_into(&s->args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "batch", s->batch);
    json_put_u64(&w, "first", s->at);
    json_object_end(&w);
    TRY(buffer_err(&s->args));
    TRY(session_act(s->session, "mint.chunk", buffer_slice(&s->args), &s->result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&s->result), "mint.chunk", &limits, diag));
    TRY(take_codes(p, json_get(json_root(doc), "codes"), rows));
    TRY(json_bool(json_get(json_root(doc), "again"), &rows->again));
    rows->first = s->at;
    s->at += rows->n;
    return CM_OK;
}

cm_err mint_source_ahead(const struct mint_source *s, struct mint_place *p, uint64_t first,
                         uint64_t n) {
    return s->minter != NULL ? minter_compute(s->minter, p->minter, first, n) : CM_OK;
}

cm_err mint_source_take(struct mint_source *s, struct mint_place *p, struct minter_rows *rows,
                        struct cm_diag *diag) {
    return s->minter != NULL ? minter_take(s->minter, p->minter, UINT64_MAX, rows, diag)
                             : take_remote(s, p, rows, diag);
}

uint64_t mint_source_at(const struct mint_source *s) {
    return s->minter != NULL ? minter_at(s->minter) : s->at;
}

uint64_t mint_source_left(const struct mint_source *s) {
    return s->minter != NULL ? minter_left(s->minter) : 0;
}

void mint_source_close(struct mint_source *s) {
    minter_close(s->minter);
    buffer_wipe(&s->args);
    buffer_wipe(&s->result);
}
