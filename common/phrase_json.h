/*
 * phrase_json - the members of a phrase event <-> struct phrase. event_json adds the envelope.
 *
 * Memory:  the caller's.
 * Errors:  in the reader.
 */
#ifndef AURALIS_PHRASE_JSON_H
#define AURALIS_PHRASE_JSON_H

#include "common/json.h"
#include "common/phrase.h"

void phrase_add_json(cJSON *object, const struct phrase *phrase);
/* Reads the members, and refuses those that no phrase event has. */
void phrase_read_json(struct json_reader *reader, struct phrase *phrase);

#endif
