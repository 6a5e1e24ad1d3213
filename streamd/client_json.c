#include "streamd/client_json.h"

#include "common/json.h"
#include "common/params_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPES_TEXT   "control, token, status or ping"
#define AFTER_MAX_MS 86400000.0 /* a day */

static const char *const ops[] = {"set", "next", "reseed", "end", "begin"};
enum { OPS = sizeof(ops) / sizeof(ops[0]), ID_MAX_CHARS = 64 };

static void add_error(struct param_errors *errors, const char *param, const char *what)
{
    if (errors->n < PARAM_ERRORS_MAX) {
        struct param_error *error = &errors->list[errors->n++];

        snprintf(error->param, sizeof(error->param), "%s", param);
        snprintf(error->error, sizeof(error->error), "%s", what);
    }
}

static void take_op(const cJSON *value, struct control_ask *ask, struct param_errors *errors)
{
    for (int i = 0; i < OPS; i++) {
        if (cJSON_IsString(value) && strcmp(value->valuestring, ops[i]) == 0) {
            ask->op = ops[i];
            return;
        }
    }
    add_error(errors, "op", "must be set, next, reseed, end or begin");
}

static void take_after(const cJSON *value, struct control_ask *ask, struct param_errors *errors)
{
    if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble > AFTER_MAX_MS) {
        add_error(errors, "after_ms", "must be 0 to 86400000 milliseconds");
        return;
    }
    ask->has_after = true;
    ask->after_ms = value->valuedouble;
}

/* A wish in the making. */
struct asking {
    struct control_ask *ask;
    struct param_errors *errors;
    struct params_change change; /* only to check the values */
    cJSON *params;
};

static void take_param(struct asking *asking, const cJSON *value)
{
    if (cJSON_GetObjectItemCaseSensitive(asking->params, value->string)) {
        add_error(asking->errors, value->string, "stands twice");
        return;
    }
    params_change_json(&asking->change, value->string, value, asking->errors);
    cJSON_AddItemToObject(asking->params, value->string, cJSON_Duplicate(value, 1));
}

static void take_member(struct asking *asking, const cJSON *member)
{
    const cJSON *param = NULL;

    if (strcmp(member->string, "op") == 0) {
        take_op(member, asking->ask, asking->errors);
    } else if (strcmp(member->string, "after_ms") == 0) {
        take_after(member, asking->ask, asking->errors);
    } else if (strcmp(member->string, "params") == 0 && cJSON_IsObject(member)) {
        cJSON_ArrayForEach(param, member)
        {
            take_param(asking, param);
        }
    } else {
        take_param(asking, member);
    }
}

static void check_whole(struct asking *asking)
{
    const bool is_set = strcmp(asking->ask->op, "set") == 0;
    const bool is_empty = cJSON_GetArraySize(asking->params) == 0;

    if (asking->errors->n > 0) {
        return;
    }
    if (is_set && is_empty) {
        add_error(asking->errors, "", "nothing to change: name a parameter or an op");
    } else if (!is_set && !is_empty) {
        add_error(asking->errors, asking->params->child->string, "goes with op set only");
    }
    if (asking->ask->has_after && strcmp(asking->ask->op, "end") != 0) {
        add_error(asking->errors, "after_ms", "goes with op end only");
    }
}

/* Reads the members of an object but those in `skip` ([2], NULL for none). */
static int read_ask(const cJSON *object, const char *const skip[2], struct control_ask *ask,
                    char **errors_json)
{
    struct param_errors errors = {0};
    struct asking asking = {.ask = ask, .errors = &errors, .params = cJSON_CreateObject()};
    const cJSON *member = NULL;

    *ask = (struct control_ask){.op = ops[0]};
    cJSON_ArrayForEach(member, object)
    {
        if (!skip ||
            (strcmp(member->string, skip[0]) != 0 && strcmp(member->string, skip[1]) != 0)) {
            take_member(&asking, member);
        }
    }
    check_whole(&asking);
    if (errors.n > 0) {
        cJSON_Delete(asking.params);
        *errors_json = json_print(param_errors_to_json(&errors));
        return -EINVAL;
    }
    ask->params_json =
        strcmp(ask->op, "set") == 0 ? cJSON_PrintUnformatted(asking.params) : NULL;
    cJSON_Delete(asking.params);
    return 0;
}

void control_ask_finish(struct control_ask *ask)
{
    free(ask->params_json);
    *ask = (struct control_ask){0};
}

void client_message_finish(struct client_message *message)
{
    control_ask_finish(&message->ask);
    free(message->errors_json);
    message->errors_json = NULL;
}

static int refuse(struct client_error *error, const char *code, const char *text)
{
    error->code = code;
    snprintf(error->text, sizeof(error->text), "%s", text);
    return -EINVAL;
}

static int read_id(const cJSON *object, char id_json[CLIENT_ID_BYTES],
                   struct client_error *error)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(object, "id");
    char *text = NULL;

    id_json[0] = '\0';
    if (!id) {
        return 0;
    }
    if (cJSON_IsNumber(id) || (cJSON_IsString(id) && strlen(id->valuestring) <= ID_MAX_CHARS)) {
        text = cJSON_PrintUnformatted(id);
    }
    if (!text || strlen(text) >= CLIENT_ID_BYTES) {
        free(text);
        return refuse(error, "bad_id", "id must be a number or a text of at most 64 bytes");
    }
    snprintf(id_json, CLIENT_ID_BYTES, "%s", text);
    free(text);
    return 0;
}

static int read_token(const cJSON *object, char token[CLIENT_TOKEN_BYTES],
                      struct client_error *error)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, "token");

    if (!cJSON_IsString(value) || value->valuestring[0] == '\0' ||
        strlen(value->valuestring) >= CLIENT_TOKEN_BYTES) {
        return refuse(error, "bad_token", "token must be a text of 1 to 127 bytes");
    }
    snprintf(token, CLIENT_TOKEN_BYTES, "%s", value->valuestring);
    return 0;
}

static int read_message(const cJSON *object, struct client_message *message,
                        struct client_error *error)
{
    static const char *const names[] = {[CLIENT_CONTROL] = "control",
                                        [CLIENT_STATUS] = "status",
                                        [CLIENT_PING] = "ping",
                                        [CLIENT_TOKEN] = "token"};
    static const char *const skip[2] = {"type", "id"};
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(object, "type");

    if (!cJSON_IsObject(object) || !cJSON_IsString(type)) {
        return refuse(error, "bad_message", "a message is an object with a type: " TYPES_TEXT);
    }
    if (read_id(object, message->id_json, error) < 0) {
        return -EINVAL;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(type->valuestring, names[i]) == 0) {
            message->type = (enum client_type)i;
            if (message->type == CLIENT_CONTROL) {
                (void)read_ask(object, skip, &message->ask, &message->errors_json);
            }
            return message->type == CLIENT_TOKEN ? read_token(object, message->token, error)
                                                 : 0;
        }
    }
    return refuse(error, "unknown_type", "type must be " TYPES_TEXT);
}

int client_message_from_json(const char *text, size_t len, struct client_message *message,
                             struct client_error *error)
{
    const char *reason = NULL;
    cJSON *object = json_parse(text, len, &reason);

    *message = (struct client_message){0};
    if (!object) {
        error->code = "bad_json";
        snprintf(error->text, sizeof(error->text), "the message %s", reason);
        return -EINVAL;
    }
    const int rc = read_message(object, message, error);

    cJSON_Delete(object);
    return rc;
}

int control_ask_from_json(const char *text, size_t len, struct control_ask *ask,
                          char **errors_json)
{
    const char *reason = NULL;
    struct param_errors errors = {0};
    char what[128];
    cJSON *object = json_parse(text, len, &reason);

    if (cJSON_IsObject(object)) {
        const int rc = read_ask(object, NULL, ask, errors_json);

        cJSON_Delete(object);
        return rc;
    }
    snprintf(what, sizeof(what), "the body %s", object ? "must be an object" : reason);
    cJSON_Delete(object);
    add_error(&errors, "", what);
    *errors_json = json_print(param_errors_to_json(&errors));
    return -EINVAL;
}
