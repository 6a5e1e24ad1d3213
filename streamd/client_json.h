/*
 * client_json - what listeners say: control over HTTP and WebSocket, token, status, ping.
 *
 * Memory:  *_finish() accepts a zeroed struct.
 * Threads: pure.
 * Errors:  0, or -EINVAL with what was wrong and what is allowed.
 */
#ifndef AURALIS_CLIENT_JSON_H
#define AURALIS_CLIENT_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum { CLIENT_ID_BYTES = 80, CLIENT_REASON_BYTES = 200 };

/* A wish for composerd. */
struct control_ask {
    const char *op;    /* static: "set", "next", "reseed", "end" or "begin" */
    char *params_json; /* of "set": an object with what is to change, else NULL */
    bool has_after;
    double after_ms; /* of "end" */
};
void control_ask_finish(struct control_ask *ask);

enum client_type { CLIENT_CONTROL, CLIENT_STATUS, CLIENT_PING, CLIENT_TOKEN };
enum { CLIENT_TOKEN_BYTES = 128 };

struct client_message {
    enum client_type type;
    char id_json
        [CLIENT_ID_BYTES];  /* as the client wrote it: "7" or "\"a\""; "" when it gave none */
    struct control_ask ask; /* CLIENT_CONTROL */
    char token[CLIENT_TOKEN_BYTES]; /* CLIENT_TOKEN */
    char *errors_json; /* CLIENT_CONTROL that is refused: [{"param","error"}], else NULL */
};
void client_message_finish(struct client_message *message);

/* Why a message is none: `code` is static. */
struct client_error {
    const char *code;
    char text[CLIENT_REASON_BYTES];
};
/* Reads one WebSocket message. A control message whose parameters are refused is still one. */
int client_message_from_json(const char *text, size_t len, struct client_message *message,
                             struct client_error *error);
/* Reads the body of POST /api/control. -EINVAL: *errors_json is [{"param","error"}], to be
 * freed. */
int control_ask_from_json(const char *text, size_t len, struct control_ask *ask,
                          char **errors_json);

#endif
