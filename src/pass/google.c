/* Making links: everything but the object is the same for a run, and stands in front of it. */
#include "pass/google.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "doc/json_write.h"
#include "pass/pass_check_inside.h"
#include "pass/pass_seen.h"
#include "pass/pass_text.h"

#define KEEP_MAX (1u << 20) /* bytes of a buffer that are kept from link to link */

struct google_maker {
    struct jws_signer *signer;
    char *key_id;
    struct pass_text *text;
    struct pass_report *report;
    struct buffer json; /* of the present link */
    struct pass_seen ids;
};

void google_maker_free(struct google_maker *m) {
    if (m == NULL) return;
    pass_text_free(m->text);
    pass_report_free(m->report);
    buffer_wipe(&m->json);
    pass_seen_wipe(&m->ids);
    free(m->key_id);
    free(m);
}

void google_maker_freep(struct google_maker **m) { google_maker_free(take(m)); }

/* Both stand in JSON as they are. */
static bool is_plain(const char *text) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.@_+-";
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

static cm_err put_claims(const struct google_options *o, struct cm_slice json, struct buffer *out,
                         struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer claims = BUFFER_INIT;
    struct json_writer w = json_writer_into(&claims, false);
    const uint8_t *brace = memchr(json.p, '{', json.len);
    if (!is_plain(o->email) || strchr(o->email, '@') == NULL)
        return diag_fail(diag, CM_E_FORMAT, "--issuer-email", NULL,
                         "give the address of the service account", "not an e-mail address");
    if (o->key_id != NULL && !is_plain(o->key_id))
        return diag_fail(diag, CM_E_FORMAT, "--issuer-key", "private_key_id",
                         "download the key of the service account again", "not the id of a key");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "iss", o->email);
    json_put_cstr(&w, "aud", "google");
    json_put_cstr(&w, "typ", "savetowallet");
    json_put_u64(&w, "iat", o->now_unix_s);
    json_object_end(&w);
    TRY(buffer_err(&claims));
    buffer_put(out, claims.p, claims.len - 1);
    buffer_u8(out, ',');
    buffer_put(out, brace + 1, (size_t)(json.p + json.len - brace) - 1);
    return buffer_err(out);
}

static cm_err judge_template(struct cm_slice text, const char *input, struct cm_diag *diag) {
    CM_CLEANUP(pass_report_freep) struct pass_report *lint = NULL;
    TRY(google_lint(text, input, &lint));
    return pass_report_verdict(lint, diag);
}

cm_err google_maker_new(struct cm_slice text, const char *input,
                        const struct google_options *options, struct google_maker **out,
                        struct cm_diag *diag) {
    CM_CLEANUP(google_maker_freep) struct google_maker *m = calloc(1, sizeof *m);
    CM_CLEANUP(buffer_free) struct buffer whole = BUFFER_INIT;
    if (m == NULL) return CM_E_NO_MEMORY;
    pass_seen_init(&m->ids);
    m->signer = options->signer;
    if (options->key_id != NULL) {
        m->key_id = strdup(options->key_id);
        if (m->key_id == NULL) return CM_E_NO_MEMORY;
    }
    TRY(judge_template(text, input, diag)); /* it is an object with members then */
    TRY(put_claims(options, text, &whole, diag));
    TRY(pass_text_new(buffer_slice(&whole), input, options->columns, options->column_n, &m->text,
                      diag));
    TRY(pass_report_new(false, &m->report));
    m->report->errors_only = true;
    *out = take(&m);
    return CM_OK;
}

/* Ids of objects, over all kinds that the payload may have. */
static cm_err ids_are_new(struct google_maker *m, uint64_t row, struct json_value payload,
                          struct cm_diag *diag) {
    const char *key = NULL;
    for (size_t i = 0; json_present(json_member(payload, i, &key)); i++) {
        const struct json_value list = json_get(payload, key);
        for (size_t k = 0; json_present(json_at(list, k)); k++) {
            struct cm_slice id;
            uint64_t first = 0;
            if (!json_present(json_get(json_at(list, k), "classId"))) continue; /* a class */
            TRY(json_text(json_get(json_at(list, k), "id"), 1, PASS_TEXT_MAX, &id));
            const cm_err err = pass_seen_take(&m->ids, id, row, &first);
            if (err == CM_E_EXISTS)
                return diag_fail(diag, err, NULL, "id of the object",
                                 "let the template use a column that is different in every row",
                                 "row %llu has the same id", (unsigned long long)first);
            TRY(err);
        }
    }
    return CM_OK;
}

static cm_err fill(struct google_maker *m, uint64_t row, const struct cm_slice *cells,
                   struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    buffer_recycle(&m->json, KEEP_MAX);
    TRY(pass_text_put(m->text, cells, &m->json, diag));
    pass_report_clear(m->report);
    TRY(json_doc_new(&doc, buffer_slice(&m->json), "link", &JSON_LIMITS_DEFAULT, &m->report->diag));
    google_check(m->report, json_root(doc));
    TRY(pass_report_verdict(m->report, diag));
    return ids_are_new(m, row, json_get(json_root(doc), "payload"), diag);
}

cm_err google_fill(struct google_maker *m, uint64_t row, const struct cm_slice *cells,
                   struct cm_diag *diag) {
    const cm_err err = fill(m, row, cells, diag);
    if (err != CM_OK) pass_blame_row(row, diag);
    return err;
}

cm_err google_link(struct google_maker *m, struct buffer *link) {
    buffer_text(link, GOOGLE_LINK);
    TRY(buffer_err(link));
    CM_CLEANUP(buffer_wipe) struct buffer token = BUFFER_INIT;
    TRY(jws_sign(m->signer, m->key_id, buffer_slice(&m->json), &token));
    buffer_put(link, token.p, token.len);
    return buffer_err(link);
}
