/* /etc/localtime is a link into the zone database; localtime(5) of systemd says so. */
#include "cli/zone.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define LINK   "/etc/localtime"
#define FOLDER "zoneinfo/"

void zone_of_link(const char *target, char out[static ZONE_CAP]) {
    const char *at = strstr(target, FOLDER);
    out[0] = '\0';
    if (at == NULL || strlen(at + strlen(FOLDER)) >= ZONE_CAP) return;
    text_append(out, ZONE_CAP, "%s", at + strlen(FOLDER));
}

void zone_here(char out[static ZONE_CAP]) {
    char target[PATH_MAX];
    const ssize_t n = readlink(LINK, target, sizeof target - 1);
    target[n > 0 ? (size_t)n : 0] = '\0';
    zone_of_link(target, out);
    if (out[0] == '\0') text_append(out, ZONE_CAP, "UTC");
}
