#include "streamd/steering.h"

#include "streamd/message_json.h"
#include "streamd/token_file.h"

#include <string.h>

/* The token of the station; without one nobody may steer. */
static void load_token(const char *dir, struct access *access)
{
    const int rc = token_file_load(dir, access->token);
    struct log_facts facts = {.path = dir};

    if (rc < 0) {
        facts.reason = log_errno(rc);
        log_event(LOG_EVENT_token_failed, &facts, "nobody may steer: cannot keep a token");
        access->mode = ACCESS_OFF;
    } else if (rc == TOKEN_FILE_MADE) {
        log_event(LOG_EVENT_token_made, &facts, "a token was made; auralisctl token shows it");
    }
}

static void take_back(struct streamd *streamd)
{
    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->may_steer) {
            one->may_steer = false;
            listener_say(&one->listener, message_token_json(ACCESS_WRONG, ""));
        }
    }
}

void steering_load(struct streamd *streamd)
{
    const struct settings *settings = &streamd->settings;
    struct access access = {
        .mode = access_mode_of(settings->stream_control, streamd->hosts.reachable)};

    if (access.mode == ACCESS_TOKEN) {
        load_token(settings->stream_dir, &access);
    }
    if (memcmp(access.token, streamd->access.token, sizeof(access.token)) != 0) {
        take_back(streamd);
    }
    streamd->access = access;
}

enum access_verdict steering_ask(struct streamd *streamd, struct connection *connection,
                                 const char *shown)
{
    const enum access_verdict verdict =
        access_judge(&streamd->access, connection->peer, shown, clock_machine_ns());

    if (verdict == ACCESS_WRONG || verdict == ACCESS_TOO_OFTEN) {
        metric_add(&streamd->metrics, METRIC_streamd_tokens_refused, 1);
    }
    return verdict;
}

void steering_show(struct streamd *streamd, struct connection *connection,
                   const struct client_message *message)
{
    const enum access_verdict verdict = steering_ask(streamd, connection, message->token);

    connection->may_steer = verdict == ACCESS_GRANTED;
    listener_say(&connection->listener, message_token_json(verdict, message->id_json));
    if (verdict != ACCESS_GRANTED) {
        listener_rubbish(&connection->listener, clock_machine_ns());
    }
}

const char *steering_refuse(struct streamd *streamd, struct connection *connection)
{
    const enum access_verdict verdict =
        connection->may_steer ? ACCESS_GRANTED : steering_ask(streamd, connection, "");

    return access_refusals[verdict].text;
}
