/* Grouping for print. It never changes which code is meant: the reader deletes what it adds. */
#include "codes/group.h"

#include <string.h>

#include "base/macros.h"
#include "codes/kernels.h"

#define PIECE_MAX_N 5u /* symbols that people still take in at one glance */
#define GROUP_N     4u
#define GROUPED_MAX (CM_GROUPS_MAX * PIECE_MAX_N)

struct grouping grouping_of(const struct cm_scheme_numbers *numbers) {
    struct grouping g = {.separator = numbers->group_separator};
    memcpy(g.size, numbers->group, sizeof g.size);
    return g;
}

/* Groups of four; what is left over makes the first groups five (13 -> 5-4-4), or, when it is more
 * than there are groups (6, 7, 11), one group more of near-equal size (11 -> 4-4-3). */
struct grouping grouping_default(uint8_t code_n) {
    struct grouping g = {.separator = '-'};
    if (code_n <= PIECE_MAX_N || code_n > GROUPED_MAX) return g;
    const unsigned fours = code_n / GROUP_N, left = code_n % GROUP_N;
    unsigned group_n = left <= fours ? fours : fours + 1;
    if (group_n > CM_GROUPS_MAX) group_n = CM_GROUPS_MAX;
    const unsigned base = code_n / group_n, longer = code_n % group_n;
    for (unsigned i = 0; i < group_n; i++)
        g.size[i] = (uint8_t)(base + (i < longer ? 1u : 0u));
    return g;
}

static unsigned group_count(const struct grouping *grouping) {
    unsigned n = 0;
    while (n < CM_GROUPS_MAX && grouping->size[n] != 0)
        n++;
    return n;
}

cm_err grouping_check(const struct grouping *grouping, uint8_t code_n, struct cm_diag *diag) {
    const unsigned n = group_count(grouping);
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += grouping->size[i];
    for (unsigned i = n; i < CM_GROUPS_MAX; i++)
        if (grouping->size[i] != 0)
            return diag_fail(diag, CM_E_RANGE, "grouping", NULL, "give the sizes without gaps",
                             "group %u is empty, group %u is not", n + 1, i + 1);
    if (n == 0) return CM_OK;
    if (sum != code_n)
        return diag_fail(diag, CM_E_RANGE, "grouping", NULL,
                         "make the sizes add up to data characters and check character",
                         "the groups hold %u characters, the code has %u", sum, code_n);
    const char s = grouping->separator;
    if (s != '-' && s != ' ' && s != '.')
        return diag_fail(diag, CM_E_FORMAT, "grouping", NULL, "use '-', ' ' or '.'",
                         "separator byte 0x%02X is not deleted when a code is read", (uint8_t)s);
    return CM_OK;
}

size_t grouping_text_len(const struct grouping *grouping, uint8_t code_n) {
    const unsigned n = group_count(grouping);
    return n == 0 ? code_n : code_n + n - 1u;
}

struct grouping_layout grouping_layout_of(const struct grouping *grouping, uint8_t code_n) {
    struct grouping_layout l = {.code_n = code_n, .separator = grouping->separator};
    const unsigned group_n = group_count(grouping);
    uint8_t at = 0;
    for (unsigned i = 0; i < group_n; i++) {
        if (i > 0) l.from[l.len++] = GROUPING_GAP;
        for (unsigned k = 0; k < grouping->size[i]; k++)
            l.from[l.len++] = at++;
    }
    while (at < code_n)
        l.from[l.len++] = at++;
    return l;
}

static void slots_portable(const struct grouping_layout *layout, const char *texts, size_t n,
                           char *out, size_t stride) {
    for (size_t i = 0; i < n; i++, texts += layout->code_n, out += stride)
        for (size_t k = 0; k < layout->len; k++)
            out[k] = layout->from[k] == GROUPING_GAP ? layout->separator : texts[layout->from[k]];
}

void grouping_slots(const struct grouping *grouping, uint8_t code_n, const char *texts, size_t n,
                    char *out, size_t stride) {
    const struct grouping_layout layout = grouping_layout_of(grouping, code_n);
    slots_fn *const kernel = kernels_slots(&layout);
    (kernel != NULL ? kernel : slots_portable)(&layout, texts, n, out, stride);
}

void grouping_apply(const struct grouping *grouping, uint8_t code_n, const char *texts, size_t n,
                    char *out) {
    grouping_slots(grouping, code_n, texts, n, out, grouping_text_len(grouping, code_n));
}
