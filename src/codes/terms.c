/* Terms as a document: defaults, copying, JSON in and out. It refuses an end before its start. */
#include "codes/terms.h"

#include "base/date.h"
#include "base/macros.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define LANGUAGE_MAX 16u /* bytes of a language tag (RFC 5646) */

void terms_init(struct terms *t) { *t = (struct terms){.uses = TERMS_ONCE, .times = 1}; }

void terms_wipe(struct terms *t) {
    buffer_free(&t->reward);
    terms_init(t);
}

cm_err terms_copy(const struct terms *from, struct terms *out) {
    struct terms copy = *from;
    copy.reward = (struct buffer)BUFFER_INIT;
    buffer_put(&copy.reward, from->reward.p, from->reward.len);
    TRY(buffer_err(&copy.reward));
    terms_wipe(out);
    *out = copy;
    return CM_OK;
}

/* ---- Reading -----------------------------------------------------------------------------------
 */

static cm_err read_time(struct json_value v, uint64_t *out) {
    if (!json_present(v) || json_kind_of(v) == JSON_KIND_NULL) return CM_OK;
    struct cm_slice text;
    TRY(json_text(v, 1, TIME_TEXT_CAP + 8u, &text));
    if (time_parse(text, out) == CM_OK && *out > 0) return CM_OK;
    return json_fail(v, CM_E_FORMAT, "write 2026-11-21 or 2026-11-21T08:00:00+01:00",
                     "not a date or time");
}

static cm_err read_uses(struct json_value v, struct terms *t) {
    static const char *const words[] = {"once", "once per redeemer"};
    if (!json_present(v)) return CM_OK;
    if (json_kind_of(v) == JSON_KIND_INTEGER) {
        uint64_t times = 0;
        TRY(json_u64(v, 1, TERMS_USES_MAX, &times));
        t->uses = times == 1 ? TERMS_ONCE : TERMS_TIMES;
        t->times = (uint32_t)times;
        return CM_OK;
    }
    size_t at = 0;
    TRY(json_word(v, words, CM_ARRAY_N(words), &at));
    t->uses = at == 0 ? TERMS_ONCE : TERMS_ONCE_PER_REDEEMER;
    t->times = 1;
    return CM_OK;
}

static cm_err read_reward(struct json_value v, struct buffer *out) {
    static const char *const keys[] = {"text", "language"};
    if (!json_present(v)) return CM_OK;
    size_t n = 0;
    TRY(json_items(v, 0, TERMS_LANGUAGES_N, &n));
    struct json_writer w = json_writer_into(out, false);
    json_array_begin(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct json_value item = json_at(v, i);
        struct cm_slice text, language;
        TRY(json_only(item, keys, CM_ARRAY_N(keys)));
        TRY(json_text(json_get(item, "text"), 1, TERMS_REWARD_MAX, &text));
        TRY(json_text(json_get(item, "language"), 2, LANGUAGE_MAX, &language));
        json_object_begin(&w, NULL);
        json_put_text(&w, "language", language);
        json_put_text(&w, "text", text);
        json_object_end(&w);
    }
    json_array_end(&w);
    return buffer_err(out);
}

static cm_err optional_u64(struct json_value v, uint64_t max, uint64_t *out) {
    return json_present(v) ? json_u64(v, 0, max, out) : CM_OK;
}

static cm_err read_limits(struct json_value root, struct terms *t) {
    static const char *const answers[] = {"full", "terse"};
    uint64_t grace = 0, wrong = 0;
    size_t at = 0;
    TRY(optional_u64(json_get(root, "grace_s"), TERMS_GRACE_MAX_S, &grace));
    TRY(optional_u64(json_get(root, "cap"), INT64_MAX, &t->cap));
    TRY(optional_u64(json_get(root, "wrong_per_hour"), UINT32_MAX, &wrong));
    if (json_present(json_get(root, "answers")))
        TRY(json_word(json_get(root, "answers"), answers, CM_ARRAY_N(answers), &at));
    t->grace_s = (uint32_t)grace;
    t->wrong_per_hour = (uint32_t)wrong;
    t->answers = (enum terms_answers)at;
    return CM_OK;
}

static cm_err read_root(struct json_value root, struct terms *t) {
    static const char *const keys[] = {"name", "uses",    "start",          "until", "grace_s",
                                       "cap",  "answers", "wrong_per_hour", "reward"};
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    if (json_present(json_get(root, "name")))
        TRY(json_copy_text(json_get(root, "name"), 0, t->name, sizeof t->name));
    TRY(read_uses(json_get(root, "uses"), t));
    TRY(read_time(json_get(root, "start"), &t->start_ms));
    TRY(read_time(json_get(root, "until"), &t->until_ms));
    if (t->until_ms != 0 && t->until_ms <= t->start_ms)
        return json_fail(json_get(root, "until"), CM_E_RANGE, "let it end after it begins",
                         "the end is not after the start");
    TRY(read_limits(root, t));
    return read_reward(json_get(root, "reward"), &t->reward);
}

cm_err terms_json_read(struct terms *out, struct cm_slice text, const char *input,
                       struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, input, &JSON_LIMITS_DEFAULT, diag));
    CM_CLEANUP(terms_wipe) struct terms t;
    terms_init(&t);
    TRY(read_root(json_root(doc), &t));
    terms_wipe(out);
    *out = t;
    t.reward = (struct buffer)BUFFER_INIT;
    return CM_OK;
}

/* ---- Writing -----------------------------------------------------------------------------------
 */

static void write_time(struct json_writer *w, const char *key, uint64_t ms) {
    char text[TIME_TEXT_CAP];
    if (ms == 0) return;
    time_format(ms, text);
    json_put_cstr(w, key, text);
}

cm_err terms_json_write(const struct terms *t, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    if (t->name[0] != '\0') json_put_cstr(&w, "name", t->name);
    if (t->uses == TERMS_TIMES)
        json_put_u64(&w, "uses", t->times);
    else
        json_put_cstr(&w, "uses", t->uses == TERMS_ONCE ? "once" : "once per redeemer");
    write_time(&w, "start", t->start_ms);
    write_time(&w, "until", t->until_ms);
    if (t->grace_s != 0) json_put_u64(&w, "grace_s", t->grace_s);
    if (t->cap != 0) json_put_u64(&w, "cap", t->cap);
    if (t->answers == TERMS_ANSWERS_TERSE) json_put_cstr(&w, "answers", "terse");
    if (t->wrong_per_hour != 0) json_put_u64(&w, "wrong_per_hour", t->wrong_per_hour);
    if (t->reward.len > 0) json_put_raw(&w, "reward", buffer_slice(&t->reward));
    json_object_end(&w);
    return buffer_err(out);
}
