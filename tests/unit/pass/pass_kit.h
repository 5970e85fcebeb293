/* Folders of pass templates for tests: a small good one, and pictures that are what their header
 * says. Pictures come from the shipped icons, which ImageMagick drew. */
#ifndef CM_TESTS_PASS_KIT_H
#define CM_TESTS_PASS_KIT_H

#include "pass/pass_folder.h"
#include "support/scratch.h"

#define PASS_KIT_JSON "{" PASS_KIT_MEMBERS
#define PASS_KIT_MEMBERS                                                                           \
    "\"formatVersion\": 1, \"serialNumber\": \"number-of-{serial}\",\n"                            \
    " \"organizationName\": \"Shop\", \"description\": \"Card\",\n"                                \
    " \"barcodes\": [{\"format\": \"PKBarcodeFormatQR\", \"message\": \"{code}\",\n"               \
    "   \"messageEncoding\": \"iso-8859-1\"}],\n"                                                  \
    " \"storeCard\": {\"primaryFields\": [{\"key\": \"balance\", \"value\": \"{#balance}\",\n"     \
    "   \"currencyCode\": \"EUR\"}]}}\n"

/* Make `folder` below the scratch with pass.json and icons; json NULL: PASS_KIT_JSON. */
void pass_kit_folder(const struct scratch *dir, const char *folder, const char *json);
/* Read it: it must be good. */
struct pass_folder *pass_kit_read(const struct scratch *dir, const char *folder);
/* The bytes of a shipped icon: "icon.png". */
struct buffer pass_kit_icon(const char *name);

#endif
