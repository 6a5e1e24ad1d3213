#include "composerd/ends.h"

#include "composerd/grid.h"

static void list_end(struct phrase *phrase, uint64_t frame, int32_t role, int32_t midi)
{
    if (phrase->n_ends < PHRASE_MAX_ENDS) {
        phrase->ends[phrase->n_ends++] =
            (struct note_end){.frame = frame, .role = (uint8_t)role, .midi = (uint8_t)midi};
    }
}

static bool may_be_cut(int32_t role)
{
    return role == ROLE_pad || role == ROLE_bass || role == ROLE_swell;
}

void ends_restate(struct score *score)
{
    const struct composer *const composer = score->composer;

    for (int32_t i = 0; i < composer->n_held; i++) {
        const int32_t role = composer->held_role[i];
        const int32_t midi = composer->held_midi[i];
        const uint64_t end = composer->held_end[i];

        if (may_be_cut(role) && end >= composer->frame &&
            end == score_held_end(composer, (enum role)role, midi)) {
            list_end(score->phrase, end, role, midi);
        }
    }
}

/* Whether a held pad is a voice of the chord that begins, or doubles one. */
static bool in_voicing(const struct composer *composer, int32_t midi)
{
    for (int32_t v = 0; v < VOICES; v++) {
        if (composer->voicing[v] == midi || composer->voicing[v] + 12 == midi) {
            return true;
        }
    }
    return false;
}

static bool clashes(const struct composer *composer, int32_t role, int32_t midi)
{
    switch (role) {
    case ROLE_pad:
        return !in_voicing(composer, midi);
    case ROLE_bass:
        return true; /* two basses at once are mud */
    case ROLE_swell:
        return !theory_has(score_scale(composer), midi);
    default:
        return false; /* short, and within both scales */
    }
}

static void cut(struct score *score, int32_t role, int32_t midi, uint64_t frame)
{
    struct composer *const composer = score->composer;

    for (int32_t i = 0; i < composer->n_held; i++) {
        if (composer->held_role[i] == role && composer->held_midi[i] == midi &&
            composer->held_end[i] > frame) {
            composer->held_end[i] = frame;
        }
    }
    for (uint32_t i = 0; i < score->phrase->n_ends; i++) {
        struct note_end *const end = &score->phrase->ends[i];

        if (end->role == role && end->midi == midi && end->frame > frame) {
            end->frame = frame;
            return;
        }
    }
    list_end(score->phrase, frame, role, midi);
}

static bool is_own(const struct phrase *phrase, int32_t role, int32_t midi, uint64_t end)
{
    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        const struct note *const note = &phrase->notes[i];

        if (note->role == role && note->midi == midi && note->frame + note->frames == end) {
            return true;
        }
    }
    return false;
}

void ends_cut_clashes(struct score *score)
{
    struct composer *const composer = score->composer;
    const uint64_t latest = composer->frame + grid_seconds(composer, OVERLAP_MAX_SECONDS);

    for (int32_t i = 0; i < composer->n_held; i++) {
        const int32_t role = composer->held_role[i];
        const int32_t midi = composer->held_midi[i];
        const bool bass = role == ROLE_bass;
        const double overlap =
            dice_between(composer, DIE_PAD, OVERLAP_MIN_SECONDS, OVERLAP_MAX_SECONDS - 0.1);

        if (composer->held_end[i] > (bass ? composer->frame : latest) &&
            clashes(composer, role, midi) &&
            !is_own(score->phrase, role, midi, composer->held_end[i])) {
            cut(score, role, midi,
                composer->frame + (bass ? 0 : grid_seconds(composer, overlap)));
        }
    }
    score_prune_held(composer);
}
