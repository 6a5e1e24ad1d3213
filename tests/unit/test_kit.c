/* From the settings to what plays: which font plays which timbre, what is said of them, and
 * that no file, however broken, does harm. */
#include "common/rng.h"
#include "synthd/kit.h"
#include "tests/check.h"
#include "tests/scratch.h"
#include "tests/small_font.h"
#include "tests/stems.h"

#include <errno.h>

enum { RATE_HZ = 44100, CUTS = 100, MUTATIONS = 300 };

static struct timbre timbres[TIMBRE_COUNT];
static struct kit kit;
static struct small_font font;
static char gm[SCRATCH_PATH_BYTES], texture[SCRATCH_PATH_BYTES], piano[SCRATCH_PATH_BYTES];

/* All that the timbres play by default, and all of the texture font's. */
static const int gm_programs[] = {4, 35, 89, 91, 95, 98, 116, 122};
static const int texture_programs[] = {8, 9, 10, 11, 12, 13, 14, 15};

static void write_font(const char *name, size_t n_bytes)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const file = fopen(scratch_path(path, name), "we");

    assert_non_null(file);
    CHECK_U64(fwrite(font.bytes, 1, n_bytes, file), n_bytes);
    CHECK_INT(fclose(file), 0);
}

static int set_up(void **state)
{
    scratch_setup(state);
    timbres_init(timbres);
    memset(&kit, 0, sizeof kit);
    small_font_make(&font, gm_programs, 8);
    scratch_path(gm, "gm.sf2");
    scratch_path(piano, "piano.sf2");
    write_font("gm.sf2", font.n_bytes);
    write_font("piano.sf2", font.n_bytes);
    small_font_make(&font, texture_programs, 8);
    scratch_path(texture, "texture.sf2");
    write_font("texture.sf2", font.n_bytes);
    return 0;
}

static int tear_down(void **state)
{
    kit_finish(&kit);
    return scratch_teardown(state);
}

static void open_kit(const char *with_gm, const char *with_piano, const char *with_texture)
{
    const struct kit_options options = {.rate_hz = RATE_HZ,
                                        .gain = 0.5,
                                        .polyphony = 16,
                                        .fonts = {with_gm, with_piano, with_texture},
                                        .timbres = timbres,
                                        .pid = 7};

    kit_finish(&kit);
    CHECK_INT(kit_open(&kit, &options), 0);
}

static bool play_some(enum timbre_id timbre)
{
    struct stereo blocks[TIMBRE_COUNT];
    const struct timeline_event event = {.on = true,
                                         .timbre = (uint8_t)timbre,
                                         .midi = 60,
                                         .velocity = 90,
                                         .glide_from = TIMELINE_NO_GLIDE};
    bool sounding = false;

    voice_event(kit.voice, &event);
    for (int i = 0; i < 4 * TIMBRE_BANDS; i++) {
        sounding |= play_band(kit.voice, i % TIMBRE_BANDS, blocks);
    }
    voice_silence(kit.voice);
    return sounding;
}

static void check_plays(enum timbre_id timbre, int from)
{
    CHECK_INT(voice_font(kit.voice, timbre), from);
    CHECK_INT(play_some(timbre), from >= 0);
}

static void check_says(const char *what)
{
    for (int i = 0; i < kit.info.n_degraded; i++) {
        if (strstr(kit.info.degraded[i], what) != NULL) {
            return;
        }
    }
    fail_msg("nothing says \"%s\" but \"%s\"", what, kit.info.degraded[0]);
}

static void test_timbres_play_from_the_fonts_that_they_name(void **state)
{
    (void)state;
    timbres[TIMBRE_lead].font = TIMBRE_FONT_piano;
    open_kit(gm, piano, texture);
    CHECK_INT(kit.info.n_degraded, 0);
    check_plays(TIMBRE_pad, TIMBRE_FONT_gm);
    check_plays(TIMBRE_lead, TIMBRE_FONT_piano);
    check_plays(TIMBRE_bell, TIMBRE_FONT_texture);
    CHECK(kit.info.plays[0] && kit.info.plays[1] && kit.info.plays[2]);
}

static void test_without_a_piano_font_the_general_midi_font_plays_it(void **state)
{
    (void)state;
    timbres[TIMBRE_lead].font = TIMBRE_FONT_piano;
    open_kit(gm, "", texture);
    CHECK_INT(kit.info.n_degraded, 0);
    check_plays(TIMBRE_lead, TIMBRE_FONT_gm);
    CHECK(!kit.info.plays[TIMBRE_FONT_piano]);
}

static void test_the_texture_font_plays_in_place_of_one_that_is_missing(void **state)
{
    (void)state;
    open_kit("/nonexistent/gm.sf2", "", texture);
    CHECK_INT(kit.info.n_degraded, 1);
    check_says("soundfont /nonexistent/gm.sf2 cannot be used: No such file");
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        check_plays((enum timbre_id)timbre, TIMBRE_FONT_texture);
    }
}

static void test_the_general_midi_font_plays_in_place_of_the_texture_font(void **state)
{
    (void)state;
    open_kit(gm, "", "/nonexistent/texture.sf2");
    CHECK_INT(kit.info.n_degraded, 1);
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        check_plays((enum timbre_id)timbre, TIMBRE_FONT_gm);
    }
}

static void test_without_any_font_it_is_silent_and_says_so(void **state)
{
    (void)state;
    open_kit("/nonexistent/gm.sf2", "", "/nonexistent/texture.sf2");
    CHECK_INT(kit.info.n_degraded, 2);
    CHECK(!kit_plays(&kit));
    check_plays(TIMBRE_pad, -1);
}

static void test_a_program_that_a_font_lacks_is_named(void **state)
{
    (void)state;
    timbres[TIMBRE_bass].program = 3;
    open_kit(gm, "", texture);
    CHECK_INT(kit.info.n_degraded, 1);
    check_says("timbre bass: ");
    check_says("has no program 3 of bank 0, playing");
    check_plays(TIMBRE_bass, TIMBRE_FONT_texture);
}

static void test_only_what_was_not_wrong_before_is_worse(void **state)
{
    struct synth_info before;

    (void)state;
    open_kit("/nonexistent/gm.sf2", "", texture);
    before = kit.info;
    CHECK(kit_worse(&kit, &before) == NULL);
    open_kit(gm, "", texture);
    CHECK(kit_worse(&kit, &before) == NULL);
    before = kit.info;
    open_kit("/nonexistent/gm.sf2", "", texture);
    CHECK(strstr(kit_worse(&kit, &before), "/nonexistent/gm.sf2") != NULL);
}

/* What stands in the place of the General MIDI font is refused, and the texture font plays. */
static void check_refused(const char *path, const char *says)
{
    open_kit(path, "", texture);
    CHECK_INT(kit.info.n_degraded, 1);
    check_says(says);
    CHECK_INT(voice_font(kit.voice, TIMBRE_pad), TIMBRE_FONT_texture);
}

static void test_what_is_no_font_is_refused_with_the_reason(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_write("empty.sf2", "");
    scratch_write("text.sf2", "This is a text and no font, whatever its name may say.\n");
    check_refused(scratch_path(path, "empty.sf2"), "it is empty");
    check_refused(scratch_path(path, "text.sf2"), "it is no SoundFont");
    check_refused(scratch, "it is a folder");
    check_refused("/dev/zero", "it is no regular file");
    CHECK_INT(mkfifo(scratch_path(path, "pipe.sf2"), 0600), 0);
    check_refused(path, "it is no regular file");
    if (geteuid() != 0) { /* who may read everything */
        CHECK_INT(chmod(gm, 0), 0);
        check_refused(gm, "Permission denied");
    }
}

static void test_a_font_that_is_cut_off_is_refused(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 1);
    for (int i = 0; i < CUTS; i++) {
        struct font opened;
        char path[SCRATCH_PATH_BYTES];

        write_font("cut.sf2", rng_below(&rng, (uint32_t)font.n_bytes));
        CHECK_INT(font_open(&opened, scratch_path(path, "cut.sf2")), -EPROTO);
        CHECK(!opened.usable && opened.reason.text[0] != '\0');
    }
}

/* FluidSynth itself must bear what passes. */
static void test_a_font_with_wrong_bytes_does_no_harm(void **state)
{
    const size_t pdta = font.n_bytes - 500;
    char path[SCRATCH_PATH_BYTES];
    struct rng rng;
    int passed = 0;

    (void)state;
    rng_init(&rng, 2);
    for (int i = 0; i < MUTATIONS; i++) {
        small_font_make(&font, gm_programs, 8);
        for (int k = 0; k < 3; k++) {
            font.bytes[pdta + rng_below(&rng, 500)] = (uint8_t)rng_below(&rng, 256);
        }
        write_font("bent.sf2", font.n_bytes);
        open_kit(scratch_path(path, "bent.sf2"), "", texture);
        passed += kit.info.fonts.fonts[TIMBRE_FONT_gm].usable;
        play_some(TIMBRE_pad);
    }
    CHECK(passed > MUTATIONS / 10);
}

static void test_what_is_said_fits_however_long_it_is(void **state)
{
    char text[2048];

    (void)state;
    timbres[TIMBRE_lead].font = TIMBRE_FONT_piano;
    open_kit(gm, piano, texture);
    info_to_json(&kit.info, text, sizeof text);
    CHECK(strstr(text, "\"licence\":\"as none\"") != NULL);
    CHECK(strstr(text, "\"degraded\":[]") != NULL);
    for (int i = 0; i < TIMBRE_FONT_COUNT; i++) {
        struct font *const one = &kit.info.fonts.fonts[i];

        memset(one->path, 'p', 100);
        memset(one->about.name, 'n', SOUNDFONT_TEXT_BYTES - 1);
        memset(one->about.maker, 'm', SOUNDFONT_TEXT_BYTES - 1);
        memset(one->about.copyright, 'c', SOUNDFONT_TEXT_BYTES - 1);
        memset(one->about.comment, 'l', SOUNDFONT_TEXT_BYTES - 1);
    }
    kit.info.n_degraded = 2;
    memset(kit.info.degraded, 'd', 2 * INFO_SENTENCE_BYTES);
    kit.info.degraded[0][INFO_SENTENCE_BYTES - 1] = '\0';
    kit.info.degraded[1][INFO_SENTENCE_BYTES - 1] = '\0';
    info_to_json(&kit.info, text, sizeof text);
    CHECK(strstr(text, "\"licence\":\"llll") != NULL);
    CHECK(strstr(text, "...\"") != NULL);
}

#define KIT_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_timbres_play_from_the_fonts_that_they_name),
        KIT_TEST(test_without_a_piano_font_the_general_midi_font_plays_it),
        KIT_TEST(test_the_texture_font_plays_in_place_of_one_that_is_missing),
        KIT_TEST(test_the_general_midi_font_plays_in_place_of_the_texture_font),
        KIT_TEST(test_without_any_font_it_is_silent_and_says_so),
        KIT_TEST(test_a_program_that_a_font_lacks_is_named),
        KIT_TEST(test_only_what_was_not_wrong_before_is_worse),
        KIT_TEST(test_what_is_no_font_is_refused_with_the_reason),
        KIT_TEST(test_a_font_that_is_cut_off_is_refused),
        KIT_TEST(test_a_font_with_wrong_bytes_does_no_harm),
        KIT_TEST(test_what_is_said_fits_however_long_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
