/* The log: one write(2) a line, control characters replaced so that no input can forge a line. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"

#define LOG_LINE_CAP 1024u /* bytes; longer lines are cut */

static atomic_int log_floor = LOG_INFO;

void log_set_level(enum log_level level) { atomic_store(&log_floor, (int)level); }

void log_event(enum log_level level, const char *format, ...) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load(&log_floor)) return;
    char line[LOG_LINE_CAP];
    char now[TIME_TEXT_CAP];
    time_format(clock_now_ms(clock_wall()), now);
    int len = snprintf(line, sizeof line, "%s %s ", now, names[level]);
    va_list args;
    va_start(args, format);
    const int more = vsnprintf(line + len, sizeof line - (size_t)len, format, args);
    va_end(args);
    if (more < 0) return;
    len = len + more < (int)sizeof line - 1 ? len + more : (int)sizeof line - 2;
    for (int i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ') line[i] = '?';
    line[len++] = '\n';
    /* A log that cannot be written has nowhere to complain. */
    if (write(STDERR_FILENO, line, (size_t)len) < 0) return;
}
