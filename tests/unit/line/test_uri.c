/* line/uri: addresses as people write them, the mistakes they make, and hostile ones. Ports and
 * rules: docs/guide of the makers as in the printers' reference, RFC 3986, RFC 8089. */
#include "support/cm.h"

#include <string.h>

#include "line/uri.h"

static struct printer_uri parsed(const char *text) {
    struct printer_uri uri;
    struct cm_diag diag = DIAG_INIT;
    if (printer_uri_parse(slice_text(text), &uri, &diag) != CM_OK)
        fail_msg("%s: %s: %s", text, diag.place, diag.problem);
    return uri;
}

static void example_of_use(void **state) {
    (void)state;
    const struct printer_uri uri = parsed("zpl+tcp://10.0.0.7:9100");
    assert_string_equal(uri.kind, "zpl");
    assert_int_equal(uri.transport, TRANSPORT_TCP);
    assert_string_equal(uri.host, "10.0.0.7");
    assert_int_equal(uri.port, 9100);
}

/* As written, and the one way to write it. */
static const char *const ways[][2] = {
    {"zpl+tcp://printer3", "zpl+tcp://printer3:9100"},
    {"zpl+tcp://Printer_3.Example.ORG:6101", "zpl+tcp://printer_3.example.org:6101"},
    {"ztc+tcp://10.0.0.7", "ztc+tcp://10.0.0.7:3001"},
    {"sppl+tcp://[FD00:0:0::7]", "sppl+tcp://[fd00::7]:9100"},
    {"wsi+tcp://h", "wsi+tcp://h:3100"},
    {"raw+tcp://h?protocol=codenet", "raw+tcp://h:7000?protocol=codenet"},
    {"raw+tcp://h?protocol=ngpcl", "raw+tcp://h:21000?protocol=ngpcl"},
    {"raw+tcp://h:4000?protocol=rules/mine.protocol",
     "raw+tcp://h:4000?protocol=rules/mine.protocol"},
    {"raw+tcp://[::1]:1?protocol=codenet", "raw+tcp://[::1]:1?protocol=codenet"},
    {"wsi+serial:/dev/ttyS0", "wsi+serial:/dev/ttyS0?baud=9600"},
    {"zpl+serial:/dev/serial/by-path/"
     "pci-0000:00:14.0?flow=xonxoff&parity=even&bits=7&stop=2&baud=115200",
     "zpl+serial:/dev/serial/by-path/"
     "pci-0000:00:14.0?baud=115200&bits=7&stop=2&parity=even&flow=xonxoff"},
    {"raw+serial:/dev/ttyUSB1?protocol=codenet&baud=19200",
     "raw+serial:/dev/ttyUSB1?baud=19200&protocol=codenet"},
    {"ipp://queue.example/ipp/print/zebra", "ipp://queue.example:631/ipp/print/zebra"},
    {"ipps://10.0.0.9", "ipps://10.0.0.9:631/ipp/print"},
    {"ipp://h:8631/printers/a%20b?format=application/vnd.zebra-zpl",
     "ipp://h:8631/printers/a%20b?format=application/vnd.zebra-zpl"},
    {"ipps://h/p?format=a/b&pin=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
     "ipps://h:631/p?pin=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=&format=a/b"},
    {"file:out/labels.txt", "file:out/labels.txt"},
    {"file:///var/lib/labels.txt", "file:/var/lib/labels.txt"},
    {"file:what? & why: \xC3\xA4", "file:what? & why: \xC3\xA4"},
};

static void every_form_has_one_way_to_write_it(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(ways); i++) {
        char once[PRINTER_TEXT_CAP], twice[PRINTER_TEXT_CAP];
        const struct printer_uri uri = parsed(ways[i][0]);
        assert_int_equal(printer_uri_text(&uri, once), strlen(ways[i][1]));
        assert_string_equal(once, ways[i][1]);
        const struct printer_uri again = parsed(once);
        assert_memory_equal(&again, &uri, sizeof uri);
        (void)printer_uri_text(&again, twice);
        assert_string_equal(twice, once);
    }
}

static const struct {
    const char *text;
    cm_err err;
    const char *place, *part; /* of the remedy or problem */
} mistakes[] = {
    {"", CM_E_FORMAT, "character 1", "empty"},
    {"10.0.0.7", CM_E_FORMAT, "character 1", "no scheme"},
    {"zpl", CM_E_FORMAT, "character 1", "no scheme"},
    {"http://10.0.0.7", CM_E_FORMAT, "character 1", "not known"},
    {"ZPL+TCP://h", CM_E_FORMAT, "character 1", "not known"},
    {"zpl+tcp:10.0.0.7", CM_E_FORMAT, "character 9", "no //"},
    {"zpl+tcp://", CM_E_FORMAT, "character 11", "no host"},
    {"zpl+tcp://:9100", CM_E_FORMAT, "character 11", "no host"},
    {"zpl+tcp://user:secret@h", CM_E_FORMAT, "character 11", "password"},
    {"zpl+tcp://[user]@h", CM_E_FORMAT, "character 11", "password"},
    {"zpl+tcp://h:", CM_E_FORMAT, "character 13", "not a port"},
    {"zpl+tcp://h:0", CM_E_RANGE, "character 13", "no such port"},
    {"zpl+tcp://h:65536", CM_E_RANGE, "character 13", "no such port"},
    {"zpl+tcp://h:+1", CM_E_FORMAT, "character 13", "not a port"},
    {"zpl+tcp://h:9100/", CM_E_FORMAT, "character 17", "a path"},
    {"zpl+tcp://h:9100#x", CM_E_FORMAT, "character 17", "behind"},
    {"zpl+tcp://h?baud=9600", CM_E_FORMAT, "character 13", "does not take"},
    {"zpl+tcp://10.0.0", CM_E_FORMAT, "character 11", "IPv4"},
    {"zpl+tcp://10.0.0.256", CM_E_FORMAT, "character 11", "IPv4"},
    {"zpl+tcp://10.0.0.07", CM_E_FORMAT, "character 11", "IPv4"},
    {"zpl+tcp://1", CM_E_FORMAT, "character 11", "IPv4"},
    {"zpl+tcp://fd00::7", CM_E_FORMAT, "character 16", "not a port"},
    {"zpl+tcp://[fd00::7", CM_E_FORMAT, "character 11", "bracket"},
    {"zpl+tcp://[fe80::1%25eth0]", CM_E_FORMAT, "character 11", "zone"},
    {"zpl+tcp://[fd00::7]x", CM_E_FORMAT, "character 20", "behind"},
    {"zpl+tcp://-h", CM_E_FORMAT, "character 11", "no host name"},
    {"zpl+tcp://h..x", CM_E_FORMAT, "character 13", "no host name"},
    {"zpl+tcp://h x", CM_E_FORMAT, "character 12", "cannot stand"},
    {"zpl+tcp://h\x01", CM_E_FORMAT, "character 12", "cannot stand"},
    {"zpl+tcp://h\xC3\xA4", CM_E_FORMAT, "character 12", "cannot stand"},
    {"raw+tcp://h:1", CM_E_FORMAT, "character 14", "protocol"},
    {"raw+tcp://h?protocol=", CM_E_RANGE, "character 22", "option"},
    {"raw+tcp://h?protocol=mine.rules", CM_E_FORMAT, "character 32", "no port"},
    {"wsi+serial:ttyS0", CM_E_FORMAT, "character 12", "device"},
    {"wsi+serial://dev/ttyS0", CM_E_FORMAT, "character 12", "device"},
    {"wsi+serial:/dev/ttyS0?baud=9601", CM_E_RANGE, "character 28", "115200"},
    {"wsi+serial:/dev/ttyS0?baud=9600&baud=9600", CM_E_FORMAT, "character 33", "twice"},
    {"wsi+serial:/dev/ttyS0?baud", CM_E_FORMAT, "character 23", "name=value"},
    {"wsi+serial:/dev/ttyS0?bits=9", CM_E_RANGE, "character 28", "7 or 8"},
    {"wsi+serial:/dev/ttyS0?stop=0", CM_E_RANGE, "character 28", "1 or 2"},
    {"wsi+serial:/dev/ttyS0?parity=mark", CM_E_RANGE, "character 30", "none, even or odd"},
    {"wsi+serial:/dev/ttyS0?flow=dtr", CM_E_RANGE, "character 28", "rtscts"},
    {"wsi+serial:/dev/ttyS0?protocol=codenet", CM_E_FORMAT, "character 23", "does not take"},
    {"ipp://h/a?format=zpl", CM_E_RANGE, "character 18", "media type"},
    {"ipp://h/a?format=a/b/c", CM_E_RANGE, "character 18", "media type"},
    {"ipps://h/a?pin=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", CM_E_RANGE, "character 16",
     "44 characters"},
    {"ipps://h/a?pin=47DEQpj8HBSa-/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", CM_E_RANGE, "character 16",
     "44 characters"},
    {"ipp://h/a?pin=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", CM_E_FORMAT, "character 11",
     "does not take"},
    {"ipp://h/a\"b", CM_E_FORMAT, "character 10", "no path"},
    {"ipp://u:p@h/", CM_E_FORMAT, "character 7", "password"},
    {"file:", CM_E_FORMAT, "character 6", "no file"},
    {"file:out/", CM_E_FORMAT, "character 6", "no file"},
    {"file://host/x", CM_E_FORMAT, "character 8", "another host"},
    {"file:////x", CM_E_FORMAT, "character 8", "another host"},
    {"file:a\nb", CM_E_FORMAT, "character 7", "cannot stand"},
    {"file:\xFF", CM_E_FORMAT, "character 1", "UTF-8"},
};

static void mistakes_are_named_with_their_place_and_their_remedy(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(mistakes); i++) {
        struct printer_uri uri, before;
        memset(&uri, 0xA5, sizeof uri);
        memset(&before, 0xA5, sizeof before);
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = printer_uri_parse(slice_text(mistakes[i].text), &uri, &diag);
        if (err != mistakes[i].err || strcmp(diag.place, mistakes[i].place) != 0 ||
            (strstr(diag.problem, mistakes[i].part) == NULL &&
             strstr(diag.remedy, mistakes[i].part) == NULL) ||
            diag.remedy[0] == '\0')
            fail_msg("%s: %s, %s: %s; %s", mistakes[i].text, cm_err_name(err), diag.place,
                     diag.problem, diag.remedy);
        assert_memory_equal(&uri, &before, sizeof uri);
        assert_null(strstr(diag.problem, "secret"));
        assert_null(strstr(diag.input, "secret"));
    }
}

static void a_text_that_is_cut_anywhere_is_read_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(ways); i++)
        for (size_t len = 0; len <= strlen(ways[i][0]); len++) {
            struct printer_uri uri;
            struct cm_diag diag = DIAG_INIT;
            const cm_err err = printer_uri_parse(slice_of(ways[i][0], len), &uri, &diag);
            assert_true(err == CM_OK || diag.problem[0] != '\0');
        }
}

static void a_host_and_an_address_have_their_longest(void **state) {
    (void)state;
    char text[PRINTER_URI_MAX + 2] = "zpl+tcp://";
    struct printer_uri uri;
    memset(text + strlen(text), 'a', 255);
    assert_ok(printer_uri_parse(slice_of(text, 10 + 255), &uri, NULL));
    memset(text + 10, 'a', 256);
    assert_err(CM_E_LIMIT, printer_uri_parse(slice_of(text, 10 + 256), &uri, NULL));
    memcpy(text, "file:", 5);
    memset(text + 5, 'a', sizeof text - 5);
    assert_ok(printer_uri_parse(slice_of(text, 5 + PRINTER_PATH_CAP - 1), &uri, NULL));
    assert_err(CM_E_LIMIT, printer_uri_parse(slice_of(text, 5 + PRINTER_PATH_CAP), &uri, NULL));
    assert_err(CM_E_LIMIT, printer_uri_parse(slice_of(text, PRINTER_URI_MAX + 1), &uri, NULL));
    assert_err(CM_E_FORMAT, printer_uri_parse(slice_of("file:a\0b", 8), &uri, NULL));
}

static void one_device_is_the_same_in_every_language(void **state) {
    (void)state;
    const struct printer_uri zpl = parsed("zpl+tcp://h"), sppl = parsed("sppl+tcp://H:9100"),
                             other = parsed("zpl+tcp://h:9101"),
                             serial = parsed("zpl+serial:/dev/ttyS0"),
                             slow = parsed("wsi+serial:/dev/ttyS0?baud=1200");
    assert_true(printer_uri_same(&zpl, &sppl));
    assert_false(printer_uri_same(&zpl, &other));
    assert_true(printer_uri_same(&serial, &slow));
    assert_false(printer_uri_same(&serial, &zpl));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(every_form_has_one_way_to_write_it),
        cmocka_unit_test(mistakes_are_named_with_their_place_and_their_remedy),
        cmocka_unit_test(a_text_that_is_cut_anywhere_is_read_or_refused),
        cmocka_unit_test(a_host_and_an_address_have_their_longest),
        cmocka_unit_test(one_device_is_the_same_in_every_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
