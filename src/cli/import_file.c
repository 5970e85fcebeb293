/* A window over a CSV file, or an XML reader, behind one face. */
#include "cli/import_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "doc/csv.h"
#include "doc/xml.h"

#define WINDOW_LEN (1u << 20) /* bytes */
/* A row is begun only when so much of the file is there: a row with every byte quoted and doubled
 * fits. */
#define ROW_MARGIN ((size_t)4 * (1u << 16))

struct import_file {
    int fd;
    char input[128]; /* for errors */
    struct cm_diag *diag;
    struct import_columns *columns;
    uint64_t read, len;
    bool ended;
    struct xml_reader *xml; /* NULL: CSV */
    /* CSV */
    uint8_t *window;
    struct csv_reader csv;
    bool begun, replay; /* replay: the first row was data */
};

static cm_err read_some(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct import_file *f = ctx;
    ssize_t got = 0;
    do
        got = read(f->fd, out, cap);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return diag_fail(f->diag, file_err_from_errno(errno), f->input, NULL, NULL,
                         "cannot be read: %s", file_errno_text(errno));
    f->read += (uint64_t)got;
    f->ended = got == 0;
    *n = (size_t)got;
    return CM_OK;
}

void import_file_close(struct import_file *f) {
    if (f == NULL) return;
    xml_reader_free(f->xml);
    if (f->csv.row.p != NULL) wipe(f->csv.row.p, f->csv.row.cap);
    csv_reader_free(&f->csv);
    if (f->window != NULL) wipe(f->window, WINDOW_LEN);
    free(f->window);
    if (f->fd >= 0) (void)close(f->fd);
    free(f);
}

void import_file_closep(struct import_file **f) { import_file_close(*f); }

/* ---- Opening --------------------------------------------------------------------------------- */

static cm_err fill(struct import_file *f) {
    struct cm_slice *rest = &f->csv.rest;
    if (rest->len > 0) memmove(f->window, rest->p, rest->len);
    size_t len = rest->len;
    while (len < WINDOW_LEN && !f->ended) {
        size_t n = 0;
        TRY(read_some(f, f->window + len, WINDOW_LEN - len, &n));
        len += n;
    }
    *rest = slice_of(f->window, len);
    return CM_OK;
}

static cm_err is_xml(const struct import_file_options *o, bool *xml, struct cm_diag *diag) {
    const char *dot = strrchr(o->path, '.');
    const char *format = o->format != NULL ? o->format : dot != NULL ? dot + 1 : "csv";
    *xml = strcmp(format, "xml") == 0;
    if (o->format == NULL || *xml || strcmp(format, "csv") == 0) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "--format", NULL, "say csv or xml",
                     "no such format: '%.20s'", format);
}

static cm_err open_inside(struct import_file *f, const struct import_file_options *o) {
    struct stat st;
    bool xml = false;
    f->fd = open(o->path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        return diag_fail(f->diag, file_err_from_errno(errno), o->path, NULL, "check the path",
                         "cannot be opened: %s", file_errno_text(errno));
    if (S_ISREG(st.st_mode)) f->len = (uint64_t)st.st_size;
    TRY(is_xml(o, &xml, f->diag));
    if (xml) {
        const struct xml_source source = {.read = read_some, .ctx = f};
        return xml_reader_new(&f->xml, &source, o->record, f->input, f->diag);
    }
    f->window = malloc(WINDOW_LEN);
    if (f->window == NULL) return CM_E_NO_MEMORY;
    TRY(fill(f));
    csv_reader_init(&f->csv, f->csv.rest, o->separator, f->input, &CSV_LIMITS_DEFAULT, f->diag);
    return CM_OK;
}

cm_err import_file_open(struct import_file **out, const struct import_file_options *options,
                        struct cm_diag *diag) {
    CM_CLEANUP(import_file_closep) struct import_file *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    f->fd = -1;
    f->diag = diag;
    f->columns = options->columns;
    const struct cm_slice name = file_short_name(options->path, sizeof f->input - 1);
    memcpy(f->input, name.p, name.len);
    TRY(open_inside(f, options));
    *out = take(&f);
    return CM_OK;
}

void import_file_progress(const struct import_file *f, uint64_t *done, uint64_t *of) {
    *done = f->read;
    *of = f->len > f->read ? f->len : f->read;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void clear_row(struct import_file_row *row, uint64_t line) {
    *row = (struct import_file_row){.line = line, .n = IMPORT_OTHER};
}

static void put_field(struct import_file_row *row, uint8_t role, struct cm_slice value) {
    if (role == IMPORT_ROLE_IGNORE) return;
    if (role != IMPORT_OTHER)
        row->fields[role] = value;
    else if (value.len > 0 && row->n < IMPORT_ROLES_MAX)
        row->fields[row->n++] = value;
}

static cm_err next_xml(struct import_file *f, struct import_file_row *row, bool *more) {
    TRY(xml_next(f->xml, more));
    if (!*more) return CM_OK;
    clear_row(row, xml_line(f->xml));
    for (size_t i = 0; i < xml_field_n(f->xml); i++)
        put_field(row, import_columns_role(f->columns, xml_field_name(f->xml, i)),
                  xml_field(f->xml, i));
    return CM_OK;
}

static cm_err next_csv_row(struct import_file *f, bool *more) {
    do {
        if (f->csv.rest.len < ROW_MARGIN && !f->ended) TRY(fill(f));
        TRY(csv_next(&f->csv, more));
    } while (!*more && !f->ended); /* blank lines to the window's end */
    return CM_OK;
}

static cm_err read_head(struct import_file *f, bool *more) {
    struct cm_slice fields[CSV_FIELDS_MAX];
    bool names = false;
    f->begun = true;
    TRY(next_csv_row(f, more));
    if (!*more) return CM_OK;
    for (size_t i = 0; i < f->csv.n; i++)
        fields[i] = csv_field(&f->csv, i);
    TRY(import_columns_head(f->columns, fields, f->csv.n, &names, f->input, f->diag));
    f->replay = !names;
    return CM_OK;
}

static cm_err next_csv(struct import_file *f, struct import_file_row *row, bool *more) {
    *more = true;
    if (!f->begun) TRY(read_head(f, more));
    if (*more && !f->replay) TRY(next_csv_row(f, more));
    f->replay = false;
    if (!*more) return CM_OK;
    clear_row(row, f->csv.row_line);
    if (f->csv.n > f->columns->role_n && f->columns->role_n > 1)
        return csv_fail(&f->csv, f->columns->role_n, NULL, CM_E_FORMAT,
                        "quote fields that hold the separator", "more fields than columns");
    for (size_t i = 0; i < f->columns->role_n; i++)
        put_field(row, f->columns->roles[i], csv_field(&f->csv, i));
    return CM_OK;
}

cm_err import_file_next(struct import_file *f, struct import_file_row *row, bool *more) {
    return f->xml != NULL ? next_xml(f, row, more) : next_csv(f, row, more);
}
