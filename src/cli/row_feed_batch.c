/* Rows of a batch that is minted on the way: what is the same for all of them is read once, code
 * and serial come from mint's own source, which spends a range durably before it shows a code. */
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/mint_source.h"
#include "cli/row_feed_inside.h"
#include "codes/group.h"
#include "doc/json_write.h"

enum own_column { COLUMN_CODE, COLUMN_PRINTED, COLUMN_SERIAL, OWN_COLUMN_N };
static const char *const own_names[OWN_COLUMN_N] = {"code", "printed", "serial"};
static const char *const about_names[] = {"batch", "scheme", "product", "gtin", "line", "date"};
#define ABOUT_MAX 512u /* bytes of what is said of a batch */

struct batch_feed {
    struct row_feed base;
    struct cli *cli;
    char *batch;
    struct json_doc *plan;
    struct mint_source source;
    struct mint_place place;
    struct grouping grouping;
    struct minter_rows rows; /* the chunk that is being given */
    size_t at;               /* next of them */
    uint8_t code_len;
    struct cm_slice symbols; /* of codes; in the plan */
    bool ended;
    struct cm_slice constant[ROW_FEED_COLUMNS_MAX]; /* from OWN_COLUMN_N on; in the plan */
};

static struct batch_feed *batch_of(struct row_feed *f) { return (struct batch_feed *)f; }

/* ---- Acts -------------------------------------------------------------------------------------
 */

static cm_err act(struct batch_feed *f, const char *name, const char *sha256, struct buffer *result,
                  struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "batch", f->batch);
    if (sha256 != NULL) {
        json_put_cstr(&w, "sha256", sha256);
        json_put_bool(&w, "again", f->base.again > 0);
    }
    json_object_end(&w);
    TRY(buffer_err(&args));
    return session_act(&f->cli->session, name, buffer_slice(&args), result, diag);
}

static cm_err done(struct row_feed *base, const char *sha256, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer ignored = BUFFER_INIT;
    return act(batch_of(base), "batch.written", sha256, &ignored, diag);
}

/* ---- Columns ----------------------------------------------------------------------------------
 */

static cm_err add_constant(struct batch_feed *f, const char *name, struct json_value v) {
    struct cm_slice text = {NULL, 0};
    if (json_present(v)) TRY(json_text(v, 0, ABOUT_MAX, &text));
    f->constant[f->base.column_n] = text;
    return row_feed_name(&f->base, slice_text(name));
}

static bool is_named(const char *name, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* An attribute that is called as something of ours is not reached, as in `mint`. */
static cm_err add_attributes(struct batch_feed *f, struct json_value attributes) {
    const char *key = NULL;
    for (size_t i = 0; json_present(json_member(attributes, i, &key)); i++) {
        if (is_named(key, own_names, OWN_COLUMN_N) ||
            is_named(key, about_names, CM_ARRAY_N(about_names)))
            continue;
        TRY(add_constant(f, key, json_get(attributes, key)));
    }
    return CM_OK;
}

static cm_err add_columns(struct batch_feed *f) {
    const struct json_value about = json_get(json_root(f->plan), "about");
    const struct json_value attributes = json_get(about, "attributes");
    for (size_t i = 0; i < OWN_COLUMN_N; i++)
        TRY(row_feed_name(&f->base, slice_text(own_names[i])));
    for (size_t i = 0; i < CM_ARRAY_N(about_names); i++) {
        const struct json_value attribute = json_get(attributes, about_names[i]);
        TRY(add_constant(f, about_names[i],
                         json_present(attribute) ? attribute : json_get(about, about_names[i])));
    }
    TRY(add_attributes(f, attributes));
    row_feed_named(&f->base);
    return CM_OK;
}

static cm_err read_grouping(struct batch_feed *f, uint8_t code_len) {
    const struct json_value plan = json_root(f->plan), groups = json_get(plan, "groups");
    struct cm_slice separator;
    uint64_t size = 0;
    size_t n = 0;
    TRY(json_items(groups, 0, CM_GROUPS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(json_u64(json_at(groups, i), 1, CM_LENGTH_MAX, &size));
        f->grouping.size[i] = (uint8_t)size;
    }
    TRY(json_text(json_get(plan, "separator"), 0, 1, &separator));
    f->grouping.separator = separator.len > 0 ? (char)separator.p[0] : '-';
    return grouping_check(&f->grouping, code_len, NULL);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static cm_err next_chunk(struct batch_feed *f, struct cm_diag *diag) {
    TRY(mint_source_take(&f->source, &f->place, &f->rows, diag));
    f->at = 0;
    f->ended = f->rows.n == 0;
    return CM_OK;
}

static void put_unit(const struct batch_feed *f, const char *code, uint64_t serial,
                     struct row_store *store) {
    char printed[GROUPING_TEXT_MAX], digits[DECIMAL_CAP];
    grouping_apply(&f->grouping, f->code_len, code, 1, printed);
    const size_t digit_n = decimal_format(serial, digits);
    row_store_put(store, slice_of(code, f->code_len));
    row_store_put(store, slice_of(printed, grouping_text_len(&f->grouping, f->code_len)));
    row_store_put(store, slice_of(digits, digit_n));
    for (size_t c = OWN_COLUMN_N; c < f->base.column_n; c++)
        row_store_put(store, f->constant[c]);
    wipe(printed, sizeof printed);
}

static cm_err take_rows(struct row_feed *base, size_t most, struct row_store *store,
                        struct cm_diag *diag) {
    struct batch_feed *f = batch_of(base);
    size_t n = 0;
    while (n < most && !f->ended) {
        if (f->at == f->rows.n) TRY(next_chunk(f, diag));
        for (; n < most && f->at < f->rows.n; f->at++) {
            if (f->rows.skip[f->at] != 0) continue;
            put_unit(f, f->rows.texts + f->at * f->code_len, f->rows.first + f->at, store);
            n++;
            if (f->rows.again) base->again++;
        }
    }
    return CM_OK;
}

/* A text of the scheme's symbols, each in its turn; the serial is as long as the last one. */
static void put_sample(const struct row_feed *base, struct row_store *store) {
    const struct batch_feed *f = (const struct batch_feed *)base;
    char code[CM_LENGTH_MAX + 1];
    for (size_t i = 0; i < f->code_len; i++)
        code[i] = (char)f->symbols.p[i % f->symbols.len];
    put_unit(f, code, base->total, store);
}

/* ---- The whole --------------------------------------------------------------------------------
 */

static void close_batch(struct row_feed *base) {
    struct batch_feed *f = batch_of(base);
    mint_place_wipe(&f->place);
    mint_source_close(&f->source);
    json_doc_free(f->plan);
    free(f->batch);
    row_feed_wipe(base);
    free(f);
}

static const struct row_feed_kind kind = {
    .rows = take_rows, .sample = put_sample, .done = done, .close = close_batch};

static cm_err open_batch(struct batch_feed *f, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    uint64_t number = 0, code_len = 0;
    TRY(act(f, "mint.plan", NULL, &text, diag));
    TRY(json_doc_new(&f->plan, buffer_slice(&text), "mint.plan", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value plan = json_root(f->plan);
    TRY(json_u64(json_get(plan, "number"), 1, UINT32_MAX, &number));
    TRY(json_u64(json_get(plan, "quantity"), 1, INT64_MAX, &f->base.total));
    TRY(json_u64(json_get(plan, "printed_length"), 1, CM_LENGTH_MAX + 1, &code_len));
    TRY(json_text(json_get(plan, "symbols"), 1, UINT8_MAX, &f->symbols));
    f->code_len = (uint8_t)code_len;
    TRY(read_grouping(f, f->code_len));
    TRY(add_columns(f));
    TRY(mint_source_open(&f->source, &f->cli->session, f->batch, (uint32_t)number, f->code_len,
                         diag));
    return mint_place_init(&f->place, &f->source);
}

cm_err row_feed_batch(struct cli *cli, const char *batch, struct row_feed **out,
                      struct cm_diag *diag) {
    struct batch_feed *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    f->base.kind = &kind;
    f->cli = cli;
    f->batch = strdup(batch);
    const cm_err err = f->batch != NULL ? open_batch(f, diag) : CM_E_NO_MEMORY;
    if (err == CM_OK)
        *out = &f->base;
    else
        close_batch(&f->base);
    return err;
}
