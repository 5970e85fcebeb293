/* The container: local headers as files come, the directory at the end. All that is known of a file
 * is known before its first byte is written, so no data descriptors are needed: Java's readers of
 * streams refuse them on stored files, and libarchive writes nothing else.
 * Reference: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5; names of fields are its own. */
#include "pack/zip.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "pack/zip_layout.h"

#define S_PER_DAY 86400u
#define FIRST_CAP 1024u /* slots of the table of names, a power of two */

/* Names that are there: open addressing over places in the directory, so that no name is kept
 * twice. A slot holds some bits of the name's hash beside the place, to look up few in vain. */
#define PLACE_BITS 48u
#define PLACE_MASK (((uint64_t)1 << PLACE_BITS) - 1)

struct zip_writer {
    struct zip_sink sink;
    uint16_t dos_time, dos_date;
    uint64_t written, n;
    struct buffer directory, head;
    uint64_t *slots; /* 0 = empty, else hash bits | place of the record + 1 */
    size_t slot_cap;
    struct zip_packer *packer; /* of zip_add; made when it is first called */
    struct zip_part part;
};

/* ---- Time -------------------------------------------------------------------------------------
 */

/* MS-DOS has local time without a zone, two seconds apart, from 1980 on; ours is UTC. */
static void set_time(struct zip_writer *z, uint64_t time_s) {
    char text[DATE_TEXT_CAP];
    const uint64_t day = time_s / S_PER_DAY, second = time_s % S_PER_DAY;
    date_format(day > INT32_MAX ? INT32_MAX : (int32_t)day, text);
    const unsigned year = (unsigned)date_year((int32_t)(day > INT32_MAX ? INT32_MAX : day));
    const unsigned month = (unsigned)(text[5] - '0') * 10 + (unsigned)(text[6] - '0');
    const unsigned mday = (unsigned)(text[8] - '0') * 10 + (unsigned)(text[9] - '0');
    z->dos_date = ZIP_DATE_FIRST;
    if (year < ZIP_YEAR_FIRST || year > ZIP_YEAR_LAST) return;
    z->dos_date = (uint16_t)((year - ZIP_YEAR_FIRST) << 9 | month << 5 | mday);
    z->dos_time = (uint16_t)(second / 3600 << 11 | second / 60 % 60 << 5 | second % 60 / 2);
}

/* ---- Names ------------------------------------------------------------------------------------
 */

static cm_err name_fail(struct cm_diag *diag, const char *problem) {
    return diag_fail(diag, CM_E_FORMAT, "a name in the ZIP", NULL,
                     "use letters, digits, '-', '_' and '.'", "%s", problem);
}

/* One folder or file between slashes. */
static bool segment_stays(const char *p, size_t len) {
    const bool dots = (len == 1 && p[0] == '.') || (len == 2 && p[0] == '.' && p[1] == '.');
    return len > 0 && !dots;
}

static cm_err check_name(const char *name, size_t len, struct cm_diag *diag) {
    if (len == 0) return name_fail(diag, "it is empty");
    if (len > ZIP_NAME_MAX)
        return diag_fail(diag, CM_E_LIMIT, "a name in the ZIP", NULL, "use a shorter name",
                         "it has %zu bytes, at most %u are possible", len, ZIP_NAME_MAX);
    if (!text_prints(slice_of(name, len)))
        return name_fail(diag, "it is not UTF-8 text, or has control characters");
    if (memchr(name, '\\', len) != NULL) return name_fail(diag, "it has a backslash");
    for (const char *at = name;;) {
        const size_t n = strcspn(at, "/");
        if (!segment_stays(at, n)) return name_fail(diag, "it would leave its folder");
        if (at[n] == '\0') return CM_OK;
        at += n + 1;
    }
}

/* FNV-1a (Fowler, Noll, Vo): names come from whoever makes the file, not from strangers. */
static uint64_t hash_name(const uint8_t *p, size_t len) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

static struct cm_slice name_at(const struct zip_writer *z, uint64_t place) {
    const uint8_t *record = z->directory.p + place;
    return slice_of(record + ZIP_CENTRAL_LEN, zip_get_u16(record + ZIP_CENTRAL_NAME_LEN_AT));
}

/* The slot of a name: where it stands, or the empty one where it would. */
static uint64_t *find_slot(const struct zip_writer *z, struct cm_slice name) {
    const uint64_t hash = hash_name(name.p, name.len), tag = hash >> PLACE_BITS;
    size_t i = (size_t)hash & (z->slot_cap - 1);
    for (; z->slots[i] != 0; i = (i + 1) & (z->slot_cap - 1))
        if (z->slots[i] >> PLACE_BITS == tag &&
            slice_equal(name_at(z, (z->slots[i] & PLACE_MASK) - 1), name))
            break;
    return &z->slots[i];
}

static void set_slot(uint64_t *slot, struct cm_slice name, uint64_t place) {
    *slot = (hash_name(name.p, name.len) >> PLACE_BITS) << PLACE_BITS | (place + 1);
}

static cm_err make_slots(struct zip_writer *z, size_t cap) {
    uint64_t *before = z->slots;
    const size_t before_cap = z->slot_cap;
    uint64_t *slots = calloc(cap, sizeof *slots);
    if (slots == NULL) return CM_E_NO_MEMORY;
    z->slots = slots;
    z->slot_cap = cap;
    for (size_t i = 0; i < before_cap; i++) {
        if (before[i] == 0) continue;
        const struct cm_slice name = name_at(z, (before[i] & PLACE_MASK) - 1);
        *find_slot(z, name) = before[i];
    }
    free(before);
    return CM_OK;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static cm_err put_bytes(struct zip_writer *z, struct cm_slice bytes) {
    TRY(z->sink.write(z->sink.ctx, bytes));
    z->written += bytes.len;
    return CM_OK;
}

static void describe(const struct zip_writer *z, const char *name, const struct zip_part *part,
                     struct zip_entry *e) {
    *e = (struct zip_entry){.name = slice_text(name),
                            .crc = part->crc,
                            .len = part->len,
                            .packed_len = part->bytes.len,
                            .offset = z->written,
                            .deflated = part->deflated,
                            .dos_time = z->dos_time,
                            .dos_date = z->dos_date};
}

cm_err zip_put(struct zip_writer *z, const char *name, const struct zip_part *part,
               struct cm_diag *diag) {
    struct zip_entry entry;
    describe(z, name, part, &entry);
    TRY(check_name(name, entry.name.len, diag));
    if (z->n + 1 > z->slot_cap / 2) TRY(make_slots(z, z->slot_cap * 2));
    uint64_t *slot = find_slot(z, entry.name);
    if (*slot != 0)
        return diag_fail(diag, CM_E_EXISTS, "a name in the ZIP", NULL,
                         "give every file a name of its own", "the name is there already");
    const uint64_t place = z->directory.len;
    buffer_clear(&z->head);
    zip_put_local(&z->head, &entry);
    zip_put_central(&z->directory, &entry);
    TRY(buffer_err(&z->head));
    TRY(buffer_err(&z->directory));
    set_slot(slot, entry.name, place);
    z->n++;
    TRY(put_bytes(z, buffer_slice(&z->head)));
    return put_bytes(z, buffer_slice(&part->bytes));
}

cm_err zip_add(struct zip_writer *z, const char *name, struct cm_slice bytes, bool deflate,
               struct cm_diag *diag) {
    if (z->packer == NULL) TRY(zip_packer_new(&z->packer));
    TRY(zip_pack(z->packer, bytes, deflate, &z->part));
    return zip_put(z, name, &z->part, diag);
}

cm_err zip_finish(struct zip_writer *z) {
    const struct zip_end end = {.n = z->n, .offset = z->written, .len = z->directory.len};
    buffer_clear(&z->head);
    zip_put_end(&z->head, &end);
    TRY(buffer_err(&z->head));
    TRY(put_bytes(z, buffer_slice(&z->directory)));
    return put_bytes(z, buffer_slice(&z->head));
}

/* ---- The whole --------------------------------------------------------------------------------
 */

cm_err zip_new(const struct zip_sink *sink, uint64_t time_s, struct zip_writer **out) {
    struct zip_writer *z = calloc(1, sizeof *z);
    if (z == NULL) return CM_E_NO_MEMORY;
    z->sink = *sink;
    set_time(z, time_s);
    if (make_slots(z, FIRST_CAP) != CM_OK) {
        zip_free(z);
        return CM_E_NO_MEMORY;
    }
    *out = z;
    return CM_OK;
}

void zip_free(struct zip_writer *z) {
    if (z == NULL) return;
    buffer_wipe(&z->directory); /* files may be named after what they hold */
    buffer_wipe(&z->head);
    buffer_wipe(&z->part.bytes);
    zip_packer_free(z->packer);
    free(z->slots);
    free(z);
}

void zip_freep(struct zip_writer **z) { zip_free(*z); }
