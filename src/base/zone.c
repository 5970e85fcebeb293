/* TZif: version 1 block passed over, 64-bit block kept, footer as a rule. References as in zone.h.
 */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/zone_rule.h"

#define DAY_S       86400
#define HOUR_S      3600
#define OFFSET_MAX  93599          /* RFC 8536: 25:59:59 */
#define AHEAD_S     INT64_C(54000) /* 15 h: no zone is further from UTC, either way */
#define TYPES_MAX   256u
#define CHARS_MAX   1024u
#define TIMES_MAX   8192u
#define COUNTS      6u
#define RESERVED    15u
#define TYPE_LEN    6u
#define PATH_CAP    512u
#define TIME_V1_LEN 4u
#define TIME_LEN    8u

struct zone {
    size_t n;
    int64_t *times;   /* ascending */
    uint8_t *kinds;   /* what holds from times[i] on */
    int32_t *offsets; /* of the kinds */
    bool has_rule;    /* for instants behind the last time */
    struct zone_rule rule;
};

/* In the order of the header. */
struct counts {
    uint32_t ut, standard, leap, time, type, chars;
};

static cm_err read_header(struct cursor *c, struct counts *n) {
    static const uint8_t magic[] = {'T', 'Z', 'i', 'f'};
    const struct cm_slice got = cursor_bytes(c, sizeof magic);
    const uint8_t version = cursor_u8(c);
    (void)cursor_bytes(c, RESERVED);
    n->ut = cursor_u32be(c);
    n->standard = cursor_u32be(c);
    n->leap = cursor_u32be(c);
    n->time = cursor_u32be(c);
    n->type = cursor_u32be(c);
    n->chars = cursor_u32be(c);
    TRY(cursor_err(c));
    const bool sound = n->time <= TIMES_MAX && n->type >= 1 && n->type <= TYPES_MAX &&
                       n->chars <= CHARS_MAX && n->leap == 0 && (n->ut == 0 || n->ut == n->type) &&
                       (n->standard == 0 || n->standard == n->type);
    const bool ours = slice_equal(got, slice_of(magic, sizeof magic)) && version >= '2';
    return ours && sound ? CM_OK : CM_E_FORMAT;
}

static void skip_rest(struct cursor *c, const struct counts *n) {
    (void)cursor_bytes(c, (size_t)n->chars + n->standard + n->ut);
}

static cm_err read_types(struct cursor *c, const struct counts *n, struct zone *z) {
    for (uint32_t i = 0; i < n->type; i++) {
        z->offsets[i] = (int32_t)cursor_u32be(c);
        const uint8_t summer = cursor_u8(c);
        (void)cursor_u8(c); /* where its abbreviation stands */
        if (summer > 1 || z->offsets[i] > OFFSET_MAX || z->offsets[i] < -OFFSET_MAX)
            return CM_E_FORMAT;
    }
    return cursor_err(c);
}

static cm_err read_times(struct cursor *c, const struct counts *n, struct zone *z) {
    for (uint32_t i = 0; i < n->time; i++) {
        z->times[i] = (int64_t)cursor_u64be(c);
        if (i > 0 && z->times[i] <= z->times[i - 1]) return CM_E_FORMAT;
    }
    for (uint32_t i = 0; i < n->time; i++) {
        z->kinds[i] = cursor_u8(c);
        if (z->kinds[i] >= n->type) return CM_E_FORMAT;
    }
    z->n = n->time;
    return cursor_err(c);
}

static cm_err read_footer(struct cursor *c, struct zone *z) {
    if (cursor_u8(c) != '\n' || c->failed || c->left == 0) return CM_E_FORMAT;
    const struct cm_slice text = cursor_bytes(c, c->left - 1);
    if (cursor_u8(c) != '\n') return CM_E_FORMAT;
    if (text.len == 0) return CM_OK;
    z->has_rule = true;
    return zone_rule_parse(text, &z->rule);
}

static cm_err read_all(struct cursor *c, struct zone *z) {
    struct counts n;
    TRY(read_header(c, &n));
    (void)cursor_bytes(c, (size_t)n.time * (TIME_V1_LEN + 1) + (size_t)n.type * TYPE_LEN);
    skip_rest(c, &n);
    TRY(read_header(c, &n));
    z->times = calloc((size_t)n.time + 1, sizeof *z->times);
    z->kinds = calloc((size_t)n.time + 1, sizeof *z->kinds);
    z->offsets = calloc(n.type, sizeof *z->offsets);
    if (z->times == NULL || z->kinds == NULL || z->offsets == NULL) return CM_E_NO_MEMORY;
    TRY(read_times(c, &n, z));
    TRY(read_types(c, &n, z));
    skip_rest(c, &n);
    TRY(cursor_err(c));
    return read_footer(c, z);
}

void zone_free(struct zone *z) {
    if (z == NULL) return;
    free(z->times);
    free(z->kinds);
    free(z->offsets);
    free(z);
}

void zone_freep(struct zone **z) { zone_free(*z); }

cm_err zone_parse(struct cm_slice bytes, struct zone **out) {
    CM_CLEANUP(zone_freep) struct zone *z = calloc(1, sizeof *z);
    if (z == NULL) return CM_E_NO_MEMORY;
    struct cursor c = cursor_over(bytes);
    const cm_err err = read_all(&c, z);
    if (err != CM_OK) return err == CM_E_NO_MEMORY ? err : CM_E_FORMAT;
    *out = take(&z);
    return CM_OK;
}

/* Letters, digits and "+-_/": no name of a zone leads out of its folder. */
static bool name_sound(struct cm_slice name) {
    if (name.len == 0 || name.len >= ZONE_NAME_CAP || name.p[0] == '/') return false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = (char)name.p[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && strchr("+-_/", c) == NULL) return false;
    }
    return true;
}

static cm_err not_here(const char *folder, struct cm_slice name, struct cm_diag *diag) {
    char near[ZONE_NAME_CAP], remedy[2 * ZONE_NAME_CAP];
    const bool found = zone_nearest(folder, name, near);
    (void)snprintf(remedy, sizeof remedy, "did you mean '%s'?", found ? near : "");
    return diag_fail(diag, CM_E_NOT_FOUND, "zone", NULL,
                     found ? remedy
                           : "'timedatectl list-timezones' shows them; the package is tzdata",
                     "no time zone %.*s below %s", (int)name.len, (const char *)name.p, folder);
}

cm_err zone_load(const char *folder, struct cm_slice name, struct zone **out,
                 struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    char path[PATH_CAP];
    if (!name_sound(name))
        return diag_fail(diag, CM_E_FORMAT, "zone", NULL, "write one like Europe/Berlin",
                         "not the name of a time zone");
    const int len =
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)name.len, (const char *)name.p);
    if (len < 0 || (size_t)len >= sizeof path) return CM_E_RANGE;
    cm_err err = file_read(path, ZONE_LEN_MAX, &bytes, NULL);
    if (err == CM_E_NOT_FOUND || err == CM_E_IO || err == CM_E_DENIED)
        return not_here(folder, name, diag);
    if (err == CM_OK) err = zone_parse(buffer_slice(&bytes), out);
    if (err == CM_OK) return CM_OK;
    return diag_fail(diag, err, path, NULL, "install the package tzdata again",
                     "not a time zone file: %s", cm_err_name(err));
}

int32_t zone_offset(const struct zone *z, int64_t unix_s) {
    size_t low = 0, high = z->n; /* the last time that is not behind the instant */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (z->times[middle] <= unix_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == z->n && z->has_rule) return zone_rule_offset(&z->rule, unix_s);
    return z->offsets[low > 0 ? z->kinds[low - 1] : 0];
}

/* At most one transition lies in the 30 hours that are looked at. Before it local time only rises,
 * so a time that is reached there is reached there first. */
int64_t zone_instant(const struct zone *z, int32_t day, int32_t second) {
    const int64_t wanted = (int64_t)day * DAY_S + second;
    int64_t low = wanted - AHEAD_S, high = wanted + AHEAD_S;
    const int32_t before = zone_offset(z, low), after = zone_offset(z, high);
    if (before == after) return wanted - before;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (zone_offset(z, middle) == before)
            low = middle;
        else
            high = middle;
    }
    if (wanted - before < high) return wanted - before;
    return wanted - after > high ? wanted - after : high;
}

int32_t zone_day(const struct zone *z, int64_t unix_s) {
    const int64_t local = unix_s + zone_offset(z, unix_s);
    return (int32_t)(local >= 0 ? local / DAY_S : -1);
}
