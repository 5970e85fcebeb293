/* Our side of the agreement on record formats: reads a format and the data of a file (JSON of plan,
 * constants and records, each value a text), and writes the file to standard output. Exit code 1:
 * refused, with the reason on standard error. Usage: records_tool FORMAT.json DATA.json [CHUNK] */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "doc/json.h"
#include "order/render.h"

#define DATA_MAX    (1u << 26)
#define RECORDS_MAX 100000u

struct table {
    size_t n;
    char *rows[RECORD_VALUE_N]; /* n rows of 255 bytes */
    uint8_t *len[RECORD_VALUE_N];
};

static void table_wipe(struct table *t) {
    for (unsigned v = 0; v < RECORD_VALUE_N; v++) {
        free(t->rows[v]);
        free(t->len[v]);
    }
}

static cm_err fill_value(struct table *t, struct json_value record, size_t row, unsigned v) {
    const struct json_value at = json_get(record, record_value_name((enum record_value)v));
    struct cm_slice text;
    if (!json_present(at)) return CM_OK;
    TRY(json_text(at, 0, UINT8_MAX, &text));
    if (t->rows[v] == NULL) {
        t->rows[v] = calloc(t->n, UINT8_MAX);
        t->len[v] = calloc(t->n, 1);
        if (t->rows[v] == NULL || t->len[v] == NULL) return CM_E_NO_MEMORY;
    }
    if (text.len > 0) memcpy(t->rows[v] + row * UINT8_MAX, text.p, text.len);
    t->len[v][row] = (uint8_t)text.len;
    return CM_OK;
}

static cm_err fill(struct table *t, struct json_value records) {
    TRY(json_items(records, 0, RECORDS_MAX, &t->n));
    for (size_t i = 0; i < t->n; i++)
        for (unsigned v = 0; v < RECORD_VALUE_N; v++)
            TRY(fill_value(t, json_at(records, i), i, v));
    return CM_OK;
}

static cm_err fill_constants(struct record_constants *out, struct json_value v) {
    for (unsigned c = 0; c < RECORD_CONSTANT_N; c++) {
        const struct json_value at = json_get(v, record_constant_name((enum record_constant)c));
        if (json_present(at)) TRY(json_text(at, 0, 1000, &out->text[c]));
    }
    return CM_OK;
}

static cm_err number(struct json_value v, const char *key, uint64_t *out) {
    const struct json_value at = json_get(v, key);
    return json_present(at) ? json_u64(at, 0, INT64_MAX, out) : CM_OK;
}

static cm_err write_file(const struct template *t, const struct table *table,
                         const struct render_plan *plan, uint64_t first, size_t chunk,
                         struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct render r;
    TRY(render_begin(&r, t, plan, &out, diag));
    for (size_t done = 0; done < table->n; done += chunk) {
        struct record_set set = {.n = chunk < table->n - done ? chunk : table->n - done,
                                 .first = first + done};
        for (unsigned v = 0; v < RECORD_VALUE_N; v++)
            if (table->rows[v] != NULL)
                set.column[v] = (struct record_column){.rows = table->rows[v] + done * UINT8_MAX,
                                                       .stride = UINT8_MAX,
                                                       .len = table->len[v] + done};
        TRY(render_records(&r, &set, &out, diag));
    }
    TRY(render_end(&r, &out, diag));
    return fwrite(out.p, 1, out.len, stdout) == out.len ? CM_OK : CM_E_IO;
}

/* Cards without a member are their own unit; the oracle counts the same way. */
static uint64_t units(const struct table *t) {
    uint64_t n = 0;
    const char *rows = t->rows[RECORD_MEMBER];
    for (size_t i = 0; i < t->n; i++)
        n += rows == NULL || (t->len[RECORD_MEMBER][i] == 1 && rows[i * UINT8_MAX] == '1');
    return n;
}

static cm_err run(char **argv, size_t chunk, struct cm_diag *diag) {
    const struct json_limits limits = {.text_max = DATA_MAX, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(buffer_free) struct buffer format = BUFFER_INIT, data = BUFFER_INIT;
    CM_CLEANUP(template_freep) struct template *t = NULL;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(table_wipe) struct table table = {.n = 0};
    struct record_constants constants = {0};
    uint64_t first = 1, carton = 0, bundle = 0;
    TRY(file_read(argv[1], TEMPLATE_TEXT_MAX, &format, diag));
    TRY(file_read(argv[2], DATA_MAX, &data, diag));
    TRY(template_read(buffer_slice(&format), argv[1], &t, diag));
    TRY(json_doc_new(&doc, buffer_slice(&data), argv[2], &limits, diag));
    const struct json_value plan = json_get(json_root(doc), "plan");
    TRY(number(plan, "first", &first));
    TRY(number(plan, "carton", &carton));
    TRY(number(plan, "bundle", &bundle));
    TRY(fill_constants(&constants, json_get(json_root(doc), "constants")));
    TRY(fill(&table, json_get(json_root(doc), "records")));
    const struct render_plan whole = {.constants = &constants,
                                      .records = table.n,
                                      .units = units(&table),
                                      .per_carton = (uint32_t)carton,
                                      .per_bundle = (uint32_t)bundle};
    return write_file(t, &table, &whole, first, chunk, diag);
}

int main(int argc, char **argv) {
    struct cm_diag diag = DIAG_INIT;
    char line[1024];
    uint64_t chunk = RECORDS_MAX;
    if (argc < 3 || (argc > 3 && text_u64(slice_text(argv[3]), RECORDS_MAX, &chunk) != CM_OK)) {
        (void)fprintf(stderr, "usage: records_tool FORMAT.json DATA.json [CHUNK]\n");
        return 2;
    }
    const cm_err err = run(argv, (size_t)chunk, &diag);
    if (err == CM_OK) return 0;
    (void)diag_text(&diag, err, line, sizeof line);
    (void)fprintf(stderr, "%s\n", line);
    return 1;
}
