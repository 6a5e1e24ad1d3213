/* Form: what phrases say of how whole the texture is. */
#include "composerd/compose.h"
#include "tests/check.h"

#define RATE UINT64_C(44100)

static struct params params;
static struct composer composer;
static struct composition composition;
static uint64_t number;

static bool next_is_thin(void)
{
    compose_phrase(&composer, &params, 8, number++, &composition);
    return composition.phrase.thin;
}

static void test_phrases_are_thin_from_an_ending_until_all_has_grown_again(void **state)
{
    (void)state;
    params_init(&params);
    composer_init(&composer, &params, RATE);
    for (int i = 0; i < 6; i++) {
        CHECK(!next_is_thin());
    }
    composer_end(&composer, composer.frame + 60 * RATE);
    for (int i = 0; i < 8; i++) {
        CHECK(next_is_thin());
    }
    CHECK(composer_resting(&composer));
    composer_begin(&composer);
    while (composer.fullness < 1) {
        CHECK(next_is_thin());
    }
    CHECK(!next_is_thin());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases_are_thin_from_an_ending_until_all_has_grown_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
