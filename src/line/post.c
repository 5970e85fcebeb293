/* A transfer of libcurl, driven by a timer. References as in post.h. */
#include "line/post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/macros.h"

#define LOOK_US   50000u /* twenty times a second */
#define TOKEN_MAX 256u

struct post {
    struct loop *loop;
    struct post_options o;
    char url[POST_URL_MAX + 1];
    char *ca_file;
    struct curl_slist *headers; /* hold the API key */
    CURLM *multi;
    CURL *easy; /* on its way; NULL: none */
    struct buffer body, answer;
    struct loop_timer timer;
    char words[CURL_ERROR_SIZE];
    bool global;
};

static void drop(struct post *p) {
    if (p->easy == NULL) return;
    (void)curl_multi_remove_handle(p->multi, p->easy);
    curl_easy_cleanup(p->easy);
    p->easy = NULL;
}

void post_free(struct post *p) {
    if (p == NULL) return;
    loop_timer_cancel(p->loop, &p->timer);
    drop(p);
    (void)curl_multi_cleanup(p->multi);
    for (struct curl_slist *h = p->headers; h != NULL; h = h->next)
        wipe(h->data, strlen(h->data));
    curl_slist_free_all(p->headers);
    if (p->global) curl_global_cleanup();
    buffer_free(&p->body);
    buffer_free(&p->answer);
    free(p->ca_file);
    free(p);
}

bool post_is_busy(const struct post *p) { return p->easy != NULL; }

static bool is_token(struct cm_slice text) {
    if (text.len == 0 || text.len > TOKEN_MAX) return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] <= ' ' || text.p[i] > '~') return false;
    return true;
}

static cm_err add_header(struct post *p, const char *text) {
    struct curl_slist *longer = curl_slist_append(p->headers, text);
    if (longer == NULL) return CM_E_NO_MEMORY;
    p->headers = longer;
    return CM_OK;
}

static cm_err add_headers(struct post *p, struct cm_slice bearer) {
    static const char head[] = "Authorization: Bearer ";
    char line[sizeof head + TOKEN_MAX];
    memcpy(line, head, sizeof head - 1);
    memcpy(line + sizeof head - 1, bearer.p, bearer.len);
    line[sizeof head - 1 + bearer.len] = '\0';
    cm_err err = add_header(p, line);
    wipe(line, sizeof line);
    if (err == CM_OK) err = add_header(p, "Content-Type: application/json");
    if (err == CM_OK) err = add_header(p, "Expect:");
    return err;
}

static cm_err check(const struct post_options *o, struct cm_diag *diag) {
    const bool url = strncmp(o->url, "https://", 8) == 0 || strncmp(o->url, "http://", 7) == 0;
    if (!url || strlen(o->url) > POST_URL_MAX)
        return diag_fail(diag, CM_E_FORMAT, "--report-to", NULL,
                         "write https://HOST:PORT/v1/runs/report", "not an address of HTTP");
    if (!is_token(o->bearer))
        return diag_fail(diag, CM_E_FORMAT, "API key", NULL,
                         "the file holds the key alone: cmk_live_...", "not an API key");
    return CM_OK;
}

cm_err post_new(struct loop *loop, const struct post_options *o, struct post **out,
                struct cm_diag *diag) {
    TRY(check(o, diag));
    struct post *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    p->loop = loop;
    p->o = *o;
    memcpy(p->url, o->url, strlen(o->url) + 1);
    p->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    p->multi = curl_multi_init();
    cm_err err = p->global && p->multi != NULL ? add_headers(p, o->bearer) : CM_E_NO_MEMORY;
    if (err == CM_OK && o->ca_file != NULL) {
        p->ca_file = strdup(o->ca_file);
        if (p->ca_file == NULL) err = CM_E_NO_MEMORY;
    }
    p->o.bearer = slice_of(NULL, 0); /* borrowed for the call alone */
    if (err != CM_OK) {
        post_free(p);
        return err;
    }
    *out = p;
    return CM_OK;
}

static size_t hear(char *bytes, size_t size, size_t n, void *ctx) {
    struct post *p = ctx;
    if (size * n > POST_ANSWER_MAX - p->answer.len) return 0; /* ends the transfer */
    buffer_put(&p->answer, bytes, size * n);
    return p->answer.failed ? 0 : size * n;
}

static void end(struct post *p, CURLcode code) {
    long status = 0;
    if (code == CURLE_OK)
        (void)curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
    else if (p->words[0] == '\0')
        (void)snprintf(p->words, sizeof p->words, "%s", curl_easy_strerror(code));
    drop(p);
    p->o.ended(p->o.ctx, (int)status, buffer_slice(&p->answer), p->words);
}

static void look(void *ctx) {
    struct post *p = ctx;
    int running = 0, left = 0;
    (void)curl_multi_perform(p->multi, &running);
    const CURLMsg *m = curl_multi_info_read(p->multi, &left);
    if (m != NULL && m->msg == CURLMSG_DONE) {
        end(p, m->data.result);
        return;
    }
    loop_timer_at(p->loop, &p->timer, loop_now_us(p->loop) + LOOK_US, look, p);
}

static void describe(struct post *p) {
    CURL *e = p->easy;
    (void)curl_easy_setopt(e, CURLOPT_URL, p->url);
    (void)curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(e, CURLOPT_HTTPHEADER, p->headers);
    (void)curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->body.len);
    (void)curl_easy_setopt(e, CURLOPT_POSTFIELDS, (const char *)p->body.p);
    (void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, hear);
    (void)curl_easy_setopt(e, CURLOPT_WRITEDATA, p);
    (void)curl_easy_setopt(e, CURLOPT_ERRORBUFFER, p->words);
    (void)curl_easy_setopt(e, CURLOPT_TIMEOUT, (long)POST_SECONDS);
    (void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    if (p->ca_file != NULL) (void)curl_easy_setopt(e, CURLOPT_CAINFO, p->ca_file);
}

cm_err post_send(struct post *p, struct cm_slice json) {
    if (p->easy != NULL) return CM_E_BUSY;
    buffer_clear(&p->body);
    buffer_clear(&p->answer);
    buffer_put(&p->body, json.p, json.len);
    TRY(buffer_err(&p->body));
    p->words[0] = '\0';
    p->easy = curl_easy_init();
    if (p->easy == NULL) return CM_E_NO_MEMORY;
    describe(p);
    if (curl_multi_add_handle(p->multi, p->easy) != CURLM_OK) {
        curl_easy_cleanup(p->easy);
        p->easy = NULL;
        return CM_E_NO_MEMORY;
    }
    loop_timer_at(p->loop, &p->timer, loop_now_us(p->loop), look, p);
    return CM_OK;
}
