/* One line at a terminal that counts what is done, renewed a few times a second, with a bar where
 * the whole is known. Silent where there is no terminal. */
#ifndef CM_CLI_COUNT_LINE_H
#define CM_CLI_COUNT_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct count_line {
    bool shown;
    const char *what;  /* borrowed: "pictures" */
    uint64_t total;    /* 0: not known */
    uint64_t renew_us; /* when it may be drawn again */
};
void count_line_init(struct count_line *l, bool shown, const char *what, uint64_t total);
void count_line_show(struct count_line *l, uint64_t done);
/* The last state, and on to the next line. */
void count_line_end(struct count_line *l, uint64_t done);

#endif
