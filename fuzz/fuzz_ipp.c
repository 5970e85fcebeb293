/* Fuzz target for line/ipp_message: frames and IPP answers of any bytes. What is read stays within
 * its room, is printable, and never runs past the frame. The first byte splits the input: as a
 * stream of frames, or as one answer. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "line/ipp_job.h"

static void check_text(const char *text, size_t cap) {
    fuzz_require(memchr(text, '\0', cap) != NULL);
    for (; *text != '\0'; text++)
        fuzz_require(*text >= ' ' && *text <= '~');
}

static void see_job(void *ctx, const struct ipp_job *job) {
    uint32_t number = 0;
    uint64_t last = 0;
    (void)ctx;
    fuzz_require(job->id > 0);
    check_text(job->name, sizeof job->name);
    check_text(job->reasons, sizeof job->reasons);
    (void)ipp_job_read(job->name, "run", &number, &last);
}

static void read_answer(struct cm_slice message) {
    static const struct ipp_queue queue = {.format = "application/vnd.zebra-zpl"};
    struct ipp_printer printer;
    unsigned status = 0;
    if (ipp_read(message, &queue, &status, &printer, see_job, NULL) != CM_OK) return;
    fuzz_require(printer.cause < DRIVER_STATE_N);
    check_text(printer.words, sizeof printer.words);
    fuzz_require(ipp_status_name(status) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len == 0) return 0;
    struct cm_slice rest = slice_of(data + 1, len - 1);
    if (data[0] % 2 == 0) {
        read_answer(rest);
        return 0;
    }
    for (;;) {
        struct ipp_frame frame;
        const size_t n = ipp_frame(rest, &frame);
        if (n == 0) return 0;
        fuzz_require(n <= rest.len && frame.message.len <= n);
        read_answer(frame.message);
        rest = slice_of(rest.p + n, rest.len - n);
    }
}
