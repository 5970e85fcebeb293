/* The sample's texts, one row a value. Prefix 9528 and company 9506000 are nobody's: the one is
 * outside of all payment schemes, the other is GS1's own example.
 */
#include "order/sample.h"

#include "base/macros.h"
#include "order/render.h"

#define SAMPLE_CAP 48u /* bytes of the longest text, with its NUL */

static const char texts[RECORD_VALUE_N][SAMPLE_RECORDS][SAMPLE_CAP] = {
    [RECORD_NUMBER] = {"9528718304659217483", "9528718304659217483", "9528600172345890364"},
    [RECORD_NUMBER_HUMAN] = {"9528 7183 0465 9217 483", "9528 7183 0465 9217 483",
                             "9528 6001 7234 5890 364"},
    [RECORD_EAN13] = {"2904718365209", "2904718365209", "2915600273847"},
    [RECORD_GSRN] = {"950600047183652093", "950600047183652093", "950600015600273848"},
    [RECORD_TAG] = {"9528276041500422", "9528276041700428", "9528931058200429"},
    [RECORD_MEMBER] = {"1", "2", "1"},
    [RECORD_TRACK1] = {"%B9528718304659217483^GIFT/CARD^4912?",
                       "%B9528718304659217483^GIFT/CARD^4912?",
                       "%B9528600172345890364^GIFT/CARD^4912?"},
    [RECORD_TRACK1_LRC] = {"%B9528718304659217483^GIFT/CARD^4912?O",
                           "%B9528718304659217483^GIFT/CARD^4912?O",
                           "%B9528600172345890364^GIFT/CARD^4912?G"},
    [RECORD_TRACK2] = {";9528718304659217483=4912?", ";9528718304659217483=4912?",
                       ";9528600172345890364=4912?"},
    [RECORD_TRACK2_LRC] = {";9528718304659217483=4912?9", ";9528718304659217483=4912?9",
                           ";9528600172345890364=4912?1"},
    [RECORD_PIN] = {"0417", "0417", "9083"},
    [RECORD_CONTROL] = {"A00000001", "A00000001", "A00000002"},
    [RECORD_CODE] = {"HWQ72K9PXM4T", "HWQ72K9PXM4T", "6DRC4YVBGP3J"},
    [RECORD_CODE_HUMAN] = {"HWQ7-2K9P-XM4T", "HWQ7-2K9P-XM4T", "6DRC-4YVB-GP3J"},
    [RECORD_URL] = {"https://example.com/c/HWQ72K9PXM4T", "https://example.com/c/HWQ72K9PXM4T",
                    "https://example.com/c/6DRC4YVBGP3J"},
    [RECORD_IMAGE] = {"A00000001-1.png", "A00000001-2.png", "A00000002-1.png"},
    [RECORD_MATCH] = {"9528718304659217483", "9528718304659217483", "9528600172345890364"}};

static const char *const constants[RECORD_CONSTANT_N] = {
    [RECORD_ORDER] = "ORDER-000007",
    [RECORD_SET] = "gift-2027",
    [RECORD_BRAND] = "Brio & Sons",
    [RECORD_MODE] = "TEST",
    [RECORD_PRODUCT] = "Gift card \"Caf\xC3\xA9\", 25 \xE2\x82\xAC",
    [RECORD_GTIN] = "09506000134352",
    [RECORD_DATE] = "2026-11-23",
    [RECORD_EXPIRY] = "4912",
    [RECORD_AMOUNT] = "2500",
    [RECORD_CURRENCY] = "EUR",
    [RECORD_MADE] = "2026-11-24",
    [RECORD_FILE] = "records-001",
    [RECORD_FILE_NO] = "1",
    [RECORD_FILE_SEQUENCE] = "42"};

static void fill_column(struct sample *sample, unsigned value) {
    if (texts[value][0][0] == '\0') return; /* counted by the writer */
    for (size_t i = 0; i < SAMPLE_RECORDS; i++)
        sample->len[value][i] = (uint8_t)strnlen(texts[value][i], SAMPLE_CAP);
    sample->set.column[value] = (struct record_column){
        .rows = texts[value][0], .stride = SAMPLE_CAP, .width = 0, .len = sample->len[value]};
}

void sample_fill(struct sample *sample) {
    *sample = (struct sample){.set = {.n = SAMPLE_RECORDS, .first = 1}};
    for (unsigned v = 0; v < RECORD_VALUE_N; v++)
        fill_column(sample, v);
    for (unsigned c = 0; c < RECORD_CONSTANT_N; c++)
        sample->constants.text[c] = slice_text(constants[c]);
}

cm_err sample_render(const struct template *t, struct buffer *out, struct cm_diag *diag) {
    struct sample sample;
    struct render r;
    sample_fill(&sample);
    const struct render_plan plan = {.constants = &sample.constants,
                                     .records = SAMPLE_RECORDS,
                                     .units = SAMPLE_UNITS,
                                     .per_carton = 2,
                                     .per_bundle = 2};
    TRY(render_begin(&r, t, &plan, out, diag));
    TRY(render_records(&r, &sample.set, out, diag));
    return render_end(&r, out, diag);
}
