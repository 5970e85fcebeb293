/* What we ask a queue. References as in ipp_message.h. */
#include "line/ipp_message.h"

#include <cups/ipp.h>

#include "base/macros.h"

#define USER "countermark"

static void message_freep(ipp_t **m) { ippDelete(*m); }

/* The attributes that stand in front of every request, in their order (RFC 8011, 4.1.4). */
static ipp_t *request(struct ipp_queue *q, ipp_op_t operation) {
    ipp_t *m = ippNew();
    if (m == NULL) return NULL;
    ippSetVersion(m, 1, 1);
    ippSetOperation(m, operation);
    ippSetRequestId(m, (int)q->request);
    ippAddString(m, IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", NULL, "utf-8");
    ippAddString(m, IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", NULL, "en");
    ippAddString(m, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, q->uri);
    return m;
}

static void add_user(ipp_t *m) {
    ippAddString(m, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL, USER);
}

static void add_wishes(ipp_t *m, int n, const char *const *names) {
    ippAddStrings(m, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", n, NULL, names);
}

static ssize_t put(void *ctx, ipp_uchar_t *bytes, size_t len) {
    buffer_put(ctx, bytes, len);
    return (ssize_t)len;
}

static cm_err say(struct buffer *out, ipp_t *m) {
    const size_t before = out->len;
    if (m == NULL) return CM_E_NO_MEMORY;
    buffer_u32be(out, 0);
    const ipp_state_t state = ippWriteIO(out, put, 1, NULL, m);
    if (state != IPP_STATE_DATA || buffer_err(out) != CM_OK) {
        out->len = before;
        return CM_E_NO_MEMORY;
    }
    put_u32be(out->p + before, (uint32_t)(out->len - before - IPP_OUT_HEAD));
    return CM_OK;
}

static void next_request(struct ipp_queue *q) { q->request = q->request % INT32_MAX + 1; }

cm_err ipp_say_printer(struct ipp_queue *q, struct buffer *out) {
    static const char *const wishes[] = {"printer-state", "printer-state-reasons",
                                         "printer-is-accepting-jobs", "printer-error-policy",
                                         "document-format-supported"};
    next_request(q);
    CM_CLEANUP(message_freep) ipp_t *m = request(q, IPP_OP_GET_PRINTER_ATTRIBUTES);
    if (m == NULL) return CM_E_NO_MEMORY;
    add_user(m);
    add_wishes(m, CM_ARRAY_N(wishes), wishes);
    return say(out, m);
}

cm_err ipp_say_jobs(struct ipp_queue *q, struct buffer *out) {
    static const char *const wishes[] = {"job-id", "job-name", "job-state"};
    next_request(q);
    CM_CLEANUP(message_freep) ipp_t *m = request(q, IPP_OP_GET_JOBS);
    if (m == NULL) return CM_E_NO_MEMORY;
    add_user(m);
    add_wishes(m, CM_ARRAY_N(wishes), wishes);
    ippAddString(m, IPP_TAG_OPERATION, IPP_CONST_TAG(IPP_TAG_KEYWORD), "which-jobs", NULL, "all");
    return say(out, m);
}

cm_err ipp_say_job(struct ipp_queue *q, int32_t job, struct buffer *out) {
    static const char *const wishes[] = {"job-id", "job-name", "job-state", "job-state-reasons",
                                         "job-impressions-completed"};
    next_request(q);
    CM_CLEANUP(message_freep) ipp_t *m = request(q, IPP_OP_GET_JOB_ATTRIBUTES);
    if (m == NULL) return CM_E_NO_MEMORY;
    ippAddInteger(m, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    add_user(m);
    add_wishes(m, CM_ARRAY_N(wishes), wishes);
    return say(out, m);
}

cm_err ipp_say_cancel(struct ipp_queue *q, int32_t job, struct buffer *out) {
    next_request(q);
    CM_CLEANUP(message_freep) ipp_t *m = request(q, IPP_OP_CANCEL_JOB);
    if (m == NULL) return CM_E_NO_MEMORY;
    ippAddInteger(m, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    add_user(m);
    return say(out, m);
}

/* One copy is said aloud: a queue's own default may be more. */
cm_err ipp_say_print(struct ipp_queue *q, const char *job_name, struct buffer *out) {
    next_request(q);
    CM_CLEANUP(message_freep) ipp_t *m = request(q, IPP_OP_PRINT_JOB);
    if (m == NULL) return CM_E_NO_MEMORY;
    add_user(m);
    ippAddString(m, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL, job_name);
    ippAddString(m, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL, q->format);
    ippAddInteger(m, IPP_TAG_JOB, IPP_TAG_INTEGER, "copies", 1);
    return say(out, m);
}
