/* One line an event to standard error: "2026-11-21T20:59:07.123Z level what key=value ...".
 * Nothing secret and no full code is ever passed in;
 * code_mask (codes room) makes the short form. */
#ifndef CM_BASE_LOG_H
#define CM_BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Events below this level are dropped; the default is LOG_INFO. Set once at start. */
void log_set_level(enum log_level level);
void log_event(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
