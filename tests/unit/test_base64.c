/* base64: the texts of RFC 4648, and every byte. */
#include "streamd/base64.h"
#include "tests/check.h"

#include <string.h>

static void check_text(const char *plain, const char *encoded)
{
    char text[64] = "";
    const size_t chars = base64_encode((const unsigned char *)plain, strlen(plain), text);

    assert_int_equal(chars, strlen(encoded));
    assert_int_equal(base64_chars(strlen(plain)), chars);
    assert_string_equal(text, encoded);
}

static void test_the_texts_of_the_standard_come_out(void **state)
{
    (void)state;
    check_text("", "");
    check_text("f", "Zg==");
    check_text("fo", "Zm8=");
    check_text("foo", "Zm9v");
    check_text("foob", "Zm9vYg==");
    check_text("fooba", "Zm9vYmE=");
    check_text("foobar", "Zm9vYmFy");
}

static int value_of(char letter)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    return (int)(strchr(alphabet, letter) - alphabet);
}

static void test_every_byte_survives(void **state)
{
    unsigned char bytes[258];
    char text[344];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)i;
    }
    assert_int_equal(base64_encode(bytes, sizeof bytes, text), sizeof text);
    for (size_t i = 0; i < sizeof bytes / 3; i++) {
        const int word = value_of(text[4 * i]) << 18 | value_of(text[4 * i + 1]) << 12 |
                         value_of(text[4 * i + 2]) << 6 | value_of(text[4 * i + 3]);

        assert_int_equal(word >> 16, bytes[3 * i]);
        assert_int_equal(word >> 8 & 255, bytes[3 * i + 1]);
        assert_int_equal(word & 255, bytes[3 * i + 2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_texts_of_the_standard_come_out),
        cmocka_unit_test(test_every_byte_survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
