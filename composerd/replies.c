#include "composerd/replies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *replies_find(const struct replies *replies, const char *id)
{
    for (size_t i = 0; i < REPLIES_KEPT && id[0] != '\0'; i++) {
        if (strcmp(replies->kept[i].id, id) == 0) {
            return replies->kept[i].json;
        }
    }
    return NULL;
}

void replies_add(struct replies *replies, const char *id, const char *json)
{
    char *const copy = id[0] != '\0' ? strdup(json) : NULL;
    const size_t i = replies->next;

    if (copy == NULL) {
        return;
    }
    replies->next = (i + 1) % REPLIES_KEPT;
    free(replies->kept[i].json);
    snprintf(replies->kept[i].id, CONTROL_ID_SIZE, "%s", id);
    replies->kept[i].json = copy;
}

void replies_finish(struct replies *replies)
{
    for (size_t i = 0; i < REPLIES_KEPT; i++) {
        free(replies->kept[i].json);
        replies->kept[i].json = NULL;
        replies->kept[i].id[0] = '\0';
    }
}
