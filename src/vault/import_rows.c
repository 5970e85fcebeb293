/* Taking the rows of an import: what each column may be, whose each text is already, and its keyed
 * hash. Texts are judged in chunks; after its chunk nothing of a text is left. */
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "vault/import_inside.h"

#define BITS        8u
#define DAY_MS      86400000u
#define COLUMNS_MAX (IMPORT_OTHER + IMPORT_ALIASES_MAX)
#define BASE_ROOM   ((size_t)LEGACY_ROW_LEN * 4096u) /* bytes of base rows written together */

/* ---- Offences -------------------------------------------------------------------------------- */

void import_offend(struct import_job *j, const struct import_offence *o) {
    j->counts.by[o->kind]++;
    j->offended++;
    size_t at = j->offence_n;
    while (at > 0 && j->offences[at - 1].line > o->line)
        at--;
    if (at == IMPORT_OFFENCES_MAX) return;
    if (j->offence_n == IMPORT_OFFENCES_MAX) j->offence_n--; /* the last one makes room */
    memmove(&j->offences[at + 1], &j->offences[at], (j->offence_n - at) * sizeof *o);
    j->offences[at] = *o;
    j->offence_n++;
}

void import_drop(struct import_job *j, uint64_t serial) {
    j->dropped[serial / BITS] |= (uint8_t)(1u << serial % BITS);
}

bool import_dropped(const struct import_job *j, uint64_t serial) {
    return serial / BITS < j->dropped_cap && (j->dropped[serial / BITS] & 1u << serial % BITS) != 0;
}

static void offend_row(struct import_job *j, struct import_row *row, enum import_column column,
                       enum import_offence_kind kind) {
    const struct import_offence o = {.line = row->line, .column = column, .kind = kind};
    row->bad = true;
    import_offend(j, &o);
}

/* ---- A chunk of texts ------------------------------------------------------------------------ */

static struct import_row *row_of(struct import_job *j, const struct import_text *t) {
    return &j->rows[t->row];
}

/* A text that is to be a code, number or other text of the list. */
static cm_err judge_text(struct import_job *j, size_t i, struct legacy_text *text) {
    const struct import_text *t = &j->texts[i];
    struct import_row *row = row_of(j, t);
    struct legacy_rule rule = j->options.rule;
    struct import_offence o = {.line = row->line, .column = t->column};
    if (t->column != IMPORT_TEXT) rule.check = LEGACY_CHECK_NONE; /* the number has the digit */
    o.reading = legacy_text_read(&rule, j->typed[i], text);
    if (o.reading == LEGACY_READ && j->owned[i].set == 0)
        return cmac_message(j->hash, slice_of(text->text, text->n), j->hashes[i]);
    o.kind = o.reading == LEGACY_READ ? IMPORT_COLLISION : IMPORT_UNREADABLE;
    o.set = j->owned[i].set;
    row->bad = true;
    import_offend(j, &o);
    return CM_OK;
}

/* The card that an alias is to lead to. */
static void judge_card(struct import_job *j, size_t i) {
    struct import_row *row = row_of(j, &j->texts[i]);
    if (j->owned[i].set != j->options.of) {
        offend_row(j, row, IMPORT_TEXT, IMPORT_NO_CARD);
        return;
    }
    row->serial = j->owned[i].serial;
    if (row->serial >= j->serial_end) j->serial_end = row->serial + 1;
}

static bool names_card(const struct import_job *j, size_t i) {
    return j->options.kind == LEGACY_ALIASES && j->texts[i].column == IMPORT_TEXT;
}

static cm_err judge(struct import_job *j) {
    struct legacy_text text = {.n = 0};
    const struct owned_ask ask = {
        .brand = j->options.brand, .test = j->options.test, .own = true, .lists = true};
    TRY(engine_owned(j->place.engine, &ask, j->typed, j->text_n, j->owned));
    for (size_t i = 0; i < j->text_n; i++) {
        text.n = 0;
        if (names_card(j, i))
            judge_card(j, i);
        else
            TRY(judge_text(j, i, &text));
        j->read[i] = text.n > 0;
        if (text.n > 0) legacy_seen_add(&j->seen, &text);
    }
    wipe(&text, sizeof text);
    return CM_OK;
}

static cm_err put_texts(struct import_job *j, struct cm_diag *diag) {
    for (size_t i = 0; i < j->text_n; i++) {
        const struct import_row *row = row_of(j, &j->texts[i]);
        if (row->bad || !row->live || !j->read[i]) continue;
        const bool other = j->texts[i].column != IMPORT_TEXT;
        TRY(legacy_sort_put(j->sort, j->hashes[i], row->serial, row->line, other, diag));
        j->counts.others += other && j->options.kind != LEGACY_ALIASES;
    }
    return CM_OK;
}

cm_err import_flush_base(struct import_job *j, struct cm_diag *diag) {
    TRY(buffer_err(&j->base_rows));
    TRY(legacy_spill_write(&j->base_spill, j->base_rows.p, j->base_rows.len, j->base_at, diag));
    j->base_at += j->base_rows.len;
    buffer_clear(&j->base_rows);
    return CM_OK;
}

static cm_err put_rows(struct import_job *j, struct cm_diag *diag) {
    static const struct legacy_base none = {.state = CM_CARD_VOID};
    for (size_t i = 0; i < j->row_n; i++) {
        const struct import_row *row = &j->rows[i];
        uint8_t base[LEGACY_ROW_LEN];
        j->counts.good += !row->bad && row->live;
        j->counts.left_out += !row->bad && !row->live;
        if (!row->bad) j->counts.balance += row->base.balance;
        if (j->base_spill.fd < 0) continue;
        legacy_base_put(base, row->bad ? &none : &row->base);
        buffer_put(&j->base_rows, base, sizeof base);
        if (j->base_rows.len >= BASE_ROOM) TRY(import_flush_base(j, diag));
    }
    return CM_OK;
}

cm_err import_end_chunk(struct import_job *j, struct cm_diag *diag) {
    cm_err err = j->text_n > 0 ? judge(j) : CM_OK;
    if (err == CM_OK) err = put_texts(j, diag);
    if (err == CM_OK) err = put_rows(j, diag);
    j->text_n = j->row_n = 0;
    return err;
}

/* ---- A row ----------------------------------------------------------------------------------- */

static void read_state(struct import_job *j, struct import_row *row, struct cm_slice text) {
    static const char *const used[] = {"used", "redeemed", "void", "expired", "blocked"};
    static const char *const live[] = {"", "live", "active"};
    const bool cards = j->options.kind == LEGACY_CARDS;
    row->base.state = CM_CARD_ACTIVE;
    for (size_t i = 0; i < CM_ARRAY_N(live); i++)
        if (slice_equal(text, slice_text(live[i]))) return;
    for (unsigned s = 0; s < CM_CARD_REPLACED && cards; s++)
        if (slice_equal(text, slice_text(cm_card_state_name((enum cm_card_state)s)))) {
            row->base.state = (enum cm_card_state)s;
            return;
        }
    for (size_t i = 0; i < CM_ARRAY_N(used) && !cards; i++)
        if (slice_equal(text, slice_text(used[i]))) {
            row->live = false;
            return;
        }
    offend_row(j, row, IMPORT_STATE, IMPORT_BAD_STATE);
}

static void read_balance(struct import_job *j, struct import_row *row, struct cm_slice text) {
    const struct card_life *life = &j->options.life;
    const uint64_t most = life->currency[0] != '\0' ? life->balance_max : 0;
    if (text.len == 0) return;
    if (text_u64(text, most, &row->base.balance) != CM_OK)
        offend_row(j, row, IMPORT_BALANCE, IMPORT_BAD_BALANCE);
}

/* A date is the last day on which the card can be used. */
static void read_expires(struct import_job *j, struct import_row *row, struct cm_slice text) {
    int32_t day = 0;
    if (text.len == 0) return;
    if (date_parse(text, &day) == CM_OK)
        row->base.expires_ms = ((uint64_t)day + 1) * DAY_MS;
    else if (time_parse(text, &row->base.expires_ms) != CM_OK || row->base.expires_ms == 0)
        offend_row(j, row, IMPORT_EXPIRES, IMPORT_BAD_EXPIRES);
}

struct fields {
    struct cm_slice p[COLUMNS_MAX + 1];
    size_t n; /* COLUMNS_MAX + 1: more than there may be */
};

static void split(struct cm_slice line, struct fields *out) {
    out->n = 0;
    for (;;) {
        const uint8_t *tab = line.len > 0 ? memchr(line.p, '\t', line.len) : NULL;
        const size_t len = tab != NULL ? (size_t)(tab - line.p) : line.len;
        out->p[out->n++] = slice_of(line.p, len);
        if (tab == NULL || out->n > COLUMNS_MAX) return;
        line = slice_of(tab + 1, line.len - len - 1);
    }
}

static void put_text(struct import_job *j, enum import_column column, struct cm_slice typed) {
    j->texts[j->text_n] = (struct import_text){.row = (uint16_t)j->row_n, .column = column};
    j->typed[j->text_n++] = typed;
}

static void put_row(struct import_job *j, uint32_t line, const struct fields *f) {
    struct import_row *row = &j->rows[j->row_n];
    *row = (struct import_row){.serial = j->serials++, .line = line, .live = true};
    read_state(j, row, f->n > IMPORT_STATE ? f->p[IMPORT_STATE] : slice_of(NULL, 0));
    if (f->n > IMPORT_BALANCE) read_balance(j, row, f->p[IMPORT_BALANCE]);
    if (f->n > IMPORT_EXPIRES) read_expires(j, row, f->p[IMPORT_EXPIRES]);
    put_text(j, IMPORT_TEXT, f->p[IMPORT_TEXT]);
    if (f->n > COLUMNS_MAX) offend_row(j, row, IMPORT_OTHER, IMPORT_TOO_MANY);
    for (size_t i = IMPORT_OTHER; i < f->n && i < COLUMNS_MAX; i++)
        if (f->p[i].len > 0) put_text(j, (enum import_column)i, f->p[i]);
    j->row_n++;
    j->counts.rows++;
}

static cm_err take_line(struct import_job *j, struct cm_slice text, struct cm_diag *diag) {
    struct fields f;
    uint64_t line = 0;
    split(text, &f);
    if (f.n <= IMPORT_TEXT || text_u64(f.p[IMPORT_LINE], UINT32_MAX, &line) != CM_OK)
        return diag_fail(diag, CM_E_FORMAT, "rows", NULL, NULL,
                         "a row is a line number, a tab and a text");
    if (j->serials == LEGACY_ROWS_MAX)
        return diag_fail(diag, CM_E_LIMIT, j->options.name, NULL, "import it in parts",
                         "a list has at most %llu rows", (unsigned long long)LEGACY_ROWS_MAX);
    put_row(j, (uint32_t)line, &f);
    const bool full = j->row_n == IMPORT_CHUNK || j->text_n + COLUMNS_MAX > IMPORT_CHUNK;
    return full ? import_end_chunk(j, diag) : CM_OK;
}

cm_err import_job_rows(struct import_job *j, struct cm_slice rows, struct cm_diag *diag) {
    if (j->phase != IMPORT_TAKING)
        return diag_fail(diag, CM_E_STATE, j->options.name, NULL, NULL, "its rows have ended");
    while (rows.len > 0) {
        const uint8_t *end = memchr(rows.p, '\n', rows.len);
        if (end == NULL)
            return diag_fail(diag, CM_E_FORMAT, "rows", NULL, NULL, "the last row has no end");
        const size_t len = (size_t)(end - rows.p);
        TRY(take_line(j, slice_of(rows.p, len), diag));
        rows = slice_of(end + 1, rows.len - len - 1);
    }
    return import_end_chunk(j, diag); /* texts are borrowed for this call only */
}
