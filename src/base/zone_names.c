/* Names of time zones, for people: the one that was meant by a name that is none, and times as the
 * clocks of a zone show them. The names stand in tzdata.zi, the compact form of the data of the
 * time zone database (zic(8)): "Z NAME ..." begins a zone, "L TARGET NAME" is a link. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/nearest.h"
#include "base/zone.h"

#define LIST_NAME    "tzdata.zi"
#define LIST_LEN_MAX (1u << 20) /* bytes; 115 KB are shipped */
#define NAMES_MAX    1024u      /* some 600 are shipped */
#define PATH_CAP     512u
#define MS_PER_S     1000u
#define MINUTE_S     60
#define HOUR_MIN     60

/* Cut the list into its names, in place. */
static size_t read_names(char *text, const char *names[static NAMES_MAX]) {
    size_t n = 0;
    char *rest = text;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL && n < NAMES_MAX;
         line = strtok_r(NULL, "\n", &rest)) {
        char *words = line;
        const char *kind = strtok_r(line, " ", &words);
        const bool link = kind != NULL && strcmp(kind, "L") == 0;
        if (!link && (kind == NULL || strcmp(kind, "Z") != 0)) continue;
        if (link) (void)strtok_r(NULL, " ", &words);
        const char *name = strtok_r(NULL, " ", &words);
        if (name != NULL) names[n++] = name;
    }
    return n;
}

/* "amsterdam" and "EUROPE/AMSTERDAM" are no misspellings. */
static const char *same_place(const char *typed, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const char *slash = strrchr(names[i], '/');
        if (strcasecmp(typed, names[i]) == 0) return names[i];
        if (slash != NULL && strcasecmp(typed, slash + 1) == 0) return names[i];
    }
    return NULL;
}

bool zone_nearest(const char *folder, struct cm_slice typed, char out[static ZONE_NAME_CAP]) {
    CM_CLEANUP(buffer_free) struct buffer list = BUFFER_INIT;
    const char *names[NAMES_MAX];
    char path[PATH_CAP], word[ZONE_NAME_CAP];
    const int len = snprintf(path, sizeof path, "%s/" LIST_NAME, folder);
    if (len < 0 || (size_t)len >= sizeof path || typed.len >= sizeof word) return false;
    memcpy(word, typed.p, typed.len);
    word[typed.len] = '\0';
    if (file_read(path, LIST_LEN_MAX, &list, NULL) != CM_OK) return false;
    buffer_u8(&list, 0);
    if (buffer_err(&list) != CM_OK) return false;
    const size_t n = read_names((char *)list.p, names);
    const char *near = same_place(word, names, n);
    if (near == NULL) near = nearest_word(word, names, n);
    if (near == NULL || strlen(near) >= ZONE_NAME_CAP) return false;
    memcpy(out, near, strlen(near) + 1);
    return true;
}

void zone_time_format(const struct zone *z, uint64_t unix_s, char out[static ZONE_TIME_CAP]) {
    const int32_t minutes = z != NULL ? zone_offset(z, (int64_t)unix_s) / MINUTE_S : 0;
    const int64_t local = (int64_t)unix_s + (int64_t)minutes * MINUTE_S;
    const unsigned away = (unsigned)abs(minutes);
    char text[TIME_TEXT_CAP];
    time_format((uint64_t)(local > 0 ? local : 0) * MS_PER_S, text);
    (void)snprintf(out, ZONE_TIME_CAP, "%.19s%c%02u:%02u", text, minutes < 0 ? '-' : '+',
                   away / HOUR_MIN % 100, away % HOUR_MIN);
}
