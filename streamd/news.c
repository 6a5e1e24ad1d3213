#include "streamd/news.h"

#include "streamd/news_json.h"

#include <string.h>

static void remove_phrase(struct news *news, int at)
{
    text_drop(news->phrases[at].text);
    news->n_phrases--;
    memmove(&news->phrases[at], &news->phrases[at + 1],
            (size_t)(news->n_phrases - at) * sizeof(news->phrases[0]));
}

static void forget_stream(struct news *news)
{
    while (news->n_phrases > 0) {
        remove_phrase(news, news->n_phrases - 1);
    }
    news->has_params = false;
}

static enum news_kind take_params(struct news *news, const struct params_event *params)
{
    if (news->has_params && params->change <= news->params.change) {
        return NEWS_NOTHING;
    }
    news->params = *params;
    news->has_params = true;
    return NEWS_PARAMS;
}

static enum news_kind take_phrase(struct news *news, const struct event *event,
                                  const char *text, size_t len)
{
    const struct phrase *phrase = &event->phrase;

    for (int i = news->n_phrases - 1; i >= 0; i--) {
        if (news->phrases[i].number >= phrase->phrase) {
            return NEWS_NOTHING; /* numbers only grow: this is a repetition */
        }
        if (news->phrases[i].start_frame >= phrase->start_frame) {
            remove_phrase(news, i); /* nothing of it is left */
        }
    }
    if (news->n_phrases == NEWS_PHRASES) {
        remove_phrase(news, 0);
    }
    struct text *kept =
        text ? text_create(text, len) : text_from(phrase_to_json(&event->head, phrase));

    if (!kept) {
        return NEWS_NOTHING;
    }
    news->phrases[news->n_phrases++] =
        (struct news_phrase){.number = phrase->phrase,
                             .start_frame = phrase->start_frame,
                             .end_frame = phrase->start_frame + phrase->frames,
                             .text = kept};
    return NEWS_PHRASE;
}

static void take_heartbeat(struct news *news, const struct event *event, const char *text,
                           size_t len, int64_t now_ns)
{
    bus_gap_heartbeat(&news->gap, &event->head, event->heartbeat.last_n);
    news->heartbeat = event->heartbeat;
    news->heartbeat_ns = now_ns;
    news->has_heartbeat = true;
    news_counters_from_json(text, len, news->counters);
}

static void follow_stream(struct news *news, uint64_t stream)
{
    if (stream != news->stream) {
        forget_stream(news);
        news->stream = stream;
    }
}

/* text: the event as JSON, or NULL to have it made. */
static enum news_kind take_in_order(struct news *news, const struct event *event,
                                    const char *text, size_t len)
{
    switch (event->head.type) {
    case EVENT_PARAMS:
        return take_params(news, &event->params);
    case EVENT_PHRASE:
        return take_phrase(news, event, text, len);
    default:
        return NEWS_NOTHING;
    }
}

enum news_kind news_take(struct news *news, const struct event *event, const char *text,
                         size_t len, int64_t now_ns)
{
    follow_stream(news, event->head.stream);
    if (event->head.type == EVENT_HEARTBEAT) {
        take_heartbeat(news, event, text, len, now_ns);
        return NEWS_NOTHING;
    }
    if (bus_gap_event(&news->gap, &event->head) != BUS_SEEN_NEXT) {
        return NEWS_NOTHING;
    }
    return take_in_order(news, event, text, len);
}

bool news_want_snapshot(const struct news *news)
{
    return !news->gap.known;
}

enum news_kind news_take_again(struct news *news, const struct event *event)
{
    follow_stream(news, event->head.stream);
    return take_in_order(news, event, NULL, 0);
}

void news_end_snapshot(struct news *news, const char *run,
                       const uint64_t last_n[EVENT_TYPE_COUNT])
{
    bus_gap_snapshot(&news->gap, run, last_n);
}

void news_forget(struct news *news, uint64_t frame)
{
    for (int i = news->n_phrases - 1; i >= 0; i--) {
        if (news->phrases[i].end_frame <= frame) {
            remove_phrase(news, i);
        }
    }
}

bool news_composerd_is_away(const struct news *news, int64_t now_ns)
{
    return !news->has_heartbeat || now_ns - news->heartbeat_ns > NEWS_COMPOSERD_AWAY_NS;
}

void news_finish(struct news *news)
{
    forget_stream(news);
    *news = (struct news){0};
}
