/* The card planner's arithmetic. It never rounds in its own favour: spaces and rooms are floors,
 * needs are exact products. References: see cards/density.h. */
#include "cards/density.h"

#include <stdio.h>

#include "cards/rules.h"
#include "codes/wide.h"

#define TOTAL_DIGITS_MAX (CM_CARD_BODY_MAX + CM_CARD_PIN_MAX)

/* What the promise needs, and what there is for it. */
struct digits_need {
    unsigned total;    /* least t with 10^t >= volume * one_in */
    unsigned body_max; /* what a number of 19 digits leaves to the body */
};

static cm_u128 power10(unsigned n) {
    cm_u128 power = 1;
    for (unsigned i = 0; i < n; i++)
        power *= 10u;
    return power;
}

static uint64_t room_of(const struct density_ask *ask, unsigned body_n) {
    return (uint64_t)(power10(body_n) * (SHARE_ONE - ask->skipped_share) / SHARE_ONE);
}

static uint64_t room_of_face(const struct density_ask *ask, const struct density_face *face) {
    return room_of(ask, face->body_n) / face->times;
}

static cm_err check_ask(const struct density_ask *ask, struct cm_diag *diag) {
    if (ask->volume < 1 || ask->volume > DENSITY_VOLUME_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, "volume", "give 1 to 10^15 cards",
                         "%llu cards cannot be planned", (unsigned long long)ask->volume);
    if (ask->one_in < 1 || ask->one_in > DENSITY_ONE_IN_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, "odds", "give one in 1 to 10^15",
                         "odds of one in %llu cannot be planned", (unsigned long long)ask->one_in);
    if (ask->skipped_share >= SHARE_ONE)
        return diag_fail(diag, CM_E_RANGE, NULL, "rules", "loosen the rules",
                         "the rules skip every number");
    const bool odd_pin = ask->pin_n != 0 && ask->pin_n != DENSITY_PIN_AUTO &&
                         (ask->pin_n < CM_CARD_PIN_MIN || ask->pin_n > CM_CARD_PIN_MAX);
    if (odd_pin)
        return diag_fail(diag, CM_E_RANGE, NULL, "pin_digits", "use 4 to 8 digits, or 0 for none",
                         "a PIN of %u digits", ask->pin_n);
    if (ask->prefix_n < CM_CARD_PREFIX_MIN || ask->prefix_n > CM_CARD_PREFIX_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, "prefix", "use 1 to 12 digits",
                         "a prefix of %u digits", ask->prefix_n);
    const unsigned least = ask->prefix_n + CM_CARD_BODY_MIN + 1u;
    if (ask->number_n != 0 && (ask->number_n < least || ask->number_n > CM_CARD_NUMBER_MAX))
        return diag_fail(diag, CM_E_RANGE, NULL, "digits",
                         "lengthen the number or shorten the prefix",
                         "a number of %u digits under this prefix; it takes %u to %u",
                         ask->number_n, least, CM_CARD_NUMBER_MAX);
    return CM_OK;
}

static struct digits_need need_of(const struct density_ask *ask) {
    struct digits_need need = {.total = 0, .body_max = CM_CARD_NUMBER_MAX - 1u - ask->prefix_n};
    const cm_u128 product = (cm_u128)ask->volume * ask->one_in; /* below 10^30 */
    while (power10(need.total) < product)
        need.total++;
    return need;
}

/* The PIN that `missing` more digits call for. */
static unsigned pin_for(unsigned missing) {
    if (missing == 0) return 0;
    return missing < CM_CARD_PIN_MIN ? CM_CARD_PIN_MIN : missing;
}

/* The PIN digits without which a guess of this face breaks the promise. */
static unsigned pin_of_face(const struct density_ask *ask, const struct density_face *face) {
    const cm_u128 product = (cm_u128)ask->volume * ask->one_in * face->times; /* below 2^108 */
    unsigned missing = 0;
    while (power10(face->body_n + missing) < product)
        missing++;
    return pin_for(missing);
}

/* The PIN that the faces beside the number demand, however long. */
static unsigned pin_of_faces(const struct density_ask *ask) {
    unsigned pin_n = 0;
    for (size_t i = 0; i < DENSITY_FACES; i++) {
        if (ask->face[i].body_n == 0) continue;
        const unsigned wanted = pin_of_face(ask, &ask->face[i]);
        if (wanted > pin_n) pin_n = wanted;
    }
    return pin_n;
}

/* The PIN that there is, or that is demanded whatever the number's digits. */
static unsigned least_pin(const struct density_ask *ask) {
    if (ask->pin_n != DENSITY_PIN_AUTO) return ask->pin_n;
    const unsigned pin_n = pin_of_faces(ask);
    return pin_n < CM_CARD_PIN_MAX ? pin_n : CM_CARD_PIN_MAX;
}

/* What a guess of the weakest face is drawn from, for each text of a card. */
static cm_u128 weakest_space(const struct density_ask *ask, unsigned body_n, unsigned pin_n) {
    cm_u128 least = power10(body_n + pin_n);
    for (size_t i = 0; i < DENSITY_FACES; i++) {
        const struct density_face *face = &ask->face[i];
        if (face->body_n == 0) continue;
        const cm_u128 space = power10(face->body_n + pin_n) / face->times;
        if (space < least) least = space;
    }
    return least;
}

/* Say every single change that would keep the promise; the caller may also lower the odds. A longer
 * number mends nothing where another face is guessed too easily. */
static cm_err refuse(const struct density_ask *ask, const struct digits_need *need, unsigned body_n,
                     unsigned pin_n, struct cm_diag *diag) {
    const unsigned missing = need->total - body_n, body_short = need->total - pin_n;
    char number[64] = "", prefix[64] = "", pin[64] = "", remedy[DIAG_PART_CAP], best[WIDE_TEXT_CAP];
    const bool faces_hold = pin_of_faces(ask) <= pin_n;
    if (faces_hold && body_short <= need->body_max)
        (void)snprintf(number, sizeof number, "numbers of %u digits, or ",
                       ask->prefix_n + body_short + 1u);
    if (faces_hold && ask->number_n > body_short + 1u &&
        ask->number_n - body_short - 1u < ask->prefix_n)
        (void)snprintf(prefix, sizeof prefix, "a prefix of %u, or ",
                       ask->number_n - body_short - 1u);
    unsigned wanted = pin_of_faces(ask);
    if (pin_for(missing) > wanted) wanted = pin_for(missing);
    if (wanted <= CM_CARD_PIN_MAX)
        (void)snprintf(pin, sizeof pin, "a PIN of %u digits, or ", wanted);
    wide_format(weakest_space(ask, body_n, pin_n) / ask->volume, best);
    (void)snprintf(remedy, sizeof remedy, "take %s%s%sodds of one in %s, or fewer cards", pin,
                   number, prefix, best);
    return diag_fail(diag, CM_E_LIMIT, NULL, "odds", remedy,
                     "%llu cards at one in %llu need %u digits to guess; body and PIN have %u",
                     (unsigned long long)ask->volume, (unsigned long long)ask->one_in, need->total,
                     body_n + pin_n);
}

static cm_err refuse_room(const struct density_ask *ask, unsigned body_n, struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP];
    (void)snprintf(remedy, sizeof remedy,
                   "lengthen the number, shorten the prefix, loosen the rules, or issue at most "
                   "%llu cards",
                   (unsigned long long)room_of(ask, body_n));
    return diag_fail(diag, CM_E_LIMIT, NULL, "volume", remedy,
                     "a body of %u digits has no room for %llu cards after the rules' skips",
                     body_n, (unsigned long long)ask->volume);
}

/* The shortest body that has the room and, with the PIN there is, keeps the odds; the longest body
 * when none does. Without a say about the PIN, a body that needs none is looked for first. */
static unsigned shortest_body(const struct density_ask *ask, const struct digits_need *need) {
    const unsigned pin_n = least_pin(ask);
    unsigned body_n = CM_CARD_BODY_MIN;
    while (body_n < need->body_max &&
           (body_n + pin_n < need->total || room_of(ask, body_n) < ask->volume))
        body_n++;
    return body_n;
}

/* ---- Other faces ----------------------------------------------------------------------------- */

static cm_err refuse_face(const struct density_ask *ask, const struct density_face *face,
                          unsigned pin_n, struct cm_diag *diag) {
    char pin[64] = "", remedy[DIAG_PART_CAP], best[WIDE_TEXT_CAP];
    const unsigned wanted = pin_of_face(ask, face);
    if (wanted <= CM_CARD_PIN_MAX)
        (void)snprintf(pin, sizeof pin, "a PIN of %u digits, or ", wanted);
    wide_format(weakest_space(ask, CM_CARD_BODY_MAX, pin_n) / ask->volume, best);
    (void)snprintf(remedy, sizeof remedy,
                   "take %sodds of one in %s, or fewer cards, or leave this identifier out", pin,
                   best);
    return diag_fail(diag, CM_E_LIMIT, NULL, "odds", remedy,
                     "a guess of the %s hits more often than once in %llu: it has %u digits to "
                     "guess, with the PIN",
                     face->name, (unsigned long long)ask->one_in, face->body_n + pin_n);
}

static cm_err check_face(const struct density_face *face, const struct density_plan *plan,
                         struct cm_diag *diag) {
    const struct density_ask *ask = &plan->ask;
    const unsigned wanted = pin_of_face(ask, face);
    if (room_of_face(ask, face) < ask->volume)
        return diag_fail(diag, CM_E_LIMIT, NULL, "volume",
                         "shorten its prefix, or leave this identifier out",
                         "the %s has no room for %llu cards after the rules' skips", face->name,
                         (unsigned long long)ask->volume);
    return wanted > plan->pin_n ? refuse_face(ask, face, plan->pin_n, diag) : CM_OK;
}

/* The promise with the PIN that there is now: the weakest face decides. */
static void settle(struct density_plan *plan) {
    const struct density_ask *ask = &plan->ask;
    plan->space = weakest_space(ask, plan->body_n, plan->pin_n);
    plan->room = room_of(ask, plan->body_n);
    for (size_t i = 0; i < DENSITY_FACES; i++) {
        const struct density_face *face = &ask->face[i];
        if (face->body_n == 0) continue;
        if (room_of_face(ask, face) < plan->room) plan->room = room_of_face(ask, face);
    }
    const cm_u128 promised = plan->space / ask->one_in;
    plan->most_issued = promised < plan->room ? (uint64_t)promised : plan->room;
}

cm_err density_plan(const struct density_ask *ask, struct density_plan *out, struct cm_diag *diag) {
    TRY(check_ask(ask, diag));
    const struct digits_need need = need_of(ask);
    const unsigned body_n =
        ask->number_n != 0 ? ask->number_n - 1u - ask->prefix_n : shortest_body(ask, &need);
    if (room_of(ask, body_n) < ask->volume) return refuse_room(ask, body_n, diag);
    const unsigned missing = need.total > body_n ? need.total - body_n : 0u;
    unsigned pin_n = least_pin(ask);
    if (ask->pin_n == DENSITY_PIN_AUTO && pin_for(missing) > pin_n) pin_n = pin_for(missing);
    if (pin_n > CM_CARD_PIN_MAX) pin_n = CM_CARD_PIN_MAX;
    if (body_n + pin_n < need.total) return refuse(ask, &need, body_n, pin_n, diag);
    struct density_plan plan = {.ask = *ask,
                                .body_n = (uint8_t)body_n,
                                .number_n = (uint8_t)(ask->prefix_n + body_n + 1u),
                                .pin_n = (uint8_t)pin_n,
                                .numbers = power10(body_n)};
    for (size_t i = 0; i < DENSITY_FACES; i++)
        if (ask->face[i].body_n != 0) TRY(check_face(&ask->face[i], &plan, diag));
    settle(&plan);
    *out = plan;
    return CM_OK;
}

_Static_assert(TOTAL_DIGITS_MAX < 38u, "10^(body + PIN) fits 128 bits");
