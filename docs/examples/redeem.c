/* Redeem codes in a running vault, as a till's back end would: one call, one idempotency key.
 *
 *     redeem WORKSPACE/run/verify.sock API-KEY-ID BRAND-ID DOOR-ID KEY CODE...
 *
 * File permissions guard the verify socket: whoever may open it says which API key it speaks for
 * (`countermark key api list` has the ids). Over a network the HTTP edge asks for the key itself.
 * Exit 0: every code accepted; 1: some refused; 2: usage; 3: fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <countermark/engine.h>

#define CODES_MAX 100

static uint32_t number(const char *text) { return (uint32_t)strtoul(text, NULL, 10); }

int main(int argc, char **argv) {
    if (argc < 7 || argc - 6 > CODES_MAX) {
        fprintf(stderr, "usage: redeem SOCKET API-KEY-ID BRAND-ID DOOR-ID KEY CODE...\n");
        return 2;
    }
    struct cm_request requests[CODES_MAX] = {{0}};
    struct cm_answer answers[CODES_MAX];
    const size_t n = (size_t)argc - 6;
    for (size_t i = 0; i < n; i++) {
        const char *code = argv[6 + i];
        requests[i].operation = CM_OP_REDEEM;
        requests[i].code = (struct cm_slice){(const uint8_t *)code, strlen(code)};
    }
    struct cm_call call = {
        .caller = {.actor = number(argv[2]), .brand = number(argv[3]), .test = true},
        .door = number(argv[4]),
        .key = {(const uint8_t *)argv[5], strlen(argv[5])},
        .requests = requests,
        .n = n,
        .answers = answers};
    struct cm_engine *engine = NULL;
    cm_err err = cm_engine_connect(&engine, argv[1]);
    /* On CM_E_DEAD the outcome is unknown: ask again under the same key. */
    if (err == CM_OK) err = cm_engine_run(engine, &call, 1);
    cm_engine_close(engine);
    if (err != CM_OK || call.status != CM_CALL_DONE) {
        fprintf(stderr, "redeem: %s\n", err != CM_OK ? cm_err_name(err) : "the call was refused");
        return 3;
    }
    int refused = 0;
    for (size_t i = 0; i < n; i++) {
        printf("%s\n", cm_verdict_name(answers[i].verdict));
        refused |= answers[i].verdict != CM_V_ACCEPTED;
    }
    return refused;
}
