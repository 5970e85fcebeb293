/* Options become a job; a row becomes a symbol and a name. */
#include "cli/symbol_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/file_names.h"
#include "symbol/length.h"

#define LENGTH_MAX_MM 5000.0
#define DPI_MAX       9600.0
#define DOTS_MAX      1000u
#define PLACE_CAP     64u

/* ---- Looks ------------------------------------------------------------------------------------
 */

cm_err option_decimal(const struct options *o, const char *name, double min, double max,
                      double *out, struct cm_diag *diag) {
    const char *text = option_text(o, name);
    char flag[32];
    double v = 0;
    if (text == NULL) return CM_OK;
    (void)snprintf(flag, sizeof flag, "--%s", name);
    if (!length_parse(slice_text(text), &v) || v < min || v > max)
        return diag_fail(diag, CM_E_ARGUMENT, flag, NULL, "write it as 12 or 12.5",
                         "'%.40s' is no number from %g to %g", text, min, max);
    *out = v;
    return CM_OK;
}

static cm_err read_level(struct symbol_job *job, const struct options *o, struct cm_diag *diag) {
    const char *level = option_text(o, "level");
    if (level == NULL) return CM_OK;
    if (job->kind != SYMBOL_QR && job->kind != SYMBOL_MICRO_QR && job->kind != SYMBOL_GS1_QR)
        return diag_fail(diag, CM_E_ARGUMENT, "--level", NULL, "leave it out",
                         "a %s has no levels to choose from", symbol_kind_name(job->kind));
    if (strlen(level) != 1 || strchr("LMQH", level[0]) == NULL)
        return diag_fail(diag, CM_E_ARGUMENT, "--level", NULL, "L, M, Q or H",
                         "there is no level '%.20s'", level);
    job->level = level[0];
    return CM_OK;
}

static cm_err read_format(struct symbol_job *job, const struct options *o, const char *path,
                          struct cm_diag *diag) {
    const char *format = option_text(o, "format"), *dot = path != NULL ? strrchr(path, '.') : NULL;
    if (format == NULL && dot != NULL && strchr(dot, '/') == NULL && strcasecmp(dot, ".zip") != 0)
        format = dot + 1;
    if (format == NULL) format = "svg";
    return picture_format_parse(format, &job->look.format, diag);
}

cm_err symbol_job_look(struct symbol_job *job, const struct options *o, const char *path,
                       struct cm_diag *diag) {
    const char *type = option_text(o, job->kind_option + 2); /* without its dashes */
    uint64_t dots = 0;
    TRY(symbol_kind_parse(type != NULL ? type : "qr", &job->kind, diag));
    TRY(read_level(job, o, diag));
    TRY(read_format(job, o, path, diag));
    TRY(option_decimal(o, "module-mm", PICTURE_MODULE_MIN_MM, PICTURE_MODULE_MAX_MM,
                       &job->look.module_mm, diag));
    TRY(option_decimal(o, "dpi", 1, DPI_MAX, &job->look.dpi, diag));
    TRY(option_decimal(o, "bar-mm", 0.1, LENGTH_MAX_MM, &job->look.bar_mm, diag));
    TRY(option_decimal(o, "text-mm", 0.1, LENGTH_MAX_MM, &job->look.text_mm, diag));
    TRY(option_u64(o, "dots", 1, DOTS_MAX, &dots, diag));
    job->look.dots = (uint16_t)dots;
    job->look.font = option_text(o, "font");
    return CM_OK;
}

/* ---- Contents ---------------------------------------------------------------------------------
 */

/* Element strings stand in symbols that begin with FNC1, links in those that do not. */
static cm_err check_kind(const struct symbol_job *job, bool gs1, bool host, struct cm_diag *diag) {
    const bool kind = symbol_kind_is_gs1(job->kind);
    const char *name = symbol_kind_name(job->kind);
    if (!gs1 && kind)
        return diag_fail(diag, CM_E_ARGUMENT, job->kind_option, NULL,
                         "add --gs1 '(01){gtin}(21){code}'",
                         "%s says GS1 elements, which are not given", name);
    if (gs1 && host && kind)
        return diag_fail(diag, CM_E_ARGUMENT, job->kind_option, NULL,
                         "take qr or datamatrix for links", "%s says element strings, no links",
                         name);
    if (gs1 && !host && !kind)
        return diag_fail(diag, CM_E_ARGUMENT, job->kind_option, NULL,
                         "take gs1-qr, gs1-datamatrix, gs1-128 or databar-expanded, or add --link",
                         "readers of a %s would not know that it says GS1 elements", name);
    return CM_OK;
}

/* What says GS1 elements: --gs1, or a --text where nothing else can be meant. */
static const char *elements_given(const struct symbol_job *job, const struct options *o) {
    const bool meant = symbol_kind_is_gs1(job->kind) || option_given(o, "link");
    const char *text = meant ? option_text(o, "text") : NULL;
    if (text != NULL || option_given(o, "gs1")) return text != NULL ? text : option_text(o, "gs1");
    return job->elements[0] != '\0' ? job->elements : NULL;
}

/* Options that contradict each other. */
static cm_err check_content(const struct symbol_job *job, const struct options *o,
                            struct cm_diag *diag) {
    const bool gs1 = elements_given(job, o) != NULL, host = option_given(o, "link"),
               upper = option_given(o, "upper");
    if (!gs1 && (host || upper))
        return diag_fail(diag, CM_E_ARGUMENT, host ? "--link" : "--upper", NULL,
                         "add --gs1 '(01){gtin}(21){code}'",
                         "it says GS1 elements, which are not given");
    if (gs1 && option_given(o, "content"))
        return diag_fail(diag, CM_E_ARGUMENT, "--gs1", NULL, "leave one of them out",
                         "--content says already what the symbol holds");
    if (upper && !host)
        return diag_fail(diag, CM_E_ARGUMENT, "--upper", NULL, "add --link, or leave it out",
                         "only links are written in capitals");
    return check_kind(job, gs1, host, diag);
}

cm_err symbol_job_content(struct symbol_job *job, const struct options *o, const char *text,
                          struct cm_diag *diag) {
    const char *pattern = elements_given(job, o), *host = option_text(o, "link");
    enum payload_form form = PAYLOAD_PLAIN;
    TRY(check_content(job, o, diag));
    if (pattern != NULL) form = host == NULL ? PAYLOAD_ELEMENTS : PAYLOAD_LINK;
    if (option_given(o, "upper")) form = PAYLOAD_LINK_UPPER;
    if (pattern == NULL) pattern = option_text(o, "content");
    if (pattern == NULL) pattern = text;
    return payload_new(form, pattern, host, job->columns, job->column_n, &job->content, diag);
}

cm_err symbol_job_make(const struct symbol_job *job, const struct cm_slice *cells,
                       struct buffer *text, struct symbol *out, struct cm_diag *diag) {
    buffer_clear(text);
    TRY(payload_fill(job->content, cells, text, diag));
    const struct symbol_wish wish = {
        .kind = job->kind, .payload = buffer_slice(text), .level = job->level};
    return symbol_make(&wish, out, diag);
}

/* ---- Names ------------------------------------------------------------------------------------
 */

static bool uses(const char *pattern, const char *column) {
    char braced[ROW_FEED_NAME_MAX + sizeof "{}"];
    if (pattern == NULL || strlen(column) + sizeof "{}" > sizeof braced) return false;
    (void)snprintf(braced, sizeof braced, "{%s}", column);
    return strstr(pattern, braced) != NULL;
}

static cm_err find_column(const struct symbol_job *job, const char *name, size_t len, size_t *out,
                          struct cm_diag *diag) {
    char typed[ROW_FEED_NAME_MAX + 1];
    for (*out = 0; *out < job->column_n; ++*out)
        if (slice_equal(slice_of(name, len), slice_text(job->columns[*out]))) return CM_OK;
    (void)snprintf(typed, sizeof typed, "%.*s", (int)(len < sizeof typed ? len : sizeof typed - 1),
                   name);
    const char *nearest = nearest_word(typed, job->columns, job->column_n);
    char remedy[DIAG_PART_CAP] = "name columns of the file";
    if (nearest != NULL) (void)snprintf(remedy, sizeof remedy, "did you mean %.64s?", nearest);
    return diag_fail(diag, CM_E_NOT_FOUND, "--index", NULL, remedy, "there is no column '%s'",
                     typed);
}

static cm_err named_index(struct symbol_job *job, const char *list, struct cm_diag *diag) {
    for (const char *at = list;; at++) {
        const size_t len = strcspn(at, ",");
        if (job->index_n == ROW_FEED_COLUMNS_MAX)
            return diag_fail(diag, CM_E_LIMIT, "--index", NULL, "name each once",
                             "more than %u columns", ROW_FEED_COLUMNS_MAX);
        TRY(find_column(job, at, len, &job->index[job->index_n], diag));
        job->index_n++;
        at += len;
        if (*at == '\0') return CM_OK;
    }
}

/* What a symbol says is not said a second time beside it; nor what is called a secret. */
static void usual_index(struct symbol_job *job, const struct options *o) {
    static const char *const secrets[] = {"code", "printed", "pin",    "cvv",   "secret",
                                          "url",  "ticket",  "number", "track", "password"};
    const char *content = option_text(o, "content"), *gs1 = option_text(o, "gs1");
    for (size_t i = 0; i < job->column_n; i++) {
        bool secret = uses(content, job->columns[i]) || uses(gs1, job->columns[i]);
        for (size_t s = 0; s < CM_ARRAY_N(secrets); s++)
            secret = secret || strcasecmp(job->columns[i], secrets[s]) == 0;
        if (!secret) job->index[job->index_n++] = i;
    }
}

cm_err symbol_job_names(struct symbol_job *job, const struct options *o, struct cm_diag *diag) {
    const char *list = option_text(o, "index");
    job->name_pattern = option_text(o, "name");
    for (size_t i = 0; i < job->column_n && job->name_pattern == NULL; i++)
        if (strcmp(job->columns[i], "serial") == 0) job->name_pattern = "{serial}";
    if (job->name_pattern != NULL)
        TRY(payload_new(PAYLOAD_PLAIN, job->name_pattern, NULL, job->columns, job->column_n,
                        &job->name, diag));
    if (list != NULL) return named_index(job, list, diag);
    usual_index(job, o);
    return CM_OK;
}

void symbol_job_wipe(struct symbol_job *job) {
    payload_free(job->content);
    payload_free(job->name);
    *job = (struct symbol_job){.column_n = 0};
}

/* The column from which a character came, or NULL: from the pattern itself, or it is the whole. */
static const char *column_with(const struct symbol_job *job, const struct cm_slice *cells,
                               char bad) {
    for (size_t i = 0; i < job->column_n; i++) {
        if (!uses(job->name_pattern, job->columns[i])) continue;
        if (bad == 0 || cells[i].len == 0) return job->columns[i];
        if (memchr(cells[i].p, bad, cells[i].len) != NULL) return job->columns[i];
    }
    return NULL;
}

static cm_err judge_name(const struct symbol_job *job, const struct cm_slice *cells,
                         struct cm_slice name, struct cm_diag *diag) {
    char bad = 0, place[PLACE_CAP + ROW_FEED_NAME_MAX];
    const char *why = "";
    const cm_err err = file_name_check(name, &bad, &why);
    if (err == CM_OK) return CM_OK;
    const char *column = column_with(job, cells, bad);
    (void)snprintf(place, sizeof place, "%s%.64s", column != NULL ? "column " : "",
                   column != NULL ? column : "");
    if (bad != 0)
        return diag_fail(diag, err, job->input, place, "choose other columns with --name",
                         "the file's name %s: '%c'", why, bad);
    return diag_fail(diag, err, job->input, place, "choose other columns with --name",
                     "the file's name %s", why);
}

cm_err symbol_job_name(const struct symbol_job *job, const struct cm_slice *cells, uint64_t row,
                       struct buffer *out, struct cm_diag *diag) {
    const size_t from = out->len;
    if (job->name != NULL)
        TRY(payload_fill(job->name, cells, out, diag));
    else
        buffer_printf(out, "%" PRIu64, row);
    TRY(buffer_err(out));
    TRY(judge_name(job, cells, slice_of(out->p + from, out->len - from), diag));
    buffer_printf(out, ".%s", picture_format_name(job->look.format));
    buffer_u8(out, 0);
    return buffer_err(out);
}

void symbol_job_blame(const struct symbol_job *job, uint64_t row, struct cm_diag *diag) {
    char place[DIAG_PART_CAP] = "";
    if (diag == NULL) return;
    text_append(place, sizeof place, "row %" PRIu64 "%s%s", row, diag->place[0] != '\0' ? ", " : "",
                diag->place);
    memcpy(diag->place, place, sizeof place);
    diag_locate(diag, job->input, NULL);
}
