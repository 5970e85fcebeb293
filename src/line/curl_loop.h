/* libcurl in our loop: its sockets are watched, its timer is one of ours, and after each step the
 * owner looks whether a transfer has ended. It knows no transfer. Reference: libcurl-multi(3). */
#ifndef CM_LINE_CURL_LOOP_H
#define CM_LINE_CURL_LOOP_H

#include <curl/curl.h>

#include "line/loop.h"

struct curl_loop {
    CURLM *multi;
    struct loop *loop;
    struct loop_timer timer;
    loop_due *stepped; /* may wipe the curl_loop */
    void *ctx;
    bool global; /* libcurl's count of us */
};

/** @retval CM_E_NO_MEMORY: wipe it all the same */
CM_MUST_CHECK cm_err curl_loop_init(struct curl_loop *c, struct loop *loop, loop_due *stepped,
                                    void *ctx);
/* Transfers are removed before. Fine on zeroes. */
void curl_loop_wipe(struct curl_loop *c);

#endif
