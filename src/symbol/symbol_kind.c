/* One line a kind. DataMatrix and Aztec: their standards ask for 1 and 0 modules; Aztec gets 1, as
 * DataMatrix, because a dark frame that touches the symbol hides its outer ring from readers.
 * Heights in modules: EAN and UPC 22.85 mm and 18.23 mm at 0.33 mm (GS1 5.2.3.1); ITF-14 and
 * GS1-128 31.75 mm at 0.495 mm (GS1 5.12.3); DataBar 33 and 34 (ISO/IEC 24724, 5 and 7);
 * Code 128, Code 39 and Codabar at least 5 mm or 15 % of the width: 25 at 0.2 mm, more where wide.
 * References as in symbol_kind.h. */
#include "symbol/symbol_kind.h"

#include "base/buffer.h"
#include "base/macros.h"
#include "base/nearest.h"

static const struct symbol_facts facts[SYMBOL_KIND_N] = {
    [SYMBOL_QR] = {"qr", "a QR code", TAKES_TEXT, 0, 4, 4, 4, false, 0, SYMBOL_QR},
    [SYMBOL_MICRO_QR] = {"micro-qr", "a Micro QR code", TAKES_ASCII, 0, 2, 2, 2, false, 0,
                         SYMBOL_QR},
    [SYMBOL_GS1_QR] = {"gs1-qr", "a GS1 QR code", TAKES_ELEMENTS, 0, 4, 4, 4, false, 0,
                       SYMBOL_GS1_QR},
    [SYMBOL_DATAMATRIX] = {"datamatrix", "a DataMatrix", TAKES_TEXT, 0, 1, 1, 1, false, 0,
                           SYMBOL_QR},
    [SYMBOL_GS1_DATAMATRIX] = {"gs1-datamatrix", "a GS1 DataMatrix", TAKES_ELEMENTS, 0, 1, 1, 1,
                               false, 0, SYMBOL_GS1_QR},
    [SYMBOL_AZTEC] = {"aztec", "an Aztec code", TAKES_TEXT, 0, 1, 1, 1, false, 0, SYMBOL_QR},
    [SYMBOL_PDF417] = {"pdf417", "a PDF417", TAKES_TEXT, 0, 2, 2, 2, false, 0, SYMBOL_QR},
    [SYMBOL_CODE128] = {"code128", "a Code 128", TAKES_ASCII, 0, 10, 10, 0, true, 25,
                        SYMBOL_DATAMATRIX},
    [SYMBOL_CODE128_B] = {"code128-b", "a Code 128 without set C", TAKES_ASCII, 0, 10, 10, 0, true,
                          25, SYMBOL_DATAMATRIX},
    [SYMBOL_GS1_128] = {"gs1-128", "a GS1-128", TAKES_ELEMENTS, 0, 10, 10, 0, true, 64,
                        SYMBOL_GS1_DATAMATRIX},
    [SYMBOL_EAN13] = {"ean13", "an EAN-13", TAKES_DIGITS, 13, 11, 7, 0, true, 69, SYMBOL_EAN13},
    [SYMBOL_EAN8] = {"ean8", "an EAN-8", TAKES_DIGITS, 8, 7, 7, 0, true, 55, SYMBOL_EAN8},
    [SYMBOL_UPCA] = {"upca", "a UPC-A", TAKES_DIGITS, 12, 9, 9, 0, true, 69, SYMBOL_UPCA},
    [SYMBOL_ITF14] = {"itf14", "an ITF-14", TAKES_DIGITS, 14, 10, 10, 0, true, 64, SYMBOL_ITF14},
    [SYMBOL_CODABAR] = {"codabar", "a Codabar", TAKES_CODABAR, 0, 10, 10, 0, true, 25,
                        SYMBOL_CODE128},
    [SYMBOL_CODE39] = {"code39", "a Code 39", TAKES_CODE39, 0, 10, 10, 0, true, 25, SYMBOL_CODE128},
    [SYMBOL_DATABAR] = {"databar", "a DataBar", TAKES_DIGITS, 14, 1, 1, 0, true, 33,
                        SYMBOL_DATABAR},
    [SYMBOL_DATABAR_EXPANDED] = {"databar-expanded", "a DataBar Expanded", TAKES_ELEMENTS, 0, 1, 1,
                                 0, true, 34, SYMBOL_GS1_DATAMATRIX},
    [SYMBOL_DATABAR_EXPANDED_STACKED] = {"databar-expanded-stacked", "a DataBar Expanded Stacked",
                                         TAKES_ELEMENTS, 0, 1, 1, 0, true, 34,
                                         SYMBOL_GS1_DATAMATRIX},
};

const struct symbol_facts *symbol_facts(enum symbol_kind kind) { return &facts[kind]; }

const char *symbol_kind_name(enum symbol_kind kind) { return facts[kind].name; }

bool symbol_kind_is_gs1(enum symbol_kind kind) { return facts[kind].takes == TAKES_ELEMENTS; }

static void name_nearest(const char *name, struct cm_diag *diag) {
    const char *names[SYMBOL_KIND_N];
    CM_CLEANUP(buffer_free) struct buffer all = BUFFER_INIT;
    for (size_t i = 0; i < SYMBOL_KIND_N; i++) {
        names[i] = facts[i].name;
        if (i > 0) buffer_text(&all, ", ");
        buffer_text(&all, names[i]);
    }
    const char *nearest = nearest_word(name, names, SYMBOL_KIND_N);
    const char *list = buffer_cstr(&all);
    if (nearest != NULL)
        diag_set(diag, "symbol", name, list, "no such kind of symbol; did you mean '%s'?", nearest);
    else
        diag_set(diag, "symbol", name, list, "no such kind of symbol");
}

static bool is_joint(char c) { return c == ' ' || c == '-' || c == '_'; }

/* EAN-13, Micro QR, Code 128: standards write them with capitals, hyphens and spaces. */
static bool same_name(const char *typed, const char *name) {
    for (;; typed++, name++) {
        while (is_joint(*typed))
            typed++;
        while (is_joint(*name))
            name++;
        const char lower = *typed >= 'A' && *typed <= 'Z' ? (char)(*typed - 'A' + 'a') : *typed;
        if (lower != *name) return false;
        if (lower == '\0') return true;
    }
}

cm_err symbol_kind_parse(const char *name, enum symbol_kind *out, struct cm_diag *diag) {
    for (size_t i = 0; i < SYMBOL_KIND_N; i++)
        if (same_name(name, facts[i].name)) {
            *out = (enum symbol_kind)i;
            return CM_OK;
        }
    name_nearest(name, diag);
    return CM_E_ARGUMENT;
}
