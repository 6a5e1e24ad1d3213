#include "synthd/reload.h"

#include "common/log.h"

#include <string.h>

void reload_init(struct reload *reload, const struct settings_program *program, int argc,
                 char **argv)
{
    memset(reload, 0, sizeof *reload);
    reload->program = program;
    reload->argc = argc;
    reload->argv = argv;
}

bool reload_busy(const struct reload *reload)
{
    return reload->working;
}

static void refuse(const char *sentence, const char *reason)
{
    const struct log_facts facts = {.reason = reason};

    log_event(LOG_EVENT_config_refused, &facts, "%s", sentence);
}

/* The kit that the configuration asks for now. */
static bool make_kit(struct reload *reload)
{
    struct settings_error error = {""};
    struct kit_options options = reload->options;
    const struct settings *const set = &reload->settings;

    if (settings_reload(&reload->settings, reload->program, reload->argc, reload->argv,
                        &error) != 0) {
        refuse("cannot reload the configuration, playing on as before", error.text);
        return false;
    }
    options.timbres = set->timbres;
    options.fonts = (struct font_paths){set->synth_soundfont, set->synth_piano_font,
                                        set->synth_texture_font};
    const int rc = kit_open(&reload->kit, &options);

    if (rc != 0) {
        refuse("cannot load the voices, playing on as before", log_errno(rc));
        return false;
    }
    const char *const worse = kit_worse(&reload->kit, &reload->before);

    if (worse != NULL) {
        refuse("cannot reload the voices, playing on as before", worse);
        kit_finish(&reload->kit);
    }
    return worse == NULL;
}

static void *work(void *user)
{
    struct reload *const reload = user;

    if (reload->doomed != NULL) {
        voice_destroy(reload->doomed);
        reload->doomed = NULL;
    } else {
        reload->made = make_kit(reload);
    }
    /* pairs with reload_collect() */
    atomic_store_explicit(&reload->done, true, memory_order_release);
    return NULL;
}

/* Without a thread nothing is done: it is tried again with the next piece of work. */
static void start(struct reload *reload)
{
    reload->made = false;
    atomic_store_explicit(&reload->done, false, memory_order_relaxed);
    const int rc = pthread_create(&reload->thread, NULL, work, reload);

    reload->working = rc == 0;
    if (rc != 0) {
        log_warn("cannot begin a thread to reload reason=\"%s\"", log_errno(-rc));
    }
}

void reload_begin(struct reload *reload, const struct kit_options *options,
                  const struct synth_info *before)
{
    reload->wanted = false;
    reload->options = *options;
    reload->before = *before;
    start(reload);
}

void reload_destroy(struct reload *reload, struct voice *voice)
{
    reload->doomed = voice;
    start(reload);
    if (!reload->working) {
        voice_destroy(voice); /* a short wait is better than a leak */
        reload->doomed = NULL;
    }
}

bool reload_collect(struct reload *reload)
{
    /* pairs with work() */
    if (!reload->working || !atomic_load_explicit(&reload->done, memory_order_acquire)) {
        return false;
    }
    pthread_join(reload->thread, NULL);
    reload->working = false;
    return reload->made;
}

void reload_finish(struct reload *reload)
{
    if (reload->working) {
        pthread_join(reload->thread, NULL);
        reload->working = false;
    }
    if (reload->made) {
        kit_finish(&reload->kit);
    }
}
