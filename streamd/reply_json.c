#include "streamd/reply_json.h"

#include "common/json.h"

#include <errno.h>

/* What a control reply may say; the rest is not passed on. */
static const char *const passed_on[] = {
    "ok", "effective_frame", "settled_frame", "effective_in_ms", "params", "errors",
};

int reply_id_from_json(const char *text, size_t len, char id[REPLY_ID_BYTES])
{
    const char *wrong = NULL;
    char reason[80] = "";
    cJSON *object = json_parse(text, len, &wrong);
    struct json_reader reader = {
        .object = object, .path = "", .reason = reason, .reason_size = sizeof(reason)};
    char read[REPLY_ID_BYTES] = "";

    if (cJSON_IsObject(object)) {
        json_text(&reader, "id", read, sizeof(read));
    }
    cJSON_Delete(object);
    if (read[0] == '\0' || reason[0] != '\0') {
        return -EPROTO;
    }
    for (size_t i = 0; i < sizeof(read); i++) {
        id[i] = read[i];
    }
    return 0;
}

static void pass_on(cJSON *to, cJSON *reply)
{
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++) {
        cJSON *member = cJSON_DetachItemFromObjectCaseSensitive(reply, passed_on[i]);

        if (member) {
            cJSON_AddItemToObject(to, passed_on[i], member);
        }
    }
}

static cJSON *parse_reply(const char *text, size_t len)
{
    const char *wrong = NULL;
    cJSON *reply = json_parse(text, len, &wrong);

    if (!cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(reply, "ok"))) {
        cJSON_Delete(reply);
        return NULL;
    }
    return reply;
}

char *reply_http_json(const char *text, size_t len, bool *ok)
{
    cJSON *reply = parse_reply(text, len);
    cJSON *object = NULL;

    if (!reply) {
        return NULL;
    }
    *ok = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply, "ok"));
    object = cJSON_CreateObject();
    pass_on(object, reply);
    cJSON_Delete(reply);
    return json_print(object);
}

char *reply_ack_json(const char *text, size_t len, const char *id_json)
{
    cJSON *reply = parse_reply(text, len);
    cJSON *object = NULL;

    if (!reply) {
        return NULL;
    }
    object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "type", "control_ack");
    if (id_json[0] != '\0') {
        cJSON_AddRawToObject(object, "id", id_json);
    }
    pass_on(object, reply);
    cJSON_Delete(reply);
    return json_print(object);
}
