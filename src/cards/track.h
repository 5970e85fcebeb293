/* Magnetic tracks of a card: layouts that put a number on tracks 1 and 2 and take it off again.
 *
 * A layout is text with {number} once and, if wanted, {name}, {expiry}, {service}, {data}; "iso" is
 * that of ISO/IEC 7813. It refuses characters that the track cannot carry, more of them than fit
 * (79 and 40 with sentinels and LRC), and layouts that cannot be read back. A track is no secret
 * and proves nothing. Sources: ISO/IEC 7811-2 (characters, LRC), ISO/IEC 7813 (layouts, limits);
 * docs/design/faces.md. */
#ifndef CM_CARDS_TRACK_H
#define CM_CARDS_TRACK_H

#include "base/bytes.h"
#include "base/diag.h"
#include "countermark/card.h"

#define TRACK_TEXT_MAX    79u /* characters of track 1, ISO/IEC 7813, LRC included */
#define TRACK2_TEXT_MAX   40u
#define TRACK_LAYOUT_CAP  96u /* bytes with NUL: a layout as written */
#define TRACK_NAME_CAP    27u /* ISO/IEC 7813: 2 .. 26 */
#define TRACK_DATA_CAP    61u
#define TRACK_SERVICE_CAP 4u
#define TRACK_EXPIRY_CAP  5u /* YYMM */
#define TRACK_PIECES_MAX  16u
#define TRACKS            2u

/* What fills a layout's holes, beside the number. Empty texts: the hole's own absence. */
struct track_words {
    char name[TRACK_NAME_CAP];
    char expiry[TRACK_EXPIRY_CAP];
    char service[TRACK_SERVICE_CAP];
    char data[TRACK_DATA_CAP];
};

enum track_hole {
    TRACK_LITERAL,
    TRACK_NUMBER,
    TRACK_NAME,
    TRACK_EXPIRY,
    TRACK_SERVICE,
    TRACK_DATA
};

struct track_piece {
    enum track_hole hole;
    uint8_t at, n; /* TRACK_LITERAL: bytes of the layout */
};

/* One track of a pool. Plain data; on == false: the pool's cards have no such track. */
struct track {
    bool on, iso;
    uint8_t no;       /* 1 or 2 */
    uint8_t number_n; /* digits of the number */
    char layout[TRACK_LAYOUT_CAP];
    struct track_words words;
    uint8_t piece_n;
    struct track_piece piece[TRACK_PIECES_MAX];
};

/** Read a layout.
 * @param[in]  no       1 or 2
 * @param[in]  layout   "iso", or a layout with its sentinels
 * @param[in]  number_n digits of the number it is to carry
 * @param[out] out      untouched on error
 * @retval CM_E_FORMAT  unknown hole, foreign character, no sentinels, no number, a hole twice, or
 *                      a layout that does not give its number back
 * @retval CM_E_RANGE   too long for the track */
CM_MUST_CHECK cm_err track_init(struct track *out, uint8_t no, struct cm_slice layout,
                                const struct track_words *words, size_t number_n,
                                struct cm_diag *diag);

/* A track with everything in place but the number. */
struct track_form {
    char text[TRACK_TEXT_MAX];
    uint8_t n;         /* characters, sentinels included, LRC not */
    uint8_t number_at; /* where the number's digits go */
    uint8_t number_n;
    uint8_t no;
    uint8_t bits; /* exclusive or of the data bits of all characters but the number's */
};

/** Lay a track out for one expiry.
 * @param[in]  expiry  YYMM, or NULL: the pool's own, or none
 * @retval CM_E_FORMAT  the expiry is no YYMM */
CM_MUST_CHECK cm_err track_form(const struct track *track, const char *expiry,
                                struct track_form *out);
/* n rows of form->n characters (one more with the LRC) from n numbers of form->number_n digits;
 * returns the width of a row. */
size_t track_fill(const struct track_form *form, const char *numbers, size_t n, bool lrc,
                  char *rows);
/* The same where `rows` hold tracks of this form already: numbers and LRC alone are written. */
void track_renumber(const struct track_form *form, const char *numbers, size_t n, bool lrc,
                    char *rows);

/* Whether data between the sentinels may hold it: track 1 has 0x20..0x5F, upper case alone; track 2
 * digits, the separator, and three signs for machines. */
bool track_carries(uint8_t no, char c);
/* Between the fields of ISO/IEC 7813; stands in place of an expiry or service code, too. */
static inline char track_separator(uint8_t no) { return no == 1 ? '^' : '='; }

/* The LRC character of a whole track, sentinels included. Characters that the track does not have
 * give a character that means nothing. */
char track_lrc(uint8_t no, struct cm_slice text);

enum swipe {
    SWIPE_NOT,    /* no track text at all: read it otherwise */
    SWIPE_NUMBER, /* *number is the part of the text that holds it */
    SWIPE_BAD     /* a track, but damaged (LRC), or not of this pool, or the tracks disagree */
};

/** Take the number out of what a stripe reader sent: one track or several, with or without
 * sentinels, LRCs and line end.
 * @param[in]  tracks  TRACKS of a pool; those that are off read nothing
 * @param[out] number  inside text; untouched unless SWIPE_NUMBER */
enum swipe swipe_read(const struct track tracks[static TRACKS], struct cm_slice text,
                      struct cm_slice *number);

#endif
