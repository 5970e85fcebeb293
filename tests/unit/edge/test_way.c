/* The way of an array of codes through the edge and its frames, without sockets: read, encode,
 * decode, answer, encode, decode, write. What it allocates does not depend on how many codes there
 * are; counted by tests/support/allocations.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "edge/reply.h"
#include "edge/request.h"
#include "support/allocations.h"
#include "support/cm.h"
#include "wire/call_frame.h"

#define CODES_MAX 1000u

struct way {
    struct buffer body, question, answer, reply;
    struct request request;
    struct cm_answer answers[CODES_MAX];
};

static void way_freep(struct way **at) {
    struct way *w = *at;
    buffer_free(&w->body);
    buffer_free(&w->question);
    buffer_free(&w->answer);
    buffer_free(&w->reply);
    request_wipe(&w->request);
    free(w);
}

static void put_body(struct buffer *body, size_t n) {
    buffer_clear(body);
    buffer_text(body, "{\"codes\":[");
    for (size_t i = 0; i < n; i++)
        buffer_printf(body, "%s\"HW34-%06zu\"", i > 0 ? "," : "", i);
    buffer_text(body, "]}");
}

/* As the vault does: every code accepted. */
static void decide(struct call_list *asked) {
    for (size_t c = 0; c < asked->n; c++)
        for (size_t i = 0; i < asked->calls[c].n; i++)
            asked->calls[c].answers[i] = (struct cm_answer){
                .verdict = CM_V_ACCEPTED, .set = 4, .serial = i, .sequence = i, .time_ms = 1000};
}

static void go(struct way *w) {
    static const struct set_words words[] = {
        {.set = 4, .description = {(const uint8_t *)"{\"n\":1}", 7}}};
    CM_CLEANUP(call_list_wipe) struct call_list asked = CALL_LIST_INIT;
    struct set_words *told = NULL;
    size_t told_n = 0;
    buffer_clear(&w->question);
    buffer_clear(&w->answer);
    buffer_clear(&w->reply);
    assert_ok(request_read(ROUTE_REDEEM, buffer_slice(&w->body), &w->request, NULL));
    struct cm_call call = {.requests = w->request.items, .n = w->request.n, .answers = w->answers};
    assert_ok(calls_encode(&w->question, &call, 1));
    assert_ok(calls_decode(buffer_slice(&w->question), &asked));
    decide(&asked);
    assert_ok(answers_encode(&w->answer, asked.calls, asked.n, words, 1));
    assert_ok(answers_decode(buffer_slice(&w->answer), &call, 1, &told, &told_n));
    assert_ok(reply_write(&w->reply, &call, false, told, told_n));
    free(told);
}

/* Allocations of the second time: the first one makes room. */
static uint64_t allocations_of(struct way *w, size_t n) {
    put_body(&w->body, n);
    go(w);
    const uint64_t before = allocations_made();
    go(w);
    return allocations_made() - before;
}

static void a_thousand_codes_cost_as_many_allocations_as_one(void **state) {
    (void)state;
    CM_CLEANUP(way_freep) struct way *w = calloc(1, sizeof *w);
    assert_non_null(w);
    const uint64_t one = allocations_of(w, 1);
    assert_int_equal(w->request.n, 1);
    assert_int_equal(allocations_of(w, CODES_MAX), one);
    assert_int_equal(w->request.n, CODES_MAX);
    assert_true(one <= 4); /* three of a list of calls, one of the words of its sets */
    assert_non_null(strstr(buffer_cstr(&w->reply), "\"redemption\":\"999\"}]}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_codes_cost_as_many_allocations_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
