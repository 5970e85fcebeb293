/* Table and JSON of the same rows. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "doc/json_write.h"

#define RESULTS_MODE  0644
#define BYTES_PER_MIB 1048576.0
#define FIGURE_CAP    32u  /* bytes of one printed number */
#define MODEL_CAP     128u /* bytes of a processor's name */
#define LOAD_QUIET    0.25 /* of the processors: below, nothing else runs */

/* Four significant digits with k, M, G. */
static void short_figure(double v, char out[static FIGURE_CAP]) {
    static const struct {
        double from;
        const char *name;
    } scales[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {0, ""}};
    size_t i = 0;
    while (v < scales[i].from)
        i++;
    (void)snprintf(out, FIGURE_CAP, "%.4g%s", scales[i].from > 0 ? v / scales[i].from : v,
                   scales[i].name);
}

/* The processor's name as the kernel has it. */
static void find_model(char out[static MODEL_CAP]) {
    char line[MODEL_CAP];
    (void)snprintf(out, MODEL_CAP, "unknown processor");
    FILE *f = fopen("/proc/cpuinfo", "re");
    if (f == NULL) return;
    while (fgets(line, sizeof line, f) != NULL) {
        const char *colon = strstr(line, ": ");
        if (strncmp(line, "model name", strlen("model name")) != 0 || colon == NULL) continue;
        line[strcspn(line, "\n")] = '\0';
        (void)snprintf(out, MODEL_CAP, "%s", colon + 2);
        break;
    }
    (void)fclose(f);
}

void report_machine(const char *scratch) {
    char model[MODEL_CAP];
    struct utsname system;
    double load = 0;
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    find_model(model);
    (void)printf("%ld x %s, %s; on the disk of %s\n", cpus, model,
                 uname(&system) == 0 ? system.release : "?", scratch);
    if (getloadavg(&load, 1) == 1 && load > LOAD_QUIET * (double)cpus)
        (void)printf("the machine is not idle: load %.1f before the start\n", load);
}

void report_head(void) {
    (void)printf("%-13s %-51s %8s %8s %-7s %6s %-15s %6s %-13s %8s %8s %7s  %s\n", "area", "row",
                 "ours", "peer", "unit", "ratio", "[least, most]", "by CPU", "goal", "CPU/item",
                 "peak", "written", "peer");
}

void report_row(const struct bench_row *row) {
    char ours[FIGURE_CAP], peer[FIGURE_CAP], range[FIGURE_CAP * 2], goal[FIGURE_CAP * 2] = "-";
    short_figure(row->ours, ours);
    short_figure(row->peer, peer);
    (void)snprintf(range, sizeof range, "[%.3g, %.3g]", row->least, row->most);
    if (row->sense != SENSE_NONE)
        (void)snprintf(goal, sizeof goal, "%s%g %s",
                       row->sense == SENSE_AT_LEAST ? ">=" : "<=", row->goal,
                       row->met ? "met" : "MISSED");
    (void)printf(
        "%-13s %-51s %8s %8s %-7s %6.3g %-15s %6.3g %-13s %5.0f ns %4.0f MiB %5.1f B  %s%s\n",
        row->area, row->row, ours, peer, row->unit, row->ratio, range, row->cpu_ratio, goal,
        row->cpu_ns, row->peak / BYTES_PER_MIB, row->written, row->peer_name,
        row->spread > BENCH_NOISY ? "  NOISY: spread over 30 %" : "");
    (void)fflush(stdout);
}

/* JSON knows no infinity: a figure that cannot be is null. */
static void put_figure(struct json_writer *w, const char *key, double v) {
    char text[FIGURE_CAP];
    const int n = snprintf(text, sizeof text, "%.6g", v);
    if (isfinite(v) && n > 0)
        json_put_raw(w, key, slice_of(text, (size_t)n));
    else
        json_put_null(w, key);
}

static void put_row(struct json_writer *w, const struct bench_row *row) {
    json_object_begin(w, NULL);
    json_put_cstr(w, "area", row->area);
    json_put_cstr(w, "row", row->row);
    put_figure(w, "ours", row->ours);
    put_figure(w, "peer", row->peer);
    json_put_cstr(w, "peer_name", row->peer_name);
    json_put_cstr(w, "unit", row->unit);
    put_figure(w, "ratio", row->ratio);
    put_figure(w, "goal", row->goal);
    json_put_cstr(w, "sense", row->sense == SENSE_AT_LEAST ? "at least" : "at most");
    json_put_bool(w, "met", row->met);
    put_figure(w, "spread", row->spread);
    put_figure(w, "ratio_least", row->least);
    put_figure(w, "ratio_most", row->most);
    put_figure(w, "cpu_ratio", row->cpu_ratio);
    put_figure(w, "cpu_ns_per_item", row->cpu_ns);
    put_figure(w, "peak_bytes", row->peak);
    put_figure(w, "written_bytes_per_item", row->written);
    json_object_end(w);
}

cm_err report_text(const struct bench_row *rows, size_t n, struct buffer *text) {
    struct json_writer w = json_writer_into(text, true);
    json_array_begin(&w, NULL);
    for (size_t i = 0; i < n; i++)
        if (rows[i].sense != SENSE_NONE) put_row(&w, &rows[i]);
    json_array_end(&w);
    return buffer_err(text);
}

cm_err report_json(const struct bench *b, const char *path, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(report_text(b->rows, b->row_n, &text));
    return file_replace(path, buffer_slice(&text), RESULTS_MODE, diag);
}
