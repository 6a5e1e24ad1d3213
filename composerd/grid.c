#include "composerd/grid.h"

#include "common/phrase.h"

uint64_t grid_seconds(const struct composer *composer, double seconds)
{
    const double blocks = seconds * composer->rate_hz / BLOCK_FRAMES;
    const uint64_t whole = (uint64_t)blocks;

    return (whole + ((double)whole < blocks ? 1 : 0)) * BLOCK_FRAMES;
}

uint64_t grid_block_down(uint64_t frame)
{
    return frame - frame % BLOCK_FRAMES;
}

int32_t grid_bar_frames(double bpm, int32_t rate_hz)
{
    const double blocks = 4 * 60 / bpm * rate_hz / BLOCK_FRAMES;

    return (int32_t)(blocks + 0.5) * BLOCK_FRAMES;
}

double grid_tempo_step(double bpm, double target_bpm)
{
    if (target_bpm > bpm + TEMPO_STEP_BPM) {
        return bpm + TEMPO_STEP_BPM;
    }
    if (target_bpm < bpm - TEMPO_STEP_BPM) {
        return bpm - TEMPO_STEP_BPM;
    }
    return target_bpm;
}

uint64_t grid_beat_frame(const struct composer *composer, int32_t beat)
{
    return composer->bar_frame +
           grid_block_down((uint64_t)composer->bar_frames * (uint64_t)beat / 4);
}

uint64_t grid_after_bars(const struct composer *composer, double target_bpm, int32_t n_bars)
{
    uint64_t frame = composer->bar_frame;
    uint64_t frames = (uint64_t)composer->bar_frames;
    double bpm = composer->bpm;

    for (int32_t i = 0; i < n_bars; i++) {
        frame += frames;
        bpm = grid_tempo_step(bpm, target_bpm);
        frames = (uint64_t)grid_bar_frames(bpm, composer->rate_hz);
    }
    return frame;
}

int32_t grid_bars_until(const struct composer *composer, double target_bpm, uint64_t frame,
                        int32_t max)
{
    int32_t n_bars = 1;

    while (n_bars < max && grid_after_bars(composer, target_bpm, n_bars) < frame) {
        n_bars++;
    }
    return n_bars;
}
