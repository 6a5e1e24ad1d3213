/* A chunk's header, held together with the page's by one golden file, and its JSON. */
#include "streamd/chunk.h"
#include "tests/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static char golden[1024];

static int read_golden(void **state)
{
    FILE *in = fopen(AURALIS_SOURCE_DIR "/tests/golden/chunk_header.json", "r");

    (void)state;
    if (in == NULL) {
        return -1;
    }
    golden[fread(golden, 1, sizeof golden - 1, in)] = '\0';
    fclose(in);
    return 0;
}

/* What stands behind "name": in the golden file, without quotes. */
static const char *golden_value(const char *name)
{
    static char value[256];
    char key[64];

    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(golden, key);

    assert_non_null(at);
    at += strlen(key);
    at += *at == '"';
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\",\n}"), at);
    return value;
}

static uint64_t golden_number(const char *name, int base)
{
    return strtoull(golden_value(name), NULL, base);
}

static struct chunk_header golden_header(void)
{
    return (struct chunk_header){
        .format = (uint8_t)golden_number("format", 10),
        .flags = (uint16_t)golden_number("flags", 10),
        .stream = golden_number("stream", 16),
        .first_frame = golden_number("first_frame", 10),
        .frames = (uint32_t)golden_number("frames", 10),
        .payload_bytes = (uint32_t)golden_number("payload_bytes", 10),
        .due_unix_us = golden_number("due_unix_us", 10),
    };
}

static void test_a_header_has_the_golden_bytes(void **state)
{
    const struct chunk_header header = golden_header();
    unsigned char bytes[CHUNK_HEADER_BYTES];
    char hex[2 * CHUNK_HEADER_BYTES + 1];

    (void)state;
    chunk_header_encode(&header, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    }
    assert_string_equal(hex, golden_value("hex"));
}

static void test_what_is_written_is_read(void **state)
{
    const struct chunk_header header = golden_header();
    unsigned char message[CHUNK_HEADER_BYTES + 17640] = {0};
    struct chunk_header read = {0};

    (void)state;
    chunk_header_encode(&header, message);
    CHECK_INT(chunk_header_decode(message, sizeof message, &read), 0);
    CHECK_INT(read.format, header.format);
    CHECK_INT(read.flags, header.flags);
    CHECK_U64(read.stream, header.stream);
    CHECK_U64(read.first_frame, header.first_frame);
    CHECK_U64(read.frames, header.frames);
    CHECK_U64(read.payload_bytes, header.payload_bytes);
    CHECK_U64(read.due_unix_us, header.due_unix_us);
}

static void test_what_is_foreign_or_truncated_is_refused(void **state)
{
    const struct chunk_header header = {
        .format = CHUNK_PCM, .frames = 2, .payload_bytes = 8, .first_frame = 4};
    unsigned char message[CHUNK_HEADER_BYTES + 8] = {0};
    struct chunk_header read = {0};

    (void)state;
    chunk_header_encode(&header, message);
    CHECK_INT(chunk_header_decode(message, sizeof message - 1, &read), -EPROTO);
    CHECK_INT(chunk_header_decode(message, CHUNK_HEADER_BYTES - 1, &read), -EPROTO);
    message[4] = CHUNK_VERSION + 1;
    CHECK_INT(chunk_header_decode(message, sizeof message, &read), -EPROTO);
    message[4] = CHUNK_VERSION;
    message[0] = 'B';
    CHECK_INT(chunk_header_decode(message, sizeof message, &read), -EPROTO);
    CHECK_U64(read.first_frame, 0);
}

static void test_json_says_seq_time_and_samples(void **state)
{
    const struct chunk_header header = {
        .format = CHUNK_PCM,
        .first_frame = 44100,
        .frames = 4410,
        .payload_bytes = 17640,
        .due_unix_us = UINT64_C(1790000000001234),
    };
    const char *const begin =
        "{\"type\":\"audio_chunk\",\"seq\":10,\"timestamp\":1790000000.001234,"
        "\"duration_ms\":100,\"sample_rate\":44100,\"channels\":2,"
        "\"audio_data\":\"AQID";
    unsigned char payload[17640] = {1, 2, 3};
    char *const text = malloc(chunk_json_max_bytes(sizeof payload));

    (void)state;
    assert_non_null(text);
    const size_t len = chunk_json_encode(&header, 44100, payload, text);

    assert_true(len <= chunk_json_max_bytes(sizeof payload));
    assert_memory_equal(text, begin, strlen(begin));
    assert_memory_equal(text + len - 6, "AAAA\"}", 6);
    assert_int_equal(len, strlen(begin) - 4 + 17640 / 3 * 4 + 2);
    free(text);
}

static void test_the_largest_values_fit_the_room_for_json(void **state)
{
    const struct chunk_header header = {
        .first_frame = UINT64_MAX,
        .frames = 1,
        .payload_bytes = 3,
        .due_unix_us = UINT64_MAX,
    };
    const unsigned char payload[3] = {0};
    char text[1024];

    (void)state;
    assert_true(chunk_json_max_bytes(3) <= sizeof text);
    assert_true(chunk_json_encode(&header, 48000, payload, text) < chunk_json_max_bytes(3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_has_the_golden_bytes),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_what_is_foreign_or_truncated_is_refused),
        cmocka_unit_test(test_json_says_seq_time_and_samples),
        cmocka_unit_test(test_the_largest_values_fit_the_room_for_json),
    };

    return cmocka_run_group_tests(tests, read_golden, NULL);
}
