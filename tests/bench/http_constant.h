/* The bound of what our edge can reach: libmicrohttpd, driven and set as in src/edge/http.c, whose
 * handler takes the header and body of a POST and answers with a constant. */
#ifndef CM_TESTS_BENCH_HTTP_CONSTANT_H
#define CM_TESTS_BENCH_HTTP_CONSTANT_H

/* Serve on a free loopback port, which is written (two bytes, as they are) to `said`, until a
 * signal ends the process. certificate and key are paths, or NULL. */
_Noreturn void http_constant_serve(const char *body, const char *certificate, const char *key,
                                   int said);

#endif
