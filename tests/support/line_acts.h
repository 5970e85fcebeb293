/* Runs by acts in tests: a world with one batch, its operator and its line, in one process. What an
 * act returned last is kept for the reader. Everything fails the running test when it cannot. */
#ifndef CM_TESTS_SUPPORT_LINE_ACTS_H
#define CM_TESTS_SUPPORT_LINE_ACTS_H

#include "doc/json.h"
#include "support/world.h"
#include "vault/acts.h"

#define LINE_ACTS_TEMPLATE "^XA^FO40,40^A0N,30,30^FD{code}^FS^XZ"
#define TAKEN_MAX          256u

struct line_acts {
    struct world world;
    struct run_live live;
    enum run_holder holder;
    uint64_t waiting; /* what the line says of it in a take */
    uint64_t now_ms;  /* of the acts; 0 = the wall clock's */
    uint32_t set;     /* of batch "lines" */
    char run[64];
    uint32_t number; /* of the run started last */
    struct buffer result;
    struct json_doc *doc; /* of result */
    struct cm_diag diag;
};

/* What line.take or line.again gave. */
struct taken {
    size_t n; /* serials */
    uint64_t first, until_ms;
    uint32_t set;
    char codes[TAKEN_MAX][WORLD_CODE_CAP]; /* empty: no unit */
    char batch[64], end[256];
};

/* A scheme of 8 characters and 4,096 serials a batch; batch "lines" of `quantity`, not opened. A
 * line is connected. */
void line_acts_make(struct line_acts *l, uint64_t quantity);
void line_acts_make_sized(struct line_acts *l, uint64_t serials, uint64_t quantity);
void line_acts_remove(struct line_acts *l);
/* Another scheme, "drinks": 16,384 serials a batch, filters that skip some, attribute sku with two
 * values whose names differ by one character ("CM 1", "CM/2"), a date. */
void line_acts_drinks(struct line_acts *l);

/* An act of the operator, and one of the line. */
cm_err line_acts_try(struct line_acts *l, const char *act, const char *args);
cm_err line_acts_line(struct line_acts *l, const char *act, const char *args);
void line_acts_ok(struct line_acts *l, const char *act, const char *args_format, ...)
    __attribute__((format(printf, 3, 4)));
/* Start a run of "lines" on zpl+tcp://printer; `more` are further members, beginning with a comma.
 */
void line_acts_start(struct line_acts *l, const char *more);
void line_acts_take(struct line_acts *l, unsigned units, struct taken *out);
void line_acts_again(struct line_acts *l, uint64_t first, uint64_t count, struct taken *out);
/* Members of one run's report, besides its number. */
void line_acts_report(struct line_acts *l, const char *members_format, ...)
    __attribute__((format(printf, 2, 3)));

/* A member of the last result; of run.show of the run. */
uint64_t line_acts_result_u64(const struct line_acts *l, const char *key);
const char *line_acts_result_text(struct line_acts *l, const char *key);
uint64_t line_acts_number(struct line_acts *l, const char *key);

#endif
