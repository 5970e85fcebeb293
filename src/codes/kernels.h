/* Which loops over rows of numerals this processor has, found when it is asked for: of AVX-512 with
 * VBMI2 (Zen 4, Ice Lake and later) and of AVX2; NULL: none, the portable way it is. Other
 * architectures build kernels_portable.c. As crypto/kernels.h does for the cipher.
 *
 * Every kernel yields what the portable loop yields, byte for byte. No kernel branches on a numeral
 * or addresses memory by one. Refuses nothing. Thread-safe, no state. */
#ifndef CM_CODES_KERNELS_H
#define CM_CODES_KERNELS_H

#include "codes/check.h"
#include "codes/group.h"
#include "codes/lanes.h"
#include "codes/normalise.h"
#include "codes/rotate.h"

#define TEXT_LANES_MAX 64u /* bytes of a grouped or typed text that a kernel takes */

/* check_append and check_take of one instruction set; of the kind Damm, only what check_take does
 * about foreign numerals. */
struct check_lanes {
    void (*append)(const struct check_table *table, uint8_t *rows, size_t n, size_t stride);
    void (*take_rows)(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                      uint8_t *out, uint8_t *wrong_out);
};
extern const struct check_lanes check_avx2;

/* tags[i] = block i mod T, T at most 2^32; n a multiple of TAG_LANES_STEP. */
typedef void tags_fn(const struct tag_fold *fold, const uint8_t *blocks, size_t n, uint64_t *tags);
extern tags_fn tags_avx512;
#define TAG_LANES_STEP 8u

/* texts[i] = symbols[numerals[i]], or '?' from radix on. */
typedef void text_fn(const char symbols[static CM_ALPHABET_MAX], unsigned radix,
                     const uint8_t *numerals, size_t len, char *texts);
extern text_fn text_avx512, text_avx2;
extern text_fn text_portable; /* in coder.c */

/* grouping_slots for a layout of up to TEXT_LANES_MAX bytes. */
typedef void slots_fn(const struct grouping_layout *layout, const char *texts, size_t n, char *out,
                      size_t stride);
extern slots_fn slots_avx512;

/* normalise_rows for texts of ASCII symbols and separators alone; other texts are left to the
 * careful way: verdicts[i] = READ_CAREFULLY, and their rows are not touched. */
typedef void read_fn(const struct normaliser *normaliser, const struct cm_slice *texts, size_t n,
                     uint8_t *rows, size_t stride, uint8_t *verdicts);
extern read_fn read_avx512;
#define READ_CAREFULLY UINT8_MAX /* no value of enum normalised */

/* rotation_rows for rows of up to TEXT_LANES_MAX numerals. */
typedef void turn_fn(const struct rotation *rotation, const uint8_t *rows, size_t n, size_t stride,
                     size_t row_n, uint8_t *hits);
extern turn_fn turn_avx512;

const struct check_lanes *kernels_check(const struct check_table *table);
tags_fn *kernels_tags(void);
/* The n-th way of this processor, the fastest first and the portable one last; NULL beyond. */
text_fn *kernels_text(size_t n);
slots_fn *kernels_slots(const struct grouping_layout *layout);
turn_fn *kernels_turn(size_t row_n);
read_fn *kernels_read(const struct normaliser *normaliser);

#endif
