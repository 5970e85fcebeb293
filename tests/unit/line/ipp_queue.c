/* A queue in memory. References as in ipp_queue.h. */
#include "ipp_queue.h"

#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#define MARK "^FDCODE"

void queue_init(struct queue *q) {
    memset(q, 0, sizeof *q);
    q->state = IPP_PSTATE_IDLE;
    q->reasons[0] = "none";
    q->format = "application/vnd.zebra-zpl";
    q->next_id = 1;
}

static ssize_t get(void *ctx, ipp_uchar_t *bytes, size_t len) {
    struct cursor *c = ctx;
    const size_t n = len < c->left ? len : c->left;
    cursor_copy(c, bytes, n);
    return (ssize_t)n;
}

static ssize_t put(void *ctx, ipp_uchar_t *bytes, size_t len) {
    buffer_put(ctx, bytes, len);
    return (ssize_t)len;
}

static ipp_t *answer_to(ipp_t *m, ipp_status_t status) {
    ipp_t *a = ippNew();
    assert_non_null(a);
    ippSetVersion(a, 1, 1);
    ippSetStatusCode(a, status);
    ippSetRequestId(a, ippGetRequestId(m));
    ippAddString(a, IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", NULL, "utf-8");
    ippAddString(a, IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", NULL, "en");
    return a;
}

/* The serials of the labels in a document, in the order they stand. A label cut short is none. */
static void print(struct queue *q, struct queue_job *job, struct cm_slice document) {
    struct cm_slice rest = document;
    for (;;) {
        const uint8_t *at = memmem(rest.p, rest.len, MARK, strlen(MARK));
        if (at == NULL) return;
        rest = slice_of(at + strlen(MARK), rest.len - (size_t)(at - rest.p) - strlen(MARK));
        const uint8_t *end = memmem(rest.p, rest.len, "^XZ", 3);
        if (end == NULL) return;
        const unsigned serial = (unsigned)strtoul((const char *)rest.p, NULL, 10);
        assert_true(serial < QUEUE_UNITS);
        if (job->labels++ == 0) job->first = serial;
        q->taken[serial]++;
    }
}

static struct queue_job *make_job(struct queue *q, ipp_t *m) {
    ipp_attribute_t *name = ippFindAttribute(m, "job-name", IPP_TAG_NAME);
    ipp_attribute_t *copies = ippFindAttribute(m, "copies", IPP_TAG_INTEGER);
    assert_non_null(name);
    assert_int_equal(ippGetInteger(copies, 0), 1);
    assert_true(q->job_n < QUEUE_JOBS);
    struct queue_job *job = &q->jobs[q->job_n++];
    *job = (struct queue_job){
        .id = q->next_id++, .state = IPP_JSTATE_PROCESSING, .reason = "job-printing"};
    (void)snprintf(job->name, sizeof job->name, "%s", ippGetString(name, 0, NULL));
    return job;
}

static ipp_t *print_job(struct queue *q, ipp_t *m, struct cm_slice document) {
    q->print_n++;
    if (q->refuse != 0 && !q->refuse_but_make) return answer_to(m, q->refuse);
    struct queue_job *job = make_job(q, m);
    print(q, job, document);
    ipp_t *a = answer_to(m, q->refuse != 0 ? q->refuse : IPP_STATUS_OK);
    if (q->no_job_id || q->refuse != 0) return a;
    ippAddInteger(a, IPP_TAG_JOB, IPP_TAG_INTEGER, "job-id", job->id);
    ippAddInteger(a, IPP_TAG_JOB, IPP_TAG_ENUM, "job-state", job->state);
    return a;
}

static void add_job(ipp_t *a, const struct queue_job *job) {
    ippAddInteger(a, IPP_TAG_JOB, IPP_TAG_INTEGER, "job-id", job->id);
    ippAddString(a, IPP_TAG_JOB, IPP_TAG_NAME, "job-name", NULL, job->name);
    ippAddInteger(a, IPP_TAG_JOB, IPP_TAG_ENUM, "job-state", job->state);
    ippAddString(a, IPP_TAG_JOB, IPP_TAG_KEYWORD, "job-state-reasons", NULL, job->reason);
    ippAddInteger(a, IPP_TAG_JOB, IPP_TAG_INTEGER, "job-impressions-completed", job->impressions);
}

static ipp_t *get_jobs(const struct queue *q, ipp_t *m) {
    if (q->no_list) return answer_to(m, IPP_STATUS_ERROR_OPERATION_NOT_SUPPORTED);
    ipp_attribute_t *which = ippFindAttribute(m, "which-jobs", IPP_TAG_KEYWORD);
    assert_string_equal(ippGetString(which, 0, NULL), "all");
    ipp_t *a = answer_to(m, IPP_STATUS_OK);
    bool first = true;
    for (unsigned i = 0; i < q->job_n; i++) {
        if (q->jobs[i].hidden) continue;
        if (!first) (void)ippAddSeparator(a);
        first = false;
        add_job(a, &q->jobs[i]);
    }
    return a;
}

static ipp_t *get_job(const struct queue *q, ipp_t *m) {
    const int id = ippGetInteger(ippFindAttribute(m, "job-id", IPP_TAG_INTEGER), 0);
    for (unsigned i = q->job_n; i > 0; i--) {
        if (q->jobs[i - 1].id != id || q->jobs[i - 1].hidden) continue;
        ipp_t *a = answer_to(m, IPP_STATUS_OK);
        add_job(a, &q->jobs[i - 1]);
        return a;
    }
    return answer_to(m, IPP_STATUS_ERROR_NOT_FOUND);
}

/* RFC 8011, 4.3.3: a job at its end cannot be cancelled. */
static ipp_t *cancel_job(struct queue *q, ipp_t *m) {
    const int id = ippGetInteger(ippFindAttribute(m, "job-id", IPP_TAG_INTEGER), 0);
    q->cancel_n++;
    if (q->no_cancel) return answer_to(m, IPP_STATUS_ERROR_NOT_AUTHORIZED);
    for (unsigned i = 0; i < q->job_n; i++) {
        struct queue_job *job = &q->jobs[i];
        if (job->id != id) continue;
        if (job->state >= (int)IPP_JSTATE_CANCELED)
            return answer_to(m, IPP_STATUS_ERROR_NOT_POSSIBLE);
        job->state = (int)IPP_JSTATE_CANCELED;
        job->reason = "job-canceled-by-user";
        return answer_to(m, IPP_STATUS_OK);
    }
    return answer_to(m, IPP_STATUS_ERROR_NOT_FOUND);
}

static ipp_t *get_printer(const struct queue *q, ipp_t *m) {
    const char *const formats[] = {"application/octet-stream", q->format};
    int n = 0;
    while (q->reasons[n] != NULL)
        n++;
    ipp_t *a = answer_to(m, IPP_STATUS_OK);
    ippAddInteger(a, IPP_TAG_PRINTER, IPP_TAG_ENUM, "printer-state", (int)q->state);
    ippAddStrings(a, IPP_TAG_PRINTER, IPP_TAG_KEYWORD, "printer-state-reasons", n, NULL,
                  (const char *const *)q->reasons);
    ippAddBoolean(a, IPP_TAG_PRINTER, "printer-is-accepting-jobs", q->rejecting ? 0 : 1);
    ippAddStrings(a, IPP_TAG_PRINTER, IPP_TAG_MIMETYPE, "document-format-supported", 2, NULL,
                  formats);
    if (q->policy != NULL)
        ippAddString(a, IPP_TAG_PRINTER, IPP_TAG_NAME, "printer-error-policy", NULL, q->policy);
    return a;
}

void queue_hear(struct queue *q, struct cm_slice frame, struct buffer *answer) {
    struct cursor c = cursor_over(slice_of(frame.p + 4, frame.len - 4));
    ipp_t *m = ippNew();
    assert_int_equal(ippReadIO(&c, get, 1, NULL, m), IPP_STATE_DATA);
    ipp_t *a = NULL;
    switch ((int)ippGetOperation(m)) {
    case IPP_OP_PRINT_JOB: a = print_job(q, m, slice_of(c.p, c.left)); break;
    case IPP_OP_CANCEL_JOB: a = cancel_job(q, m); break;
    case IPP_OP_GET_JOBS: a = get_jobs(q, m); break;
    case IPP_OP_GET_JOB_ATTRIBUTES: a = get_job(q, m); break;
    case IPP_OP_GET_PRINTER_ATTRIBUTES: a = get_printer(q, m); break;
    default: fail_msg("operation %d", (int)ippGetOperation(m));
    }
    q->asked_n++;
    assert_int_equal(ippWriteIO(answer, put, 1, NULL, a), IPP_STATE_DATA);
    ippDelete(a);
    ippDelete(m);
}

void queue_end_job(struct queue *q, ipp_jstate_t state, const char *reason) {
    for (unsigned i = 0; i < q->job_n; i++) {
        struct queue_job *job = &q->jobs[i];
        if (job->state >= (int)IPP_JSTATE_CANCELED) continue;
        job->state = (int)state;
        job->reason = reason;
        if (state == IPP_JSTATE_COMPLETED && q->counts_documents) job->impressions = 1;
        if (state == IPP_JSTATE_COMPLETED && q->counts_labels) job->impressions = (int)job->labels;
        return;
    }
}

bool queue_is_idle(const struct queue *q) {
    return q->job_n == 0 || q->jobs[q->job_n - 1].state >= (int)IPP_JSTATE_CANCELED;
}

void queue_frame(struct buffer *out, unsigned status, struct cm_slice request,
                 struct cm_slice answer) {
    buffer_u32be(out, status);
    buffer_u32be(out, (uint32_t)(8 + answer.len));
    buffer_put(out, request.p + 4, 8);
    buffer_put(out, answer.p, answer.len);
}
