/* QR and Micro QR. The modes come from qr_plan.h; modules up to version 11 from qr_small.h, those
 * of larger ones and of Micro QR from libqrencode, whose fence this is. GS1 and text beyond ASCII
 * are zint's: libqrencode 4.1 refuses its own FNC1, and reckons too much room for an announced
 * character set. Reference: ISO/IEC 18004, tables 3 (counts) and 7 (capacities). */
#include <errno.h>
#include <qrencode.h>
#include <stdio.h>

#include "base/macros.h"
#include "symbol/qr_small.h"
#include "symbol/symbol_inside.h"

#define MICRO_LEVELS 3u

static void input_freep(QRinput **input) { QRinput_free(*input); }
static void code_freep(QRcode **code) { QRcode_free(*code); }

static cm_err symbol_err_from_qrencode(int code) {
    return code == ERANGE || code == EINVAL ? CM_E_LIMIT : CM_E_NO_MEMORY;
}

/* Versions whose character counts are equally long (table 3). */
static const struct {
    int to;        /* last version */
    uint32_t most; /* bits at level L of that version (table 7) */
    struct qr_header header;
} groups[] = {
    {9, 1856, {4, {10, 9, 8}}},
    {26, 10960, {4, {12, 11, 16}}},
    {40, 23648, {4, {14, 13, 16}}},
};

/* M1 to M4: bits of data at L, M, Q; 0: no such level. M1 finds errors, but mends none: it is
 * taken when no level is asked for. */
static const struct {
    uint16_t bits[MICRO_LEVELS];
    struct qr_header header;
} micros[] = {
    {{20, 0, 0}, {0, {3, 0, 0}}},
    {{40, 32, 0}, {1, {4, 3, 0}}},
    {{84, 68, 0}, {2, {5, 4, 4}}},
    {{128, 112, 80}, {3, {6, 5, 5}}},
};

static enum qr_level small_level(char level) {
    switch (level) {
    case 'L': return QR_LEVEL_L;
    case 'Q': return QR_LEVEL_Q;
    case 'H': return QR_LEVEL_H;
    default: return QR_LEVEL_M;
    }
}

static QRecLevel level_of(char level) {
    switch (level) {
    case 'L': return QR_ECLEVEL_L;
    case 'Q': return QR_ECLEVEL_Q;
    case 'H': return QR_ECLEVEL_H;
    default: return QR_ECLEVEL_M;
    }
}

static cm_err append_run(QRinput *input, enum qr_mode mode, struct cm_slice run) {
    static const QRencodeMode modes[] = {QR_MODE_NUM, QR_MODE_AN, QR_MODE_8};
    if (QRinput_append(input, modes[mode], (int)run.len, run.p) == 0) return CM_OK;
    return symbol_err_from_qrencode(errno);
}

static cm_err append_all(QRinput *input, struct cm_slice text, const uint8_t *modes) {
    for (size_t from = 0, to = 0; from < text.len; from = to) {
        for (to = from + 1; to < text.len && modes[to] == modes[from];)
            to++;
        TRY(append_run(input, (enum qr_mode)modes[from], slice_of(text.p + from, to - from)));
    }
    return CM_OK;
}

static cm_err take_code(QRinput *input, struct symbol *out, int *version) {
    CM_CLEANUP(code_freep) QRcode *code = QRcode_encodeInput(input);
    if (code == NULL) return symbol_err_from_qrencode(errno);
    const size_t side = (size_t)code->width;
    TRY(symbol_alloc(out, side, side));
    for (size_t i = 0; i < side * side; i++)
        out->modules[i] = code->data[i] & 1u;
    for (size_t i = 0; i < side; i++)
        out->row_modules[i] = 1;
    wipe(code->data, side * side);
    *version = code->version;
    return CM_OK;
}

static cm_err encode_plan(const struct symbol_wish *wish, const uint8_t *modes, struct symbol *out,
                          int *version) {
    CM_CLEANUP(input_freep) QRinput *input = QRinput_new2(0, level_of(wish->level));
    if (input == NULL) return symbol_err_from_qrencode(errno);
    TRY(append_all(input, wish->payload, modes));
    return take_code(input, out, version);
}

/* The smallest version with room for so many bits; 0: none up to QR_SMALL_N has. */
static unsigned small_version(size_t bits, enum qr_level level) {
    for (unsigned v = 1; v <= QR_SMALL_N; v++)
        if (bits <= 8 * qr_small_room(v, level)) return v;
    return 0;
}

static cm_err encode_small(const struct symbol_wish *wish, const uint8_t *modes,
                           const struct qr_header *header, unsigned version, struct symbol *out) {
    struct qr_small qr = {.version = version, .level = small_level(wish->level)};
    uint8_t words[QR_SMALL_ALL_MAX];
    const size_t side = qr_small_side(version);
    TRY(symbol_alloc(out, side, side));
    const size_t n = qr_small_words(version, qr.level, wish->payload, modes, header, words);
    qr_small_draw(&qr, words, n);
    for (size_t y = 0; y < side; y++) {
        out->row_modules[y] = 1;
        for (size_t x = 0; x < side; x++)
            out->modules[y * side + x] = (uint8_t)(qr.rows[y] >> x & 1u);
    }
    wipe(words, sizeof words);
    wipe(&qr, sizeof qr);
    return CM_OK;
}

/* A plan is the best of its group only: it is kept when its symbol is of the group, or when the
 * next group's would be the same. */
cm_err symbol_encode_qr(const struct symbol_wish *wish, struct symbol *out) {
    uint8_t modes[SYMBOL_PAYLOAD_MAX];
    if (wish->payload.len > SYMBOL_PAYLOAD_MAX) return CM_E_LIMIT;
    for (size_t g = 0; g < CM_ARRAY_N(groups); g++) {
        CM_CLEANUP(symbol_free) struct symbol s = {.kind = wish->kind};
        const size_t bits = qr_plan(wish->payload, &groups[g].header, modes);
        if (bits > groups[g].most) continue;
        int version = (int)small_version(bits, small_level(wish->level));
        if (version > groups[g].to) continue;
        const cm_err err = version > 0
                               ? encode_small(wish, modes, &groups[g].header, (unsigned)version, &s)
                               : encode_plan(wish, modes, &s, &version);
        if (err == CM_E_LIMIT || (err == CM_OK && version > groups[g].to)) continue;
        TRY(err);
        (void)snprintf(s.size, sizeof s.size, "%ux%u", (unsigned)s.width, (unsigned)s.rows);
        *out = s;
        s = (struct symbol){.modules = NULL};
        return CM_OK;
    }
    return CM_E_LIMIT;
}

static const char micro_levels[] = "LMQ";

/* The level to use in a size, or -1: the asked one, or the highest that has room. */
static int micro_level(size_t size, size_t bits, char wished) {
    for (int level = (int)MICRO_LEVELS - 1; level >= 0; level--) {
        const bool asked = wished == '\0' || wished == micro_levels[level];
        if (asked && !(size == 0 && wished != '\0') && bits <= micros[size].bits[level])
            return level;
    }
    return -1;
}

static cm_err encode_micro(const struct symbol_wish *wish, const uint8_t *modes, int version,
                           int level, struct symbol *out) {
    CM_CLEANUP(input_freep)
    QRinput *input = QRinput_newMQR(version, level_of(micro_levels[level]));
    if (input == NULL) return symbol_err_from_qrencode(errno);
    TRY(append_all(input, wish->payload, modes));
    TRY(take_code(input, out, &version));
    (void)snprintf(out->size, sizeof out->size, "M%d", version);
    return CM_OK;
}

cm_err symbol_encode_micro_qr(const struct symbol_wish *wish, struct symbol *out) {
    uint8_t modes[SYMBOL_PAYLOAD_MAX];
    if (wish->payload.len > SYMBOL_PAYLOAD_MAX) return CM_E_LIMIT;
    for (size_t size = 0; size < CM_ARRAY_N(micros); size++) {
        const size_t bits = qr_plan(wish->payload, &micros[size].header, modes);
        const int level = bits == 0 ? -1 : micro_level(size, bits, wish->level);
        if (level >= 0) return encode_micro(wish, modes, (int)size + 1, level, out);
    }
    return CM_E_LIMIT;
}
