/* A print proof: how codes of a scheme, and a symbol, will look and read on a machine, before
 * either is decided. Measured here: the glyphs that come too close, the judge's reading test,
 * sheets for readers of others (who are run elsewhere and whose counts are filled in). Drawn on one
 * A4 page by proof_page.h. The same wish gives the same proof. It refuses what press.h,
 * sample_codes.h and press_symbol.h refuse. Nothing on it is a code of the scheme. Design:
 * docs/design/proofs-print.md. */
#ifndef CM_SYMBOL_PROOF_H
#define CM_SYMBOL_PROOF_H

#include "codes/plan_sheet.h"
#include "symbol/payload.h"
#include "symbol/press_symbol.h"
#include "symbol/reading.h"
#include "symbol/sample_codes.h"
#include "symbol/share.h"

#define PROOF_PAIRS_MAX   8u /* shown of the closest */
#define PROOF_MIXES_MAX   6u
#define PROOF_SYMBOLS_MAX 200u /* of the reading test */
#define PROOF_OCR_LINES   24u
#define PROOF_COLUMNS_N   4u
#define PROOF_AWAY_MAX    3u
#define PROOF_ENLARGED    6u /* symbols of the enlarged line at most */

/* Columns of a symbol's content: code, printed, serial, scheme. */
extern const char *const proof_columns[PROOF_COLUMNS_N];

struct proof_wish {
    const struct press *press;
    const char *font; /* as press_glyphs */
    double height_mm; /* as press_glyphs */
    const char *name; /* of the scheme, or what is planned */
    const struct cm_scheme_numbers *numbers;
    const struct plan_column *plan; /* what the planner says of it; NULL: nothing */
    size_t codes;                   /* lines of the reading test */
    uint64_t seed;
    double strength;               /* of the faults: 1 typical */
    const struct payload *content; /* over proof_columns; NULL: no symbol */
    enum symbol_kind kind;
    char level;
    double module_mm;                     /* 0: what suits the machine */
    size_t symbols;                       /* of their reading test, at most PROOF_SYMBOLS_MAX */
    bool (*tick)(void *ctx, size_t done); /* after each line read; false ends early */
    void *ctx;
};

/* What a reader of somebody else made of the sheets. */
struct proof_reader {
    const char *name;   /* "ZXingReader"; static text */
    bool asked;         /* a proof without symbols asks none */
    bool here;          /* it is installed */
    size_t shown, good; /* symbols or letters; read rightly */
    size_t wrong;       /* read as something else */
};

struct proof {
    struct proof_wish wish;
    double height_mm; /* of capitals, as it is */
    const char *font;
    struct sample_codes codes;
    struct glyphset dots; /* the alphabet as the machine's dots, for the pairs' pictures */
    struct glyphset_pair pair[PROOF_PAIRS_MAX]; /* closest first */
    size_t pair_n, too_close;                   /* shown; by the rule */
    struct reading reading;
    struct reading_mix mix[PROOF_MIXES_MAX];
    size_t mix_n;
    struct share wrong_characters, wrong_codes;
    double margin;             /* mean of all that was read rightly */
    struct dots clean, spoilt; /* the first code, without and with faults, as it is looked at */
    struct press_module module;
    struct symbol symbol; /* of the first code */
    struct proof_reader ocr, scanner;
};

/** Measure everything but what others read.
 * @param[out] out  proof_free it; the wish is kept, what it points to is borrowed; NULL on error
 * @retval CM_E_CANCELLED  tick said so     @retval as press_glyphs, sample_codes_make, reading_run,
 *         press_module_of, press_symbol_fit, payload_fill, symbol_make
 * Any thread. Example: tests/unit/symbol/test_proof.c */
CM_MUST_CHECK cm_err proof_measure(const struct proof_wish *wish, struct proof **out,
                                   struct cm_diag *diag);
void proof_free(struct proof *p);
void proof_freep(struct proof **p);

/** What the i-th symbol says. @retval as payload_fill */
CM_MUST_CHECK cm_err proof_content(const struct proof *p, size_t i, struct buffer *out,
                                   struct cm_diag *diag);
/** The i-th symbol with faults, as a grey PGM for its reader.
 * @param[in] away  seen from so many times as far, 1..PROOF_AWAY_MAX: fewer dots
 * @retval CM_E_RANGE  away    @retval as press_symbol */
CM_MUST_CHECK cm_err proof_symbol_pgm(const struct proof *p, size_t i, size_t away,
                                      struct buffer *out, struct cm_diag *diag);
/** Lines of codes with faults below each other, as a PGM, and what they say, one a line.
 * @retval as reading_example */
CM_MUST_CHECK cm_err proof_lines_pgm(const struct proof *p, struct buffer *pgm,
                                     struct buffer *texts, struct cm_diag *diag);

#endif
