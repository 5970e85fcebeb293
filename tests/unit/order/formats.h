/* Shared by the tests of record formats: a format from its JSON, and what it says of the sample. */
#ifndef CM_TESTS_ORDER_FORMATS_H
#define CM_TESTS_ORDER_FORMATS_H

#include "support/cm.h"

#include "order/template.h"

/* The format, or the test fails with what is wrong. */
struct template *made(const char *json);
/* The three records of order/sample.h through a format. */
void says(const char *json, const char *expected);
/* A format that is refused; every part of the message matters to a person. */
void refuses(const char *json, const char *place, const char *problem, const char *remedy);
/* A format that cannot carry the sample's records. */
void cannot_say(const char *json, cm_err err, const char *place, const char *problem);

/* A format of free text with named fields and one line a record. */
#define TEXT_FORMAT(fields, record)                                                                \
    "{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\",\"fields\":[" fields            \
    "],\"record\":[\"" record "\"]}"

#endif
