/* The C side of journal_agree.mjs: makes a journal of many shapes, and prints one as the node
 * reader prints it. Usage: journal_tool make DIR ARCHIVE SEED | journal_tool read DIR ARCHIVE.
 * Exit 0 sound, 1 corrupt, 3 anything else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "ledger/event_frame.h"
#include "ledger/journal.h"
#include "ledger/journal_read.h"
#include "support/splitmix.h"

#define GROUP_N   260u /* enough for several segments of 64 KiB */
#define TIME_MS   1700000000000u
#define WORKSPACE "oracle workspace"

static cm_err commit_one(struct journal *j, uint64_t *random) {
    size_t cap = 0;
    size_t used = 0;
    uint8_t *to = journal_payload(j, &cap);
    const uint32_t count = 1 + (uint32_t)(splitmix_next(random) % 6);
    uint64_t first = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t payload[900];
        const size_t len = (size_t)(splitmix_next(random) % sizeof payload);
        for (size_t k = 0; k < len; k++)
            payload[k] = (uint8_t)splitmix_next(random);
        used += frame_put(to + used, (uint8_t)splitmix_next(random), (uint8_t)i,
                          slice_of(payload, len));
    }
    TRY(journal_room(j, used));
    return journal_commit(j, count, used, TIME_MS + journal_next_sequence(j), &first);
}

static cm_err make(const char *dir, const char *archive, uint64_t seed) {
    uint64_t random = seed;
    struct journal_options options = {
        .dir = dir, .archive_dir = archive, .epoch = 1, .segment_len = JOURNAL_SEGMENT_LEN_MIN};
    memcpy(options.workspace_id, WORKSPACE, JOURNAL_WORKSPACE_ID_LEN);
    TRY(journal_create(&options, NULL));
    for (unsigned epoch = 1; epoch <= 2; epoch++) {
        CM_CLEANUP(journal_closep) struct journal *j = NULL;
        options.epoch = epoch;
        TRY(journal_open(&j, &options, 1, NULL, NULL, NULL));
        for (unsigned i = 0; i < GROUP_N / 2; i++)
            TRY(commit_one(j, &random));
        if (epoch == 2) TRY(journal_release(j, journal_next_sequence(j) / 2, NULL));
    }
    return CM_OK;
}

static void print_hex(const uint8_t *p, size_t len) {
    for (size_t i = 0; i < len; i++)
        (void)printf("%02x", p[i]);
    (void)printf("\n");
}

static void print_group(const struct journal_group *g) {
    struct cm_slice rest = g->events;
    struct event_frame frame;
    (void)printf("group segment=%" PRIu64 " offset=%" PRIu64 " epoch=%" PRIu32 " first=%" PRIu64
                 " count=%" PRIu32 " time=%" PRIu64 " hash=",
                 g->segment, g->offset, g->epoch, g->first_sequence, g->count, g->time_ms);
    print_hex(g->hash, sizeof g->hash);
    for (uint64_t i = g->first_sequence; frame_next(&rest, &frame); i++) {
        (void)printf("event %" PRIu64 " type=%u flags=%u payload=", i, frame.type, frame.flags);
        print_hex(frame.payload.p, frame.payload.len);
    }
}

static cm_err read_all(const char *dir, const char *archive, struct cm_diag *diag) {
    CM_CLEANUP(journal_reader_closep) struct journal_reader *r = NULL;
    struct journal_reader_options options = {.dir = dir, .archive_dir = archive};
    struct journal_group group;
    struct journal_tail tail;
    uint64_t torn_len = 0;
    memcpy(options.workspace_id, WORKSPACE, JOURNAL_WORKSPACE_ID_LEN);
    TRY(journal_reader_open(&r, &options, 0, diag));
    for (bool found = true; found;) {
        TRY(journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, diag));
        if (found) print_group(&group);
    }
    TRY(journal_reader_end(r, &tail, &torn_len, diag));
    (void)printf("next=%" PRIu64 " link=", tail.next_sequence);
    print_hex(tail.hash, sizeof tail.hash);
    if (torn_len == 0) {
        (void)printf("end clean\n");
    } else {
        (void)printf("end torn bytes=%" PRIu64 "\n", torn_len);
    }
    return CM_OK;
}

int main(int argc, char **argv) {
    struct cm_diag diag = DIAG_INIT;
    cm_err err = CM_E_ARGUMENT;
    if (crypto_init() != CM_OK) return 3;
    if (argc == 5 && strcmp(argv[1], "make") == 0)
        err = make(argv[2], argv[3], strtoull(argv[4], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "read") == 0) err = read_all(argv[2], argv[3], &diag);
    if (err == CM_OK) return 0;
    char text[1200];
    (void)diag_text(&diag, err, text, sizeof text);
    (void)fprintf(stderr, "%s: %s\n", cm_err_name(err), text);
    return err == CM_E_CORRUPT ? 1 : 3;
}
