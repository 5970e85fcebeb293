/* Lines of return files: see return.h. */
#include "order/return.h"

#include <string.h>

#include "base/macros.h"
#include "doc/csv.h"

static const char *const column_names[RETURN_COLUMN_N] = {"control", "record",   "state", "reason",
                                                          "carton",  "tracking", "as",    "uid"};

const char *return_problem_text(enum return_problem problem) {
    static const char *const texts[RETURN_PROBLEM_N] = {
        "sound",
        "not the fields that the first line names, or one is too long",
        "names no record of this order",
        "not a state: produced, shipped, held, spoiled or remade",
        "not a UID: 8, 14 or 20 hex digits",
        "the replacement is no record of an order that makes up for this one",
        "contradicts what was said of the record before",
        "the record lies in another carton",
        "its carton is not complete: some of its records are not accounted for",
        "in one carton with a line that is not believed"};
    return (unsigned)problem < RETURN_PROBLEM_N ? texts[problem] : "unknown";
}

/* ---- The first line -------------------------------------------------------------------------- */

static bool same_word(struct cm_slice text, const char *word) {
    const size_t n = strlen(word);
    if (text.len != n) return false;
    for (size_t i = 0; i < n; i++) {
        const char c = (char)text.p[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != word[i]) return false;
    }
    return true;
}

static cm_err put_column(struct csv_reader *r, size_t field, struct return_head *head) {
    const struct cm_slice name = csv_field(r, field);
    for (size_t c = 0; c < RETURN_COLUMN_N; c++) {
        if (!same_word(name, column_names[c])) continue;
        if (head->at[c] != 0)
            return csv_fail(r, field, column_names[c], CM_E_FORMAT, "keep one of them",
                            "the column stands there twice");
        head->at[c] = (uint8_t)(field + 1);
        return CM_OK;
    }
    return csv_fail(r, field, NULL, CM_E_FORMAT,
                    "name control or record, state, reason, carton, tracking, as, uid",
                    "not a column of return files");
}

static cm_err read_head(struct csv_reader *r, struct return_head *head) {
    bool more = false;
    TRY(csv_next(r, &more));
    if (!more)
        return diag_fail(r->diag, CM_E_FORMAT, "return file", NULL, "name the columns first",
                         "the file is empty");
    for (size_t i = 0; i < r->n; i++)
        TRY(put_column(r, i, head));
    head->fields = (uint8_t)r->n;
    head->separator = r->separator;
    if ((head->at[RETURN_CONTROL] == 0) == (head->at[RETURN_RECORD] == 0))
        return csv_fail(r, 0, NULL, CM_E_FORMAT, "name one of them",
                        "records are named by control or by record");
    if (head->at[RETURN_STATE] != 0 || head->at[RETURN_UID] != 0) return CM_OK;
    return csv_fail(r, 0, NULL, CM_E_FORMAT, "add a column state, or uid",
                    "the file says nothing of its records");
}

cm_err return_head_read(struct cm_slice line, struct return_head *out, struct cm_diag *diag) {
    struct csv_reader r;
    struct return_head head = {.fields = 0};
    csv_reader_init(&r, line, 0, "return file", &CSV_LIMITS_DEFAULT, diag);
    const cm_err err = read_head(&r, &head);
    csv_reader_free(&r);
    TRY(err);
    *out = head;
    return CM_OK;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool read_state(struct cm_slice text, enum book_state *out) {
    static const enum book_state said[] = {BOOK_PRODUCED, BOOK_SHIPPED, BOOK_HELD, BOOK_SPOILED,
                                           BOOK_REMADE};
    for (size_t i = 0; i < CM_ARRAY_N(said); i++) {
        if (!same_word(text, book_state_name(said[i]))) continue;
        *out = said[i];
        return true;
    }
    return false;
}

/* ISO/IEC 14443-3: 4, 7 or 10 bytes. */
static bool is_uid(struct cm_slice text) {
    if (text.len != 8 && text.len != 14 && text.len != 20) return false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = (char)text.p[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) return false;
    }
    return true;
}

static void judge(const struct return_head *head, size_t fields, struct return_line *l) {
    const struct cm_slice state = l->field[RETURN_STATE], uid = l->field[RETURN_UID];
    bool fits = fields == head->fields;
    for (size_t c = 0; c < RETURN_COLUMN_N; c++)
        fits = fits && l->field[c].len <= RETURN_TEXT_MAX;
    l->state = BOOK_ORDERED;
    if (!fits)
        l->problem = RETURN_FIELDS;
    else if (head->at[RETURN_STATE] != 0 && !(state.len == 0 && uid.len > 0) &&
             !read_state(state, &l->state))
        l->problem = RETURN_BAD_STATE;
    else if (uid.len > 0 && !is_uid(uid))
        l->problem = RETURN_BAD_UID;
}

static cm_err read_lines(const struct return_head *head, struct csv_reader *r, uint64_t first,
                         return_visit *visit, void *ctx, uint64_t *lines) {
    bool more = true;
    for (*lines = 0;; (*lines)++) {
        struct return_line l = {.problem = RETURN_SOUND};
        TRY(csv_next(r, &more));
        if (!more) return CM_OK;
        l.line = first + r->row_line - 1;
        for (size_t c = 0; c < RETURN_COLUMN_N; c++)
            if (head->at[c] != 0) l.field[c] = csv_field(r, head->at[c] - 1u);
        judge(head, r->n, &l);
        TRY(visit(ctx, &l));
    }
}

cm_err return_read(const struct return_head *head, struct cm_slice text, uint64_t line,
                   return_visit *visit, void *ctx, uint64_t *lines, struct cm_diag *diag) {
    struct csv_reader r;
    csv_reader_init(&r, text, head->separator, "return file", &CSV_LIMITS_DEFAULT, diag);
    r.rest = text; /* a byte-order mark stands at the beginning of a file, not of a piece */
    const cm_err err = read_lines(head, &r, line, visit, ctx, lines);
    csv_reader_free(&r);
    return err;
}
