/* What a queue answers. Everything in it comes from outside: libcups bounds the decoding, we take
 * numbers and keywords of known names and let the rest be. References: RFC 8011 (5.3.7, 5.3.8,
 * 5.4.11, 5.4.12), PWG 5100.9 (reasons), cupsd.conf(5) (error policies). */
#include <cups/ipp.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/ipp_message.h"

static void message_freep(ipp_t **m) { ippDelete(*m); }

size_t ipp_frame(struct cm_slice bytes, struct ipp_frame *out) {
    struct cursor c = cursor_over(bytes);
    *out = (struct ipp_frame){.status = cursor_u32be(&c)};
    const uint32_t len = cursor_u32be(&c);
    if (cursor_err(&c) != CM_OK || len > c.left) return 0;
    struct cursor body = cursor_over(slice_of(c.p, len));
    (void)cursor_u32be(&body); /* version, operation */
    out->request = cursor_u32be(&body);
    out->message = slice_of(body.p, body.left);
    return IPP_IN_HEAD + (size_t)len;
}

static ssize_t get(void *ctx, ipp_uchar_t *bytes, size_t len) {
    struct cursor *c = ctx;
    const size_t n = len < c->left ? len : c->left;
    cursor_copy(c, bytes, n);
    return (ssize_t)n;
}

/* ---- Printers */

static const struct {
    const char *name;
    enum driver_state state;
} reasons[] = {
    {"media-empty", DRIVER_PAPER_OUT},
    {"media-needed", DRIVER_PAPER_OUT},
    {"input-tray-missing", DRIVER_PAPER_OUT},
    {"cover-open", DRIVER_HEAD_OPEN},
    {"door-open", DRIVER_HEAD_OPEN},
    {"interlock-open", DRIVER_HEAD_OPEN},
    {"marker-supply-empty", DRIVER_RIBBON_OUT},
    {"toner-empty", DRIVER_RIBBON_OUT},
    {"paused", DRIVER_PAUSED},
    {"moving-to-paused", DRIVER_PAUSED},
    {"spool-area-full", DRIVER_FULL},
    /* These come and go while all is well. */
    {"none", DRIVER_RUNNING},
    {"connecting-to-device", DRIVER_RUNNING},
};

static bool ends_in(const char *text, const char *end) {
    const size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* A keyword with -error, or without an ending, is an error; a warning need not stop anything (RFC
 * 8011, 5.4.12), but some printers warn of no paper while a job waits for it. */
static enum driver_state reason_state(const char *keyword, bool idle) {
    static const char *const endings[] = {"-error", "-warning", "-report"};
    size_t len = strlen(keyword), ending = CM_ARRAY_N(endings);
    for (size_t i = 0; i < CM_ARRAY_N(endings); i++)
        if (ends_in(keyword, endings[i])) ending = i;
    if (ending < CM_ARRAY_N(endings)) len -= strlen(endings[ending]);
    if (ending == 2 || (ending == 1 && idle)) return DRIVER_RUNNING;
    if (ends_in(keyword, "-low") || strncmp(keyword, "cups-", 5) == 0) return DRIVER_RUNNING;
    for (size_t i = 0; i < CM_ARRAY_N(reasons); i++)
        if (strlen(reasons[i].name) == len && memcmp(reasons[i].name, keyword, len) == 0)
            return reasons[i].state;
    return ending == 1 ? DRIVER_RUNNING : DRIVER_FAULT;
}

/* What a person can mend with their hands comes first, a mere pause last. */
static unsigned weight(enum driver_state s) {
    static const unsigned weights[DRIVER_STATE_N] = {
        [DRIVER_PAUSED] = 1,     [DRIVER_FULL] = 2,      [DRIVER_FAULT] = 3,
        [DRIVER_RIBBON_OUT] = 4, [DRIVER_HEAD_OPEN] = 5, [DRIVER_PAPER_OUT] = 6};
    return weights[s];
}

static void blame(struct ipp_printer *p, enum driver_state cause, const char *words) {
    if (weight(cause) <= weight(p->cause)) return;
    p->cause = cause;
    p->words[0] = '\0';
    text_append(p->words, sizeof p->words, "%.60s", words);
    for (char *c = p->words; *c != '\0'; c++) /* it goes to a terminal */
        if (*c < ' ' || *c > '~') *c = '?';
}

static int integer(ipp_t *m, const char *name, ipp_tag_t tag, int otherwise) {
    ipp_attribute_t *a = ippFindAttribute(m, name, tag);
    return a == NULL ? otherwise : ippGetInteger(a, 0);
}

static bool takes_format(ipp_t *m, const char *format) {
    ipp_attribute_t *a = ippFindAttribute(m, "document-format-supported", IPP_TAG_MIMETYPE);
    return a == NULL || ippContainsString(a, format);
}

/* A queue that tries a failed job again prints its first labels twice. */
static bool repeats(ipp_t *m) {
    ipp_attribute_t *a = ippFindAttribute(m, "printer-error-policy", IPP_TAG_ZERO);
    const char *policy = a == NULL ? NULL : ippGetString(a, 0, NULL);
    return policy != NULL && strcmp(policy, "abort-job") != 0;
}

static void read_printer(ipp_t *m, const struct ipp_queue *q, struct ipp_printer *out) {
    *out = (struct ipp_printer){.cause = DRIVER_RUNNING};
    const int state = integer(m, "printer-state", IPP_TAG_ENUM, IPP_PSTATE_IDLE);
    ipp_attribute_t *a = ippFindAttribute(m, "printer-state-reasons", IPP_TAG_KEYWORD);
    for (int i = 0; i < ippGetCount(a); i++) {
        const char *keyword = ippGetString(a, i, NULL);
        if (keyword != NULL) blame(out, reason_state(keyword, state == IPP_PSTATE_IDLE), keyword);
    }
    a = ippFindAttribute(m, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
    if (a != NULL && !ippGetBoolean(a, 0))
        blame(out, DRIVER_PAUSED, "the queue takes no jobs: cupsaccept, or its panel");
    if (out->cause == DRIVER_RUNNING && state == IPP_PSTATE_STOPPED)
        blame(out, DRIVER_FAULT, "the queue is stopped");
    if (!takes_format(m, q->format)) {
        *out = (struct ipp_printer){.cause = DRIVER_FAULT};
        text_append(out->words, sizeof out->words, "it does not take this format: try ?format=%s",
                    "application/octet-stream");
    }
    if (repeats(m)) {
        *out = (struct ipp_printer){.cause = DRIVER_FAULT};
        text_append(out->words, sizeof out->words,
                    "it repeats failed jobs: lpadmin -o printer-error-policy=abort-job");
    }
}

/* ---- Jobs */

static void copy_text(char *out, size_t cap, const char *text) {
    out[0] = '\0';
    if (text != NULL) text_append(out, cap, "%s", text);
    for (char *c = out; *c != '\0'; c++)
        if (*c < ' ' || *c > '~') *c = '?';
}

static void read_one(ipp_attribute_t *a, struct ipp_job *job) {
    const char *name = ippGetName(a);
    const ipp_tag_t tag = ippGetValueTag(a);
    const bool number = tag == IPP_TAG_INTEGER || tag == IPP_TAG_ENUM;
    if (strcmp(name, "job-id") == 0 && number) job->id = ippGetInteger(a, 0);
    if (strcmp(name, "job-state") == 0 && number) job->state = ippGetInteger(a, 0);
    if (strcmp(name, "job-impressions-completed") == 0 && number)
        job->impressions = ippGetInteger(a, 0);
    if (strcmp(name, "job-name") == 0)
        copy_text(job->name, sizeof job->name, ippGetString(a, 0, NULL));
    if (strcmp(name, "job-state-reasons") != 0) return;
    for (int i = 0; i < ippGetCount(a) && job->reasons[0] == '\0'; i++) {
        const char *keyword = ippGetString(a, i, NULL);
        if (keyword != NULL && strcmp(keyword, "none") != 0)
            copy_text(job->reasons, sizeof job->reasons, keyword);
    }
}

static const struct ipp_job no_job = {.id = -1, .state = -1, .impressions = -1};

/* Groups of jobs are divided by attributes without a name. */
static void read_jobs(ipp_t *m, ipp_job_fn *fn, void *ctx) {
    struct ipp_job job = no_job;
    for (ipp_attribute_t *a = ippFirstAttribute(m); a != NULL; a = ippNextAttribute(m)) {
        if (ippGetGroupTag(a) == IPP_TAG_JOB && ippGetName(a) != NULL) {
            read_one(a, &job);
            continue;
        }
        if (job.id > 0) fn(ctx, &job);
        job = no_job;
    }
    if (job.id > 0) fn(ctx, &job);
}

cm_err ipp_read(struct cm_slice message, const struct ipp_queue *queue, unsigned *status,
                struct ipp_printer *printer, ipp_job_fn *fn, void *ctx) {
    struct cursor c = cursor_over(message);
    if (message.len > IPP_MESSAGE_MAX) return CM_E_FORMAT;
    CM_CLEANUP(message_freep) ipp_t *m = ippNew();
    if (m == NULL) return CM_E_NO_MEMORY;
    if (ippReadIO(&c, get, 1, NULL, m) != IPP_STATE_DATA) return CM_E_FORMAT;
    *status = (unsigned)ippGetStatusCode(m);
    if (printer != NULL) read_printer(m, queue, printer);
    if (fn != NULL) read_jobs(m, fn, ctx);
    return CM_OK;
}

const char *ipp_status_name(unsigned status) {
    return status > INT16_MAX ? "no status" : ippErrorString((ipp_status_t)status);
}
