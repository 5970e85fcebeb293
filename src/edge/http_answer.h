/* Answers as the HTTP library takes them: status, headers, body. Short answers to checks say the
 * same again and again (a verdict and a product), so the last few are kept whole and given again.
 * Knows libmicrohttpd, as http.c does. */
#ifndef CM_EDGE_HTTP_ANSWER_H
#define CM_EDGE_HTTP_ANSWER_H

#include "base/buffer.h"

struct exchange;

#define HTTP_ANSWERS_KEPT 8u

struct http_answers {
    struct {
        void *response; /* the library's, one reference is ours; NULL: none */
        struct buffer text;
    } kept[HTTP_ANSWERS_KEPT];
    size_t next; /* the oldest, to be replaced */
};

/* Queue the answer of an exchange that is READY on its connection; false: the connection must be
 * closed. Without keeping, the library reads the reply where it is: it stays until the exchange is
 * given back. */
bool http_answer_queue(struct http_answers *a, struct exchange *x);
void http_answers_wipe(struct http_answers *a);

#endif
