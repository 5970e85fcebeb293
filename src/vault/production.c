/* Production days and their batches, made through the acts that people use. References as in
 * production.h. */
#include "vault/production.h"

#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"

#define MINUTE_S      60
#define HOUR_S        3600
#define MS_PER_S      1000u
#define PATTERN_MAX   200u
#define ROLL_TEXT_LEN 5u /* "06:00" */

/* What the member "production" says. */
struct plan {
    struct act *a;
    struct json_value v;
    struct cm_slice line;
    struct found_scheme scheme;
    bool has_date;    /* the scheme's codes carry one */
    uint64_t serials; /* of a batch at most */
    int32_t roll_s, fixed_day;
    bool today;
    char pattern[PATTERN_MAX];
    uint64_t quantity;
};

/* ---- The clock ------------------------------------------------------------------------------- */

void production_clock(const struct zone *z, int32_t roll_s, uint64_t now_ms, int32_t *day,
                      uint64_t *until_ms) {
    const int64_t now_s = (int64_t)(now_ms / MS_PER_S);
    int32_t d = zone_day(z, now_s) + 1;
    while (zone_instant(z, d, roll_s) > now_s)
        d--;
    *day = d;
    *until_ms = (uint64_t)zone_instant(z, d + 1, roll_s) * MS_PER_S;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static cm_err read_roll(struct plan *p) {
    struct cm_slice t;
    const struct json_value v = json_get(p->v, "roll_at");
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, SIZE_MAX, &t));
    for (size_t i = 0; i < t.len; i++)
        if (i == 2 ? t.p[i] != ':' : t.p[i] < '0' || t.p[i] > '9') t.len = 0;
    const int hours = t.len == ROLL_TEXT_LEN ? (t.p[0] - '0') * 10 + t.p[1] - '0' : 99;
    const int minutes = t.len == ROLL_TEXT_LEN ? (t.p[3] - '0') * 10 + t.p[4] - '0' : 99;
    if (hours > 23 || minutes > 59)
        return json_fail(v, CM_E_FORMAT, "write HH:MM, as 06:00", "not a time of the day");
    p->roll_s = hours * HOUR_S + minutes * MINUTE_S;
    return CM_OK;
}

static cm_err read_date(struct plan *p) {
    struct cm_slice t;
    const struct json_value v = json_get(p->v, "date");
    p->today = true;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, SIZE_MAX, &t));
    if (slice_equal(t, slice_text("today"))) return CM_OK;
    p->today = false;
    if (date_parse(t, &p->fixed_day) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, "write today or YYYY-MM-DD", "not a date");
}

static cm_err look_at_scheme(void *ctx, const struct registry *r) {
    struct plan *p = ctx;
    struct cm_slice name;
    TRY(json_text(json_get(p->v, "scheme"), 1, SCHEME_NAME_CAP, &name));
    const struct scheme_entry *s = registry_scheme_named(r, name);
    if (s == NULL)
        return json_fail(json_get(p->v, "scheme"), CM_E_NOT_FOUND,
                         "'countermark scheme list' shows them", "no such scheme");
    p->scheme = (struct found_scheme){.id = s->id, .brand = s->brand, .test = s->numbers->test};
    memcpy(p->scheme.name, s->scheme->name, sizeof p->scheme.name);
    p->has_date = s->scheme->has_date;
    p->serials = s->numbers->serials;
    return CM_OK;
}

/* Without a pattern: the product's attributes, the day, the line. */
static void usual_pattern(struct plan *p) {
    const struct json_value attributes = json_get(p->v, "attributes");
    const char *key = NULL;
    p->pattern[0] = '\0';
    for (size_t i = 0; json_present(json_member(attributes, i, &key)); i++)
        if (strcmp(key, "line") != 0) text_append(p->pattern, PATTERN_MAX, "{%s}-", key);
    if (p->pattern[0] == '\0') text_append(p->pattern, PATTERN_MAX, "{scheme}-");
    text_append(p->pattern, PATTERN_MAX, "{date}");
    const bool bare = p->line.len > 0 && p->line.p[0] >= '0' && p->line.p[0] <= '9';
    if (p->line.len > 0) text_append(p->pattern, PATTERN_MAX, bare ? "-L{line}" : "-{line}");
}

static cm_err read_pattern(struct plan *p) {
    const struct json_value v = json_get(p->v, "name");
    if (!json_present(v))
        usual_pattern(p);
    else
        TRY(json_copy_text(v, 1, p->pattern, sizeof p->pattern));
    if (!p->today || strstr(p->pattern, "{date}") != NULL) return CM_OK;
    return json_fail(v, CM_E_CONFLICT, "put {date} into it",
                     "every day's batch would have the same name");
}

static cm_err read_plan(struct act *a, struct json_value v, struct cm_slice line, struct plan *p) {
    static const char *const keys[] = {"scheme",  "attributes", "product", "gtin",     "zone",
                                       "roll_at", "date",       "name",    "quantity", "open"};
    bool open = false; /* whoever takes units looks at it */
    *p = (struct plan){.a = a, .v = v, .line = line};
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(engine_read(a->ctx->engine, look_at_scheme, p));
    TRY(read_roll(p));
    TRY(read_date(p));
    TRY(read_pattern(p));
    if (json_present(json_get(v, "open"))) TRY(json_bool(json_get(v, "open"), &open));
    p->quantity = p->serials < PRODUCTION_GROWTH ? p->serials : PRODUCTION_GROWTH;
    const struct json_value quantity = json_get(v, "quantity");
    return json_present(quantity) ? json_u64(quantity, 1, p->serials, &p->quantity) : CM_OK;
}

/* ---- Names ----------------------------------------------------------------------------------- */

static cm_err word_of(const struct plan *p, struct cm_slice key, const char *date,
                      struct cm_slice *out) {
    char name[PATTERN_MAX];
    memcpy(name, key.p, key.len); /* shorter than the pattern it stands in */
    name[key.len] = '\0';
    const struct json_value attribute = json_get(json_get(p->v, "attributes"), name);
    if (strcmp(name, "date") == 0)
        *out = slice_text(date);
    else if (strcmp(name, "line") == 0 && p->line.len > 0)
        *out = p->line;
    else if (strcmp(name, "scheme") == 0)
        *out = slice_text(p->scheme.name);
    else if (json_present(attribute))
        TRY(json_text(attribute, 1, SIZE_MAX, out));
    else
        return json_fail(json_get(p->v, "name"), CM_E_NOT_FOUND,
                         "use {date}, {line}, {scheme} or an attribute's name",
                         "this production has no {%s}", name);
    return CM_OK;
}

/* What a name of a batch may not hold becomes a hyphen. */
static void put_word(struct buffer *out, struct cm_slice word) {
    for (size_t i = 0; i < word.len; i++) {
        const char c = (char)word.p[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '_';
        buffer_u8(out, plain ? (uint8_t)c : (uint8_t)'-');
    }
}

static cm_err batch_name(const struct plan *p, int32_t day, char out[REGISTRY_NAME_CAP]) {
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    char date[DATE_TEXT_CAP];
    date_format(day, date);
    for (const char *at = p->pattern; *at != '\0';) {
        struct cm_slice word = slice_of(NULL, 0);
        const char *end = strchr(at, '}');
        if (*at != '{' || end == NULL) {
            buffer_u8(&name, (uint8_t)*at++);
            continue;
        }
        TRY(word_of(p, slice_of(at + 1, (size_t)(end - at - 1)), date, &word));
        put_word(&name, word);
        at = end + 1;
    }
    TRY(buffer_err(&name));
    if (name.len == 0 || name.len >= REGISTRY_NAME_CAP)
        return json_fail(json_get(p->v, "name"), CM_E_RANGE, "shorten the pattern",
                         "it gives a name of %zu bytes, at most %u", name.len,
                         REGISTRY_NAME_CAP - 1);
    memcpy(out, name.p, name.len);
    out[name.len] = '\0';
    return CM_OK;
}

static cm_err day_of_plan(const struct plan *p, struct production_day *out) {
    CM_CLEANUP(zone_freep) struct zone *z = NULL;
    struct production_day day = {.day = p->fixed_day};
    struct cm_slice name;
    if (p->today) {
        TRY(json_text(json_get(p->v, "zone"), 1, SIZE_MAX, &name));
        TRY(zone_load(ZONE_FOLDER, name, &z, p->a->diag));
        production_clock(z, p->roll_s, p->a->now_unix_ms, &day.day, &day.until_ms);
    }
    TRY(batch_name(p, day.day, day.batch));
    *out = day;
    return CM_OK;
}

/* ---- Batches --------------------------------------------------------------------------------- */

static cm_err put_copy(struct json_writer *w, const struct plan *p, const char *key) {
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    const struct json_value v = json_get(p->v, key);
    if (!json_present(v)) return CM_OK;
    TRY(json_copy_value(v, &value));
    json_put_raw(w, key, buffer_slice(&value));
    return CM_OK;
}

/* batch.add, or batch.check, which changes nothing. */
static cm_err ask_for_batch(const struct plan *p, const struct production_day *day,
                            const char *act) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    char date[DATE_TEXT_CAP];
    date_format(day->day, date);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "scheme", p->scheme.name);
    json_array_begin(&w, "batches");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", day->batch);
    json_put_u64(&w, "quantity", p->quantity);
    TRY(put_copy(&w, p, "attributes"));
    TRY(put_copy(&w, p, "product"));
    TRY(put_copy(&w, p, "gtin"));
    if (p->has_date) json_put_cstr(&w, "date", date);
    if (p->line.len > 0) json_put_text(&w, "line", p->line);
    json_object_end(&w);
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&args));
    struct act_context ctx = *p->a->ctx;
    ctx.line = false; /* the run was allowed to, by the operator who started it */
    return act_run(&ctx, slice_text(act), buffer_slice(&args), &result, p->a->diag);
}

struct batch_look {
    const struct plan *plan;
    const struct production_day *day;
    uint32_t set; /* 0: there is none */
};

static bool same_text(struct json_value v, struct cm_slice text) {
    struct cm_slice t;
    return json_kind_of(v) == JSON_KIND_TEXT && json_text(v, 0, SIZE_MAX, &t) == CM_OK &&
           slice_equal(t, text);
}

/* Whether a batch of that name was made for the same product: attributes and date. */
static cm_err same_product(const struct batch_look *l, const struct set_entry *e, bool *same) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    const struct plan *p = l->plan;
    const struct json_value attributes = json_get(p->v, "attributes");
    char date[DATE_TEXT_CAP];
    const char *key = NULL;
    struct cm_slice text;
    TRY(json_doc_new(&doc, buffer_slice(&e->description), "batch", &JSON_LIMITS_DEFAULT, NULL));
    const struct json_value is = json_root(doc);
    date_format(l->day->day, date);
    *same = e->set.kind == SET_BATCH && e->set.of == p->scheme.id &&
            (!p->has_date || same_text(json_get(is, "date"), slice_text(date)));
    for (size_t i = 0; json_present(json_member(attributes, i, &key)); i++) {
        TRY(json_text(json_get(attributes, key), 1, SIZE_MAX, &text));
        *same = *same && same_text(json_get(json_get(is, "attributes"), key), text);
    }
    return CM_OK;
}

static cm_err look_for_batch(void *ctx, const struct registry *r) {
    struct batch_look *l = ctx;
    const struct set_entry *e = registry_set_named(r, slice_text(l->day->batch));
    bool same = false;
    if (e == NULL) return CM_OK;
    TRY(same_product(l, e, &same));
    if (!same)
        return json_fail(json_get(l->plan->v, "name"), CM_E_CONFLICT,
                         "give this production a pattern of its own",
                         "batch '%s' was made for another product", l->day->batch);
    l->set = e->set.number;
    return CM_OK;
}

cm_err production_check(struct act *a, struct json_value production, struct cm_slice line,
                        struct found_scheme *scheme, struct production_day *day) {
    struct plan p;
    TRY(read_plan(a, production, line, &p));
    TRY(day_of_plan(&p, day));
    struct batch_look l = {.plan = &p, .day = day};
    TRY(engine_read(a->ctx->engine, look_for_batch, &l));
    if (l.set == 0) TRY(ask_for_batch(&p, day, "batch.check"));
    *scheme = p.scheme;
    return CM_OK;
}

cm_err production_now(struct act *a, struct json_value production, struct cm_slice line,
                      struct production_day *out) {
    struct plan p;
    TRY(read_plan(a, production, line, &p));
    return day_of_plan(&p, out);
}

cm_err production_batch(struct act *a, struct json_value production, struct cm_slice line,
                        const struct production_day *day, uint32_t *set) {
    struct plan p;
    TRY(read_plan(a, production, line, &p));
    struct batch_look l = {.plan = &p, .day = day};
    TRY(engine_read(a->ctx->engine, look_for_batch, &l));
    if (l.set == 0) {
        TRY(ask_for_batch(&p, day, "batch.add"));
        TRY(engine_read(a->ctx->engine, look_for_batch, &l));
    }
    *set = l.set;
    return l.set != 0 ? CM_OK : CM_E_NOT_FOUND;
}
