/* Leftovers by name and by what the ledger says of their order: see order_leftovers.h.
 * Source: docs/design/orders.md, "The life of an order". */
#include "vault/order_leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "vault/order_folder.h"
#include "vault/order_job.h"
#include "vault/order_look.h"
#include "vault/order_release.h"

#define PREFIX     "ORDER-"
#define REMEDY_CAP 160u

struct leftover {
    char name[ORDER_FOLDER_CAP + sizeof BUNDLE_PART];
    const char *why;
    char remedy[REMEDY_CAP];
};

static bool is_part(const char *name) {
    const size_t n = strlen(name), end = sizeof BUNDLE_PART - 1;
    return n > end && n < sizeof((struct leftover *)NULL)->name &&
           strcmp(name + n - end, BUNDLE_PART) == 0;
}

/* The number in "ORDER-000012-PINS.held.part"; 0 = none of our names. */
static uint32_t order_in(const char *name) {
    char *end = NULL;
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0) return 0;
    const char *digits = name + sizeof PREFIX - 1;
    if (*digits < '0' || *digits > '9') return 0;
    errno = 0;
    const unsigned long long n = strtoull(digits, &end, 10);
    return errno == 0 && n <= UINT32_MAX && (*end == '-' || *end == '.') ? (uint32_t)n : 0;
}

/* Whether it is the folder of a part as the ledger has it. */
static bool is_named(const struct order *o, const char *name) {
    for (size_t i = 0; i < o->part_n; i++) {
        char folder[ORDER_FOLDER_CAP], part[ORDER_FOLDER_CAP + sizeof BUNDLE_PART];
        order_folder_name(o, i, o->state == ORDER_SEALED, folder);
        (void)snprintf(part, sizeof part, "%s" BUNDLE_PART, folder);
        if (strcmp(part, name) == 0) return true;
    }
    return false;
}

static void judge(const struct order *o, struct leftover *l) {
    const bool held = strstr(l->name, ".held") != NULL;
    (void)snprintf(l->remedy, sizeof l->remedy, "nobody has it: remove it");
    l->why = "a try that was stopped";
    if (o->state < ORDER_SEALED) {
        l->why = "its making was stopped";
        (void)snprintf(l->remedy, sizeof l->remedy,
                       "'countermark order resume %" PRIu32 "' begins it anew, with the same units",
                       o->id);
    } else if (o->state == ORDER_WITHDRAWN) {
        l->why = "the order was withdrawn";
    } else if (is_named(o, l->name)) {
        l->why = "it waits for its name, or is not what the ledger has of it";
        (void)snprintf(l->remedy, sizeof l->remedy,
                       "'countermark order show %" PRIu32
                       "' gives it its name if it is whole; else bring it back from a copy",
                       o->id);
    } else if (o->state == ORDER_SEALED && !held) {
        l->why = "its release was stopped";
        (void)snprintf(l->remedy, sizeof l->remedy,
                       "'countermark order release %" PRIu32 "' begins it anew", o->id);
    }
}

/* What this process is at work on is no leftover. */
static bool in_work(const struct act *a, uint32_t order) {
    const struct order_jobs *jobs = a->ctx->orders;
    if (jobs == NULL) return false;
    return (jobs->job != NULL && order_job_order(jobs->job) == order) ||
           (jobs->change != NULL && order_change_order(jobs->change) == order);
}

static cm_err look(struct act *a, struct leftover *l, bool *told) {
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    const uint32_t number = order_in(l->name);
    *told = false;
    if (number != 0 && in_work(a, number)) return CM_OK;
    *told = true;
    const cm_err err = number != 0 ? order_load(a->ctx->engine, number, &o, NULL) : CM_E_NOT_FOUND;
    if (err == CM_OK) judge(&o, l);
    if (err != CM_E_NOT_FOUND) return err;
    l->why = "the ledger has no such order";
    (void)snprintf(l->remedy, sizeof l->remedy, "look where it comes from, and move it away");
    return CM_OK;
}

static cm_err tell(struct act *a, struct leftover *l, bool *any) {
    char path[ORDER_PATH_CAP];
    bool told = false;
    TRY(look(a, l, &told));
    if (!told) return CM_OK;
    TRY(order_folder_path(a->ctx->workspace, l->name, path, a->diag));
    if (!*any) json_array_begin(a->out, "leftovers");
    *any = true;
    json_object_begin(a->out, NULL);
    json_put_cstr(a->out, "folder", path);
    json_put_cstr(a->out, "why", l->why);
    json_put_cstr(a->out, "remedy", l->remedy);
    json_object_end(a->out);
    return CM_OK;
}

static void close_folder(DIR **dir) {
    if (*dir != NULL) (void)closedir(*dir);
}

cm_err order_leftovers_tell(struct act *a) {
    char parent[ORDER_PATH_CAP];
    bool any = false;
    TRY(order_folder_path(a->ctx->workspace, "", parent, a->diag));
    CM_CLEANUP(close_folder) DIR *dir = opendir(parent);
    if (dir == NULL && errno == ENOENT) return CM_OK;
    if (dir == NULL)
        return diag_fail(a->diag, file_err_from_errno(errno), parent, NULL, "check its rights",
                         "cannot look into it: %s", file_errno_text(errno));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        struct leftover l = {.why = NULL};
        if (!is_part(e->d_name)) continue;
        (void)snprintf(l.name, sizeof l.name, "%s", e->d_name);
        TRY(tell(a, &l, &any));
    }
    if (any) json_array_end(a->out);
    return CM_OK;
}
