/* What may stand beside what. The rules are read off the table's short notation: "01,03 37" is one
 * of 01 and 03, and 37; "01+21" both; "310n" any of ten. References as in gs1.h. */
#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/gs1.h"
#include "symbol/gs1_check.h"

/* The part of a notation up to one of the separators; *rest goes behind it. */
static struct cm_slice next(const char **rest, const char *separators) {
    const struct cm_slice word = slice_of(*rest, strcspn(*rest, separators));
    *rest += word.len;
    if (**rest != '\0') *rest += 1;
    return word;
}

/* An element that the pattern means, other than `self`. */
static const struct gs1_element *beside(const struct gs1 *m, struct cm_slice pattern,
                                        const char *self) {
    for (size_t i = 0; i < m->n; i++)
        if (gs1_id_matches(pattern, m->element[i].ai) && strcmp(m->element[i].ai, self) != 0)
            return &m->element[i];
    return NULL;
}

static cm_err judge_bars(const struct gs1 *m, const struct gs1_element *e, struct cm_diag *diag) {
    if (e->id->bars == NULL) return CM_OK;
    for (const char *rest = e->id->bars; *rest != '\0';) {
        const struct gs1_element *other = beside(m, next(&rest, ","), e->ai);
        if (other == NULL) continue;
        char place[GS1_PLACE_CAP];
        gs1_place(e->ai, 0, place);
        return diag_fail(diag, CM_E_CONFLICT, NULL, place, "leave one of them out",
                         "%s (%s) and %s (%s) must not stand together", e->id->title, e->ai,
                         other->id->title, other->ai);
    }
    return CM_OK;
}

/* Is one alternative of "01+21,253" there? */
static bool has_one(const struct gs1 *m, struct cm_slice group, const char *self) {
    bool all = true;
    size_t from = 0;
    for (size_t i = 0; i <= group.len; i++) {
        const uint8_t c = i < group.len ? group.p[i] : ',';
        if (c != ',' && c != '+') continue;
        if (beside(m, slice_of(group.p + from, i - from), self) == NULL) all = false;
        from = i + 1;
        if (c == ',' && all) return true;
        if (c == ',') all = true;
    }
    return false;
}

/* "01+21,253" as "(01) with (21), or (253)". */
static void list_group(struct cm_slice group, char *out, size_t cap) {
    text_append(out, cap, "(");
    for (size_t i = 0; i < group.len; i++) {
        const char c = (char)group.p[i];
        if (c == ',')
            text_append(out, cap, ") or (");
        else if (c == '+')
            text_append(out, cap, ") with (");
        else
            text_append(out, cap, "%c", c);
    }
    text_append(out, cap, ")");
}

static cm_err judge_needs(const struct gs1 *m, const struct gs1_element *e, struct cm_diag *diag) {
    if (e->id->needs == NULL) return CM_OK;
    for (const char *rest = e->id->needs; *rest != '\0';) {
        const struct cm_slice group = next(&rest, " ");
        if (has_one(m, group, e->ai)) continue;
        char place[GS1_PLACE_CAP], missing[DIAG_PART_CAP] = "add ";
        gs1_place(e->ai, 0, place);
        list_group(group, missing, sizeof missing);
        return diag_fail(diag, CM_E_CONFLICT, NULL, place, missing,
                         "%s says nothing without the element that it belongs to", e->id->title);
    }
    return CM_OK;
}

static cm_err judge_once(const struct gs1 *m, size_t at, struct cm_diag *diag) {
    const struct gs1_element *e = &m->element[at];
    for (size_t i = 0; i < at; i++) {
        if (strcmp(m->element[i].ai, e->ai) != 0) continue;
        if (slice_equal(m->element[i].text, e->text)) continue;
        char place[GS1_PLACE_CAP];
        gs1_place(e->ai, 0, place);
        return diag_fail(diag, CM_E_CONFLICT, NULL, place, "keep one of them",
                         "%s stands there twice with two values", e->id->title);
    }
    return CM_OK;
}

cm_err gs1_judge(const struct gs1 *m, struct cm_diag *diag) {
    if (m->n == 0)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "write (01)09506000134352(21)ABC",
                         "there is no element");
    for (size_t i = 0; i < m->n; i++)
        TRY(gs1_check_value(m->element[i].id, m->element[i].ai, m->element[i].text, diag));
    for (size_t i = 0; i < m->n; i++)
        TRY(judge_once(m, i, diag));
    for (size_t i = 0; i < m->n; i++) {
        TRY(judge_bars(m, &m->element[i], diag));
        TRY(judge_needs(m, &m->element[i], diag));
    }
    return CM_OK;
}
