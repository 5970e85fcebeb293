/* Lengths of a sealed stream, shared by its writer and reader. Table: docs/design/keystore.md */
#ifndef CM_CRYPTO_SEAL_LAYOUT_H
#define CM_CRYPTO_SEAL_LAYOUT_H

#include <stdint.h>

#define SEAL_FORMAT       1u
#define SEAL_MAGIC_LEN    8u
#define SEAL_HEAD_LEN     16u /* magic, format (2), zeros (6) */
#define SEAL_TRAILER_LEN  24u /* content length (8), envelope length (4), zeros (4), end magic */
#define SEAL_ENVELOPE_MAX (64u << 10) /* bytes; one recipient needs below 1,000 */

static const uint8_t seal_magic[SEAL_MAGIC_LEN] = {'C', 'M', 'S', 'E', 'A', 'L', 0x1A, '\n'};
static const uint8_t seal_end_magic[SEAL_MAGIC_LEN] = {'C', 'M', 'S', 'E', 'A', 'L', 'E', 'N'};

#endif
