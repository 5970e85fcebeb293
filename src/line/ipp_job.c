/* Names of print jobs. References: RFC 8011 (5.3.5, job-name), RFC 8010 (3.1.4, attributes). */
#include "line/ipp_job.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/text.h"

#define NAME_MOST 100u /* bytes of a run's name; what is longer, or strange, gets a checksum */
#define TEN       10u

void ipp_job_prefix(const char *run, char out[static IPP_PREFIX_CAP]) {
    size_t n = 0;
    bool strange = false;
    for (; run[n] != '\0' && n < NAME_MOST; n++) {
        const bool plain = run[n] > ' ' && run[n] <= '~';
        out[n] = plain ? run[n] : '_';
        strange = strange || !plain;
    }
    out[n] = '\0';
    if (strange || run[n] != '\0')
        text_append(out, IPP_PREFIX_CAP, "~%08x", crc32c(0, slice_text(run)));
}

void ipp_job_name(const char *prefix, uint32_t number, uint64_t first, uint64_t last,
                  char out[static IPP_NAME_CAP]) {
    out[0] = '\0';
    text_append(out, IPP_NAME_CAP, "%s.%u.%llu-%020llu", prefix, number, (unsigned long long)first,
                (unsigned long long)last);
}

/* Digits up to a mark; false: something else. */
static bool take_number(const char **text, char mark, uint64_t max, uint64_t *out) {
    const char *end = strchr(*text, mark);
    if (end == NULL) return false;
    if (text_u64(slice_of(*text, (size_t)(end - *text)), max, out) != CM_OK) return false;
    *text = mark == '\0' ? end : end + 1;
    return true;
}

bool ipp_job_read(const char *name, const char *prefix, uint32_t *number, uint64_t *last) {
    const size_t len = strlen(prefix);
    uint64_t n = 0, first = 0, end = 0;
    if (strncmp(name, prefix, len) != 0 || name[len] != '.') return false;
    const char *rest = name + len + 1;
    if (!take_number(&rest, '.', UINT32_MAX, &n)) return false;
    if (!take_number(&rest, '-', UINT64_MAX, &first)) return false;
    if (!take_number(&rest, '\0', UINT64_MAX, &end)) return false;
    *number = (uint32_t)n;
    *last = end;
    return true;
}

size_t ipp_job_last_at(struct cm_slice frame) {
    /* nameWithoutLanguage, the length of "job-name", and it: no address can hold these bytes. */
    static const uint8_t mark[] = {0x42, 0, 8, 'j', 'o', 'b', '-', 'n', 'a', 'm', 'e'};
    const uint8_t *at = memmem(frame.p, frame.len, mark, sizeof mark);
    if (at == NULL) return 0;
    const size_t value = (size_t)(at - frame.p) + sizeof mark + 2;
    if (value > frame.len) return 0;
    const size_t end = value + get_u16be(frame.p + value - 2);
    return end > frame.len || end < value + IPP_LAST_WIDTH ? 0 : end - IPP_LAST_WIDTH;
}

void ipp_job_write_last(uint8_t *at, uint64_t last) {
    for (size_t i = IPP_LAST_WIDTH; i > 0; i--) {
        at[i - 1] = (uint8_t)('0' + last % TEN);
        last /= TEN;
    }
}
