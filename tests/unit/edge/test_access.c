/* Callers by key and by address. SHA-256 of "cmk_test_abc" and "cmk_live_abc" by sha256sum. */
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "edge/access.h"
#include "edge/address.h"
#include "support/cm.h"

#define TEST_ABC "5211361d6a81606c8c19cd81f4bfd4677df7436b80ce63abbf8e528053083b77"
#define LIVE_ABC "490c3bcd308a412ed665441c7cab0b3dfab5d0db8f807964d00908c4e8492284"

static void set_hash(struct key_row *k, const char *hex) {
    assert_ok(hex_parse(slice_text(hex), k->hash, sizeof k->hash));
}

static void a_caller_is_found_by_the_hash_of_its_key(void **state) {
    (void)state;
    struct key_row keys[3] = {{.id = 1, .test = true, .role = KEY_ROLE_REDEEM, .hash = {0xff}},
                              {.id = 2, .test = true, .role = KEY_ROLE_VERIFY},
                              {.id = 3, .role = KEY_ROLE_ISSUE}};
    set_hash(&keys[1], TEST_ABC);
    set_hash(&keys[2], LIVE_ABC);
    struct key_table t = {keys, NULL, 3, 0};
    access_sort(&t);
    const struct key_row *found = access_find(&t, "Bearer cmk_test_abc");
    assert_non_null(found);
    assert_int_equal(found->id, 2);
    assert_int_equal(access_find(&t, "Bearer cmk_live_abc")->id, 3);
}

static void what_is_no_key_finds_nobody(void **state) {
    (void)state;
    struct key_row key = {.id = 1, .test = true};
    set_hash(&key, LIVE_ABC); /* a live text recorded as TEST: mode and prefix disagree */
    struct key_table t = {&key, NULL, 1, 0};
    char endless[1000];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    memcpy(endless, "Bearer cmk_live_", 16);
    const char *const bad[] = {"",
                               "Bearer",
                               "Bearer ",
                               "bearer cmk_live_abc",
                               "Basic cmk_live_abc",
                               "Bearer abc",
                               "Bearer cmk_live_ab",
                               "Bearer  cmk_live_abc",
                               "Bearer cmk_live_abc ",
                               "Bearer cmk_live_abc",
                               endless};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_null(access_find(&t, bad[i]));
    const struct key_table none = KEY_TABLE_INIT;
    assert_null(access_find(&none, "Bearer cmk_live_abc"));
}

static void a_connection_remembers_its_caller_until_the_keys_change(void **state) {
    (void)state;
    struct key_row keys[2] = {{.id = 2, .test = true}, {.id = 3}};
    set_hash(&keys[0], TEST_ABC);
    set_hash(&keys[1], LIVE_ABC);
    struct key_table t = {keys, NULL, 2, 0};
    const struct key_table revoked = KEY_TABLE_INIT;
    struct conn_memo memo = {.generation = 0};
    access_sort(&t);
    assert_int_equal(access_again(&memo, &t, 1, "Bearer cmk_test_abc")->id, 2);
    assert_int_equal(access_again(&memo, &t, 1, "Bearer cmk_test_abc")->id, 2);
    assert_null(access_again(&memo, &t, 1, "Bearer cmk_test_abd"));
    assert_null(access_again(&memo, &t, 1, "Bearer cmk_test_ab"));
    assert_null(access_again(&memo, &t, 1, "Bearer cmk_test_abcc"));
    assert_int_equal(access_again(&memo, &t, 1, "Bearer cmk_live_abc")->id, 3);
    assert_int_equal(access_again(&memo, &t, 1, "Bearer cmk_test_abc")->id, 2);
    assert_null(access_again(&memo, &revoked, 2, "Bearer cmk_test_abc"));
    assert_null(access_again(&memo, &revoked, 2, "Bearer cmk_test_abc"));
}

static void roles_cover_their_routes_and_no_others(void **state) {
    (void)state;
    for (unsigned r = ROUTE_CHECK; r <= ROUTE_ISSUE; r++) {
        const enum route route = (enum route)r;
        assert_true(access_allows(KEY_ROLE_ADMIN, route));
        assert_int_equal(access_allows(KEY_ROLE_VERIFY, route), route == ROUTE_CHECK);
        assert_int_equal(access_allows(KEY_ROLE_REDEEM, route), route <= ROUTE_ACTIVATE);
        assert_int_equal(access_allows(KEY_ROLE_TILL, route), route <= ROUTE_LOAD);
        assert_int_equal(access_allows(KEY_ROLE_DESK, route), route <= ROUTE_RENEW_PIN);
        assert_false(access_allows(KEY_ROLE_LINE, route));
        assert_int_equal(access_allows(KEY_ROLE_ISSUE, route),
                         route == ROUTE_CHECK || route == ROUTE_ISSUE);
    }
    for (unsigned role = KEY_ROLE_VERIFY; role < KEY_ROLE_N; role++)
        assert_int_equal(access_allows((enum key_role)role, ROUTE_RUN),
                         role == KEY_ROLE_ADMIN || role == KEY_ROLE_LINE);
    for (unsigned role = KEY_ROLE_VERIFY; role < KEY_ROLE_N; role++)
        assert_int_equal(access_allows((enum key_role)role, ROUTE_CARD),
                         role == KEY_ROLE_ADMIN || role == KEY_ROLE_TILL || role == KEY_ROLE_DESK);
}

static void a_door_is_the_keys_own_or_one_of_its_brand(void **state) {
    (void)state;
    struct door_row doors[] = {{.id = 1, .brand = 1, .name = "shop"},
                               {.id = 2, .brand = 1, .test = true, .name = "trial"},
                               {.id = 3, .brand = 2, .name = "other"}};
    const struct key_table t = {NULL, doors, 0, 3};
    const struct key_row own = {.brand = 1, .door = 1}, any = {.brand = 1, .door = 0};
    assert_int_equal(access_door(&t, &own, slice_of(NULL, 0))->id, 1);
    assert_int_equal(access_door(&t, &own, slice_text("shop"))->id, 1);
    assert_null(access_door(&t, &own, slice_text("other")));
    assert_int_equal(access_door(&t, &any, slice_text("shop"))->id, 1);
    assert_null(access_door(&t, &any, slice_text("trial"))); /* of another mode */
    assert_null(access_door(&t, &any, slice_text("other"))); /* of another brand */
    assert_null(access_door(&t, &any, slice_of(NULL, 0)));
}

/* ---- Addresses --------------------------------------------------------------------------------
 */

static struct address address(const char *text) {
    struct network n;
    assert_ok(network_parse(text, &n));
    return n.address;
}

static void networks_hold_their_addresses(void **state) {
    (void)state;
    static const struct {
        const char *network, *address;
        bool in;
    } cases[] = {{"10.0.0.0/8", "10.255.0.1", true},
                 {"10.0.0.0/8", "11.0.0.1", false},
                 {"192.0.2.128/25", "192.0.2.200", true},
                 {"192.0.2.128/25", "192.0.2.100", false},
                 {"0.0.0.0/0", "203.0.113.9", true},
                 {"0.0.0.0/0", "2001:db8::1", false},
                 {"2001:db8::/32", "2001:db8:ffff::1", true},
                 {"2001:db8::/33", "2001:db8:8000::1", false},
                 {"::/0", "192.0.2.1", true},
                 {"192.0.2.1", "192.0.2.1", true}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct network n;
        assert_ok(network_parse(cases[i].network, &n));
        const struct address a = address(cases[i].address);
        assert_int_equal(network_has(&n, &a), cases[i].in);
    }
    struct network n;
    static const char *const bad[] = {"",  "10.0.0.0/33", "::/129",      "10.0.0/8",
                                      "x", "10.0.0.0/",   "10.0.0.0/-1", "10.0.0.0/8/8"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, network_parse(bad[i], &n));
}

static void only_trusted_proxies_are_believed(void **state) {
    (void)state;
    struct network proxies[2];
    assert_ok(network_parse("10.0.0.0/8", &proxies[0]));
    assert_ok(network_parse("127.0.0.1", &proxies[1]));
    static const struct {
        const char *peer, *forwarded, *want;
    } cases[] = {
        {"203.0.113.9", "198.51.100.1", "203.0.113.9"}, /* a stranger may say what it likes */
        {"127.0.0.1", "198.51.100.1", "198.51.100.1"},
        {"127.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"}, /* what the client wrote itself */
        {"127.0.0.1", "1.2.3.4, 198.51.100.1 , 10.1.1.1", "198.51.100.1"},
        {"127.0.0.1", "10.1.1.1", "10.1.1.1"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "nonsense", "127.0.0.1"},
        {"127.0.0.1", "2001:db8::5", "2001:db8::5"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct address peer = address(cases[i].peer), want = address(cases[i].want);
        const struct address got = address_behind(&peer, cases[i].forwarded, proxies, 2);
        assert_memory_equal(&got, &want, sizeof want);
    }
    const struct address peer = address("127.0.0.1");
    const struct address got = address_behind(&peer, NULL, proxies, 2);
    assert_memory_equal(&got, &peer, sizeof peer);
}

static void ipv6_counts_by_its_64(void **state) {
    (void)state;
    const struct address a = address("2001:db8::1"), b = address("2001:db8::ffff:2"),
                         c = address("2001:db8:0:1::1"), d = address("192.0.2.1"),
                         e = address("192.0.2.2");
    assert_true(slice_equal(address_key(&a), address_key(&b)));
    assert_false(slice_equal(address_key(&a), address_key(&c)));
    assert_false(slice_equal(address_key(&d), address_key(&e)));
    const struct address l4 = address("127.3.2.1"), l6 = address("::1");
    assert_true(address_is_loopback(&l4) && address_is_loopback(&l6));
    assert_false(address_is_loopback(&d));
}

static void a_socket_address_becomes_an_address(void **state) {
    (void)state;
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0000201)};
    const struct address want = address("192.0.2.1");
    struct address got;
    assert_true(address_of((struct sockaddr *)&v4, &got));
    assert_memory_equal(&got, &want, sizeof got);
    v4.sin_family = AF_UNIX;
    assert_false(address_of((struct sockaddr *)&v4, &got));
    assert_false(address_of(NULL, &got));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_is_found_by_the_hash_of_its_key),
        cmocka_unit_test(what_is_no_key_finds_nobody),
        cmocka_unit_test(a_connection_remembers_its_caller_until_the_keys_change),
        cmocka_unit_test(roles_cover_their_routes_and_no_others),
        cmocka_unit_test(a_door_is_the_keys_own_or_one_of_its_brand),
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(only_trusted_proxies_are_believed),
        cmocka_unit_test(ipv6_counts_by_its_64),
        cmocka_unit_test(a_socket_address_becomes_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
