/*
 * steering - whether a client of this station may steer it.
 *
 * Threads: the event loop's.
 */
#ifndef AURALIS_STEERING_H
#define AURALIS_STEERING_H

#include "streamd/streamd.h"

/* Takes up who may steer, from the settings and the token on disk: at the start, and again on a
 * reload. Whoever showed a token that holds no longer is told. */
void steering_load(struct streamd *streamd);
/* Whether the client may steer, who shows this token ("" for none). */
enum access_verdict steering_ask(struct streamd *streamd, struct connection *connection,
                                 const char *shown);
/* A listener has shown its token. */
void steering_show(struct streamd *streamd, struct connection *connection,
                   const struct client_message *message);
/* Why a listener may not make a change now; NULL when it may. */
const char *steering_refuse(struct streamd *streamd, struct connection *connection);

#endif
