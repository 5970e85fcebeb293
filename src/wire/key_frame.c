/* The table of API keys and doors as columns; names are one text with lengths beside it. */
#include "wire/key_frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "wire/item.h"

#define TABLE_ITEMS 5u
#define KEY_ROW     (4u + 4u + 4u + 1u + 1u + KEY_FRAME_HASH_LEN + 1u) /* ..., name length */
#define DOOR_ROW    (4u + 4u + 1u + 1u) /* id, brand, flags, name length */
#define DOOR_TEST   1u                  /* flags of a door */
#define DOOR_CARDS  2u

void key_table_wipe(struct key_table *t) {
    free(t->keys);
    free(t->doors);
    *t = (struct key_table)KEY_TABLE_INIT;
}

static size_t name_len(const char *name) { return strnlen(name, KEY_FRAME_NAME_CAP - 1); }

static void put_name(struct buffer *out, const char *name) {
    buffer_put(out, name, name_len(name));
}

cm_err key_table_encode(struct buffer *out, const struct key_table *t) {
    if (t->key_n > KEY_FRAME_ROWS_MAX || t->door_n > KEY_FRAME_ROWS_MAX) return CM_E_LIMIT;
    size_t names = 0;
    for (size_t i = 0; i < t->key_n; i++)
        names += name_len(t->keys[i].name);
    for (size_t i = 0; i < t->door_n; i++)
        names += name_len(t->doors[i].name);
    item_map(out, TABLE_ITEMS);
    item_uint(out, 1, t->key_n);
    item_uint(out, 2, t->door_n);
    item_bytes_head(out, 3, t->key_n * KEY_ROW);
    for (size_t i = 0; i < t->key_n; i++) {
        const struct key_row *k = &t->keys[i];
        buffer_u32be(out, k->id);
        buffer_u32be(out, k->brand);
        buffer_u32be(out, k->door);
        buffer_u8(out, k->test ? 1 : 0);
        buffer_u8(out, (uint8_t)k->role);
        buffer_put(out, k->hash, sizeof k->hash);
        buffer_u8(out, (uint8_t)name_len(k->name));
    }
    item_bytes_head(out, 4, t->door_n * DOOR_ROW);
    for (size_t i = 0; i < t->door_n; i++) {
        buffer_u32be(out, t->doors[i].id);
        buffer_u32be(out, t->doors[i].brand);
        buffer_u8(out, (uint8_t)((t->doors[i].test ? DOOR_TEST : 0u) |
                                 (t->doors[i].cards ? DOOR_CARDS : 0u)));
        buffer_u8(out, (uint8_t)name_len(t->doors[i].name));
    }
    item_bytes_head(out, 5, names);
    for (size_t i = 0; i < t->key_n; i++)
        put_name(out, t->keys[i].name);
    for (size_t i = 0; i < t->door_n; i++)
        put_name(out, t->doors[i].name);
    return buffer_err(out);
}

static void take_name(struct cursor *names, uint8_t len, char name[KEY_FRAME_NAME_CAP]) {
    if (len >= KEY_FRAME_NAME_CAP) names->failed = true;
    const struct cm_slice text = cursor_bytes(names, len);
    if (!names->failed && text.len > 0) memcpy(name, text.p, text.len);
}

static cm_err read_keys(struct cm_slice rows, struct cursor *names, struct key_table *t) {
    struct cursor c = cursor_over(rows);
    for (size_t i = 0; i < t->key_n; i++) {
        struct key_row *k = &t->keys[i];
        k->id = cursor_u32be(&c);
        k->brand = cursor_u32be(&c);
        k->door = cursor_u32be(&c);
        const uint8_t test = cursor_u8(&c), role = cursor_u8(&c);
        if (test > 1 || role >= KEY_ROLE_N) return CM_E_FORMAT;
        k->test = test == 1;
        k->role = (enum key_role)role;
        cursor_copy(&c, k->hash, sizeof k->hash);
        take_name(names, cursor_u8(&c), k->name);
    }
    return cursor_end(&c);
}

static cm_err read_doors(struct cm_slice rows, struct cursor *names, struct key_table *t) {
    struct cursor c = cursor_over(rows);
    for (size_t i = 0; i < t->door_n; i++) {
        struct door_row *d = &t->doors[i];
        d->id = cursor_u32be(&c);
        d->brand = cursor_u32be(&c);
        const uint8_t flags = cursor_u8(&c);
        if (flags > (DOOR_TEST | DOOR_CARDS)) return CM_E_FORMAT;
        d->test = (flags & DOOR_TEST) != 0;
        d->cards = (flags & DOOR_CARDS) != 0;
        take_name(names, cursor_u8(&c), d->name);
    }
    return cursor_end(&c);
}

cm_err key_table_decode(struct cm_slice body, struct key_table *out) {
    struct item_reader r = item_reader_over(body, TABLE_ITEMS);
    CM_CLEANUP(key_table_wipe) struct key_table t = KEY_TABLE_INIT;
    t.key_n = (size_t)item_read_uint(&r, KEY_FRAME_ROWS_MAX);
    t.door_n = (size_t)item_read_uint(&r, KEY_FRAME_ROWS_MAX);
    const struct cm_slice keys = item_read_rows(&r, t.key_n, KEY_ROW);
    const struct cm_slice doors = item_read_rows(&r, t.door_n, DOOR_ROW);
    struct cursor names = cursor_over(item_read_bytes(&r));
    TRY(item_read_end(&r));
    t.keys = calloc(t.key_n + 1, sizeof *t.keys);
    t.doors = calloc(t.door_n + 1, sizeof *t.doors);
    if (t.keys == NULL || t.doors == NULL) return CM_E_NO_MEMORY;
    TRY(read_keys(keys, &names, &t));
    TRY(read_doors(doors, &names, &t));
    if (cursor_end(&names) != CM_OK) return CM_E_FORMAT;
    *out = t;
    t = (struct key_table)KEY_TABLE_INIT;
    return CM_OK;
}
