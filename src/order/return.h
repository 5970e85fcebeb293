/* Return files of bureaus: CSV, one line a record, columns named in the first line in any order:
 *
 *     control | record   which record: its control number, or its place in the order
 *     state              produced, shipped, held, spoiled, remade
 *     reason, carton, tracking, as, uid   where they apply; as: control number of the replacement
 *
 * The reader judges lines one by one and hands on what they say; it knows no order. A line that it
 * cannot read is a problem told by line and column, never by its text. Example: the first test of
 * tests/unit/order/test_return.c; people: docs/guide/orders.md. */
#ifndef CM_ORDER_RETURN_H
#define CM_ORDER_RETURN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "order/book.h"

#define RETURN_TEXT_MAX 128u /* bytes of a field */

enum return_column {
    RETURN_CONTROL,
    RETURN_RECORD,
    RETURN_STATE,
    RETURN_REASON,
    RETURN_CARTON,
    RETURN_TRACKING,
    RETURN_AS,
    RETURN_UID
};
#define RETURN_COLUMN_N 8u

/* Where the columns stand: field + 1; 0 = the file has no such column. */
struct return_head {
    uint8_t at[RETURN_COLUMN_N];
    uint8_t fields;
    char separator;
};

/** Read the first line.
 * @retval CM_E_FORMAT  no record or state column, an unknown or doubled one; diag says which */
CM_MUST_CHECK cm_err return_head_read(struct cm_slice line, struct return_head *out,
                                      struct cm_diag *diag);

/* Why a line is not believed. */
enum return_problem {
    RETURN_SOUND,
    RETURN_FIELDS,    /* more or fewer fields than the first line names, or one that is too long */
    RETURN_NO_RECORD, /* names no record of this order */
    RETURN_BAD_STATE,
    RETURN_BAD_UID,
    RETURN_BAD_AS,
    RETURN_CONTRADICTS, /* what was said of the record before cannot be true with it */
    RETURN_BAD_CARTON,  /* the record lies in another carton */
    RETURN_OPEN_CARTON, /* shipped, but not all of its records are accounted for */
    RETURN_WITH_CARTON  /* in a carton with one that is not believed */
};
#define RETURN_PROBLEM_N 10u
const char *return_problem_text(enum return_problem problem);

/* What a line says; slices borrow from the text. */
struct return_line {
    uint64_t line; /* of the file, from 1 */
    struct cm_slice field[RETURN_COLUMN_N];
    enum book_state state;
    enum return_problem problem;
};

/* Called for each line; an error ends the reading. */
typedef cm_err return_visit(void *ctx, struct return_line *line);

/** Read lines.
 * @param[in] text  whole lines, without the first one of the file
 * @param[in] line  number of the first of them in the file
 * @param[out] lines  how many there were, blank ones not counted
 * @retval CM_E_FORMAT  not CSV at all: an open quote, broken UTF-8; diag says where
 * @retval CM_E_NO_MEMORY, or what visit returned */
CM_MUST_CHECK cm_err return_read(const struct return_head *head, struct cm_slice text,
                                 uint64_t line, return_visit *visit, void *ctx, uint64_t *lines,
                                 struct cm_diag *diag);

#endif
