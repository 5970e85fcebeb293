/* The contents of the state's values as bytes: docs/design/state.md, table by table.
 *
 * Pure: no LMDB, no I/O, no allocation but the items of an answer. Readers refuse a length or a
 * value that no writer of ours makes.
 */
#ifndef CM_LEDGER_STATE_RECORD_H
#define CM_LEDGER_STATE_RECORD_H

#include "base/buffer.h"
#include "ledger/state.h"

#define RECORD_META_LEN     26u /* format 2, workspace 16, position 8 */
#define RECORD_EXTRA_LEN    41u /* flags 1, uses 4, actor 4, until 8, since 8, redeemer 16 */
#define RECORD_COUNTERS_LEN 51u /* six counts of 8, phase 1, shipped 1, rule version 1 */
#define RECORD_COUNTERS_MAX                                                                        \
    84u                       /* with what cards add: active, balance, loaded, spent 8, issue 1    \
                               */
#define RECORD_ANSWER_LEN 24u /* request 16, time 8; items follow */
#define RECORD_ITEM_LEN   42u /* item 2, use 4, set 4, serial, sequence, time, until 8 each */
#define RECORD_DETAIL_LEN 22u /* offset in page 2, use 4, actor 4, time 6, sequence 6 */
#define RECORD_DETAIL_MAX 0xFFFFFFFFFFFFu /* times and sequences of details have 48 bits */

/* Contents of the record "image" in table meta. */
struct image_meta {
    uint16_t format;
    uint8_t workspace_id[16];
    uint64_t position;
};

void record_put_meta(uint8_t to[static RECORD_META_LEN], const struct image_meta *m);
/* Reads any length from RECORD_META_LEN on: later formats may append. */
CM_MUST_CHECK cm_err record_read_meta(struct cm_slice content, struct image_meta *out);
void record_put_extra(uint8_t to[static RECORD_EXTRA_LEN], const struct unit_extra *e);
CM_MUST_CHECK cm_err record_read_extra(struct cm_slice content, struct unit_extra *out);
/* The part of cards is written only where it is not all zero. @return bytes written */
size_t record_put_counters(uint8_t to[static RECORD_COUNTERS_MAX], const struct set_counters *c);
CM_MUST_CHECK cm_err record_read_counters(struct cm_slice content, struct set_counters *out);
void record_put_answer(struct buffer *to, const struct answer_record *r);
/* out->items is malloc'ed. @retval CM_E_NO_MEMORY, or CM_E_CORRUPT for a wrong shape */
CM_MUST_CHECK cm_err record_read_answer(struct cm_slice content, struct answer_record *out);

/* One entry of a run of details; the serial is page * STATE_PAGE_UNITS + offset. */
void record_put_detail(uint8_t to[static RECORD_DETAIL_LEN], uint16_t offset,
                       const struct unit_detail *d);
uint16_t record_read_detail(const uint8_t from[static RECORD_DETAIL_LEN], struct unit_detail *out);

#endif
