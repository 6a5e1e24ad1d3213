#include "composerd/midi_track.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static void check_bytes(struct midi_track *track, uint64_t end_tick, const uint8_t *expected,
                        size_t size)
{
    struct midi_bytes bytes = {0};

    midi_track_write(track, end_tick, &bytes);
    CHECK(!bytes.failed);
    CHECK_U64(bytes.size, size);
    CHECK(memcmp(bytes.data, expected, size) == 0);
    free(bytes.data);
    midi_track_finish(track);
}

static void test_events_come_by_time_and_what_ends_before_what_begins(void **state)
{
    static const uint8_t on[] = {0x90, 60, 50};
    static const uint8_t off[] = {0x80, 60, 64};
    static const uint8_t expected[] = {
        'M', 'T',  'r', 'k', 0,   0,    0,    21, /* bytes follow */
        0,   0xff, 6,   1,   'A',                 /* marker */
        96,  0x80, 60,  64,                       /* off */
        0,   0x90, 60,  50,                       /* on */
        0,   0x80, 60,  64,  0,   0xff, 0x2f, 0};
    struct midi_track track = {0};

    (void)state;
    midi_track_message(&track, 96, MIDI_ON, on, sizeof on);
    midi_track_message(&track, 96, MIDI_OFF, off, sizeof off);
    midi_track_message(&track, 96, MIDI_ON, off, sizeof off);
    midi_track_meta(&track, 0, 6, "A", 1);
    check_bytes(&track, 50, expected, sizeof expected);
}

static void test_a_track_ends_when_it_is_told_to(void **state)
{
    static const uint8_t expected[] = {'M', 'T',  'r',  'k',  0,    0,   0,
                                       5,   0x87, 0x68, 0xff, 0x2f, 0x00};
    struct midi_track track = {0};

    (void)state;
    check_bytes(&track, 1000, expected, sizeof expected);
}

static void test_a_silence_longer_than_a_delta_time_is_bridged(void **state)
{
    static const uint8_t expected[] = {'M',  'T',  'r',  'k',  0,    0,    0,
                                       12,   0xff, 0xff, 0xff, 0x7f, 0xff, 0x01,
                                       0x00, 0x81, 0x00, 0xff, 0x2f, 0x00};
    struct midi_track track = {0};

    (void)state;
    check_bytes(&track, UINT64_C(0x0fffffff) + 128, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_come_by_time_and_what_ends_before_what_begins),
        cmocka_unit_test(test_a_track_ends_when_it_is_told_to),
        cmocka_unit_test(test_a_silence_longer_than_a_delta_time_is_bridged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
