/* A production plan as read: what is to be made, row by row, one row one batch, and what a scheme
 * must carry for it. Values are numbered in the order in which they first appear. */
#ifndef CM_CODES_PRODUCTION_H
#define CM_CODES_PRODUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "codes/gtin.h"
#include "codes/plan.h"
#include "codes/values.h"

#define PRODUCTION_ROWS_MAX  1000000u
#define PRODUCTION_NO_COLUMN UINT8_MAX

struct production_row {
    uint64_t line;     /* in the file */
    uint64_t quantity; /* at least 1 */
    int32_t day;       /* days since 1970-01-01; 0 without a date column */
    uint32_t value[CM_ATTRIBUTES_MAX];
};

/* What the rows of one SKU agree on. */
struct production_item {
    bool known;                  /* a row has set the others */
    char gtin[GTIN_CAP];         /* empty: none given */
    char product[VALUE_MAX + 1]; /* name for people, may be empty */
    uint32_t flavour;            /* value number, or VALUES_NONE */
};

struct production {
    uint8_t attribute_n; /* attribute 0 is the SKU (the GTIN where no SKU is given) */
    char attribute_name[CM_ATTRIBUTES_MAX][SCHEME_WORD_CAP];
    struct values values[CM_ATTRIBUTES_MAX];
    uint8_t flavour_column; /* its attribute, or PRODUCTION_NO_COLUMN */
    bool has_date;
    struct production_item *items; /* by SKU number */
    uint32_t items_cap;
    struct production_row *rows;
    uint32_t row_n, rows_cap;
    uint64_t total, largest; /* units in all, units of the largest row */
    int32_t first_day, last_day;
};

void production_init(struct production *p);
void production_wipe(struct production *p);

struct production_room {
    uint64_t growth;   /* planned volume = total * growth; list and batch rooms grow alike */
    int32_t epoch_day; /* 0: first of January of the earliest row's year */
    uint64_t days;     /* of the scheme from its epoch on */
    uint64_t serials;  /* 0: twice the largest row, and room for skips, as a power of two */
    uint64_t batches_least;
};
/* Four times the plan, ten years: our choice, docs/design/plan.md. */
#define PRODUCTION_ROOM_DEFAULTS                                                                   \
    { .growth = 4, .days = 3653, .batches_least = 1024 }

/** Fields and volume of a request from a production plan; everything registered.
 * @param[in,out] request  technology, odds and limits stay as they are; untouched on error
 * @retval CM_E_RANGE  a date outside the epoch, a quantity over the serial room; diag names the
 *                     line of the file
 * @retval CM_E_LIMIT  counts beyond 2^53 */
CM_MUST_CHECK cm_err production_infer(const struct production *p,
                                      const struct production_room *room,
                                      struct plan_request *request, struct cm_diag *diag);

/** Fill the lists of a scheme made for the plan.
 * @retval CM_E_LIMIT  its room is too small, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err production_fill(const struct production *p, struct scheme *scheme,
                                     struct cm_diag *diag);

#endif
