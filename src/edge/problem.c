/* The table of problems. Names are part of the interface and never change (docs/openapi.yaml).
 * Source: RFC 9457. */
#include "edge/problem.h"

#include <stdio.h>

#include "base/macros.h"
#include "doc/json_write.h"

#define TYPE_PREFIX "urn:countermark:problem:"
#define TYPE_CAP    64u

struct row {
    unsigned status;
    const char *name, *title, *detail;
};

static const struct row rows[PROBLEM_N] = {
    [PROBLEM_NONE] = {200, "none", "No problem", ""},
    [PROBLEM_MALFORMED] = {400, "malformed", "The request is malformed",
                           "The request does not follow the interface."},
    [PROBLEM_UNAUTHORIZED] = {401, "unauthorized", "An API key is needed",
                              "Send 'Authorization: Bearer' with a key that is not revoked."},
    [PROBLEM_FORBIDDEN] = {403, "forbidden", "The API key does not allow this",
                           "The role, door or brand of the key does not cover the request."},
    [PROBLEM_NOT_FOUND] = {404, "not-found", "There is nothing here",
                           "Look at the paths of the interface description."},
    [PROBLEM_METHOD] = {405, "method", "This method is not allowed here",
                        "The Allow header tells which methods are."},
    [PROBLEM_CONFLICT] = {409, "conflict", "The present state forbids this",
                          "The batch or the workspace is in a state that refuses it."},
    [PROBLEM_LENGTH_REQUIRED] = {411, "length-required", "A body is needed",
                                 "Send the body with a Content-Length, or chunked."},
    [PROBLEM_TOO_LARGE] = {413, "too-large", "The body is too large",
                           "One code: 16 KiB; arrays: 10,000 codes and 1 MiB."},
    [PROBLEM_MEDIA_TYPE] = {415, "media-type", "The body must be JSON",
                            "Send 'Content-Type: application/json' without a content coding."},
    [PROBLEM_KEY_REUSED] = {422, "idempotency-key-reused",
                            "The idempotency key belongs to another request",
                            "Nothing was done. Use a new key for a new request."},
    [PROBLEM_THROTTLED] = {429, "throttled", "Too many wrong answers",
                           "Wait as long as Retry-After says."},
    [PROBLEM_HEADERS] = {431, "headers-too-large", "The headers are too large",
                         "At most 64 headers and 16 KiB."},
    [PROBLEM_UNAVAILABLE] = {503, "unavailable", "Not ready", "Nothing was done. Ask again soon."},
    [PROBLEM_STORAGE_FULL] = {503, "storage-full", "The disk is full",
                              "Changes are refused and nothing was done."},
    [PROBLEM_OUTCOME_UNKNOWN] = {503, "outcome-unknown", "The outcome is unknown",
                                 "Ask again under the same idempotency key."},
};

static const struct row *row_of(enum problem p) {
    return &rows[(unsigned)p < PROBLEM_N ? p : PROBLEM_UNAVAILABLE];
}

unsigned problem_status(enum problem p) { return row_of(p)->status; }
const char *problem_name(enum problem p) { return row_of(p)->name; }

cm_err problem_write(struct buffer *out, enum problem p, const struct cm_diag *diag) {
    const struct row *r = row_of(p);
    char type[TYPE_CAP];
    (void)snprintf(type, sizeof type, TYPE_PREFIX "%s", r->name);
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "type", type);
    json_put_cstr(&w, "title", r->title);
    json_put_u64(&w, "status", r->status);
    const bool told = diag != NULL && diag->problem[0] != '\0';
    json_put_cstr(&w, "detail", told ? diag->problem : r->detail);
    if (told && diag->place[0] != '\0') json_put_cstr(&w, "place", diag->place);
    if (told && diag->remedy[0] != '\0') json_put_cstr(&w, "remedy", diag->remedy);
    json_object_end(&w);
    return buffer_err(out);
}
