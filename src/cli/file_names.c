/* Rules of names, and the set of those that are taken. */
#include "cli/file_names.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/random.h"

#define EXTENSION_MAX 5u /* bytes, with its dot */
#define DEVICE_LEN    3u
#define PORT_LEN      4u

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c; }

static bool is_word(struct cm_slice name, const char *word, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (lower(name.p[i]) != (uint8_t)word[i]) return false;
    return true;
}

/* What Windows keeps for its devices, whatever extension follows. */
static bool is_device(struct cm_slice name) {
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    const uint8_t *dot = memchr(name.p, '.', name.len);
    const size_t len = dot != NULL ? (size_t)(dot - name.p) : name.len;
    for (size_t i = 0; len == DEVICE_LEN && i < CM_ARRAY_N(devices); i++)
        if (is_word(name, devices[i], DEVICE_LEN)) return true;
    return len == PORT_LEN && name.p[DEVICE_LEN] >= '0' && name.p[DEVICE_LEN] <= '9' &&
           (is_word(name, "com", DEVICE_LEN) || is_word(name, "lpt", DEVICE_LEN));
}

static cm_err refuse(cm_err err, char character, const char *text, char *bad, const char **why) {
    *bad = character;
    *why = text;
    return err;
}

cm_err file_name_check(struct cm_slice name, char *bad, const char **why) {
    static const char unsafe[] = "/\\:*?\"<>|";
    if (name.len == 0) return refuse(CM_E_FORMAT, 0, "is empty", bad, why);
    if (name.len > FILE_NAME_MAX - EXTENSION_MAX)
        return refuse(CM_E_LIMIT, 0, "is longer than 195 bytes", bad, why);
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] != 0 && strchr(unsafe, name.p[i]) != NULL)
            return refuse(CM_E_FORMAT, (char)name.p[i],
                          "has a character that no file name may have", bad, why);
    if (!text_prints(name))
        return refuse(CM_E_FORMAT, 0, "has control characters, or is not UTF-8", bad, why);
    const uint8_t first = name.p[0], last = name.p[name.len - 1];
    if (first == '.' || first == '-' || first == ' ')
        return refuse(CM_E_FORMAT, (char)first, "begins with a dot, a hyphen or a space", bad, why);
    if (last == '.' || last == ' ')
        return refuse(CM_E_FORMAT, (char)last, "ends with a dot or a space", bad, why);
    if (is_device(name))
        return refuse(CM_E_FORMAT, 0, "is a name that Windows keeps for a device", bad, why);
    return CM_OK;
}

void file_names_init(struct file_names *n) {
    map_init(&n->seen, sizeof(uint64_t));
    random_fill(n->key, sizeof n->key);
}

void file_names_wipe(struct file_names *n) {
    map_wipe(&n->seen);
    wipe(n->key, sizeof n->key);
}

cm_err file_names_take(struct file_names *n, struct cm_slice name, uint64_t row, uint64_t *before) {
    uint8_t folded[FILE_NAME_MAX];
    bool made = false;
    if (name.len > sizeof folded) return CM_E_RANGE;
    for (size_t i = 0; i < name.len; i++)
        folded[i] = lower(name.p[i]);
    const struct cm_slice text = slice_of(folded, name.len);
    const struct map_key key = {.hi = siphash(n->key, text),
                                .lo = siphash(n->key + SIPHASH_KEY_LEN, text)};
    wipe(folded, sizeof folded);
    TRY(map_reserve(&n->seen, 1));
    uint64_t *value = map_put(&n->seen, key, &made);
    if (!made) {
        *before = *value;
        return CM_E_EXISTS;
    }
    *value = row;
    return CM_OK;
}
