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
    if (!session->remote) return minter_open(&s->minter, &options, diag);
    s->texts = malloc((size_t)MINTER_CHUNK * code_len);
    s->skip = malloc(MINTER_CHUNK);
    return s->texts != NULL && s->skip != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static cm_err take_codes(struct mint_source *s, struct json_value codes, struct minter_rows *rows) {
    size_t n = 0;
    TRY(json_items(codes, 0, MINTER_CHUNK, &n));
    *rows = (struct minter_rows){.n = n, .code_len = s->code_len};
    for (size_t i = 0; i < n; i++) {
        const struct json_value v = json_at(codes, i);
        struct cm_slice text;
        s->skip[i] = json_kind_of(v) == JSON_KIND_NULL;
        if (s->skip[i] != 0) continue;
        TRY(json_text(v, s->code_len, s->code_len, &text));
        memcpy(s->texts + i * s->code_len, text.p, text.len);
        rows->units++;
    }
    rows->skip = s->skip;
    rows->texts = s->texts;
    return CM_OK;
}

static cm_err next_remote(struct mint_source *s, struct minter_rows *rows, struct cm_diag *diag) {
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
    TRY(take_codes(s, json_get(json_root(doc), "codes"), rows));
    TRY(json_bool(json_get(json_root(doc), "again"), &rows->again));
    rows->first = s->at;
    s->at += rows->n;
    return CM_OK;
}

cm_err mint_source_next(struct mint_source *s, struct minter_rows *rows, struct cm_diag *diag) {
    return s->minter != NULL ? minter_next(s->minter, UINT64_MAX, rows, diag)
                             : next_remote(s, rows, diag);
}

void mint_source_close(struct mint_source *s) {
    minter_close(s->minter);
    if (s->texts != NULL) wipe(s->texts, (size_t)MINTER_CHUNK * s->code_len);
    free(s->texts);
    free(s->skip);
    buffer_wipe(&s->args);
    buffer_wipe(&s->result);
}
