#include "composerd/control_json.h"

#include "common/params_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const op_names[CONTROL_OP_COUNT] = {
    [CONTROL_SET] = "set",           [CONTROL_NEXT] = "next",   [CONTROL_RESEED] = "reseed",
    [CONTROL_END] = "end",           [CONTROL_BEGIN] = "begin", [CONTROL_GET] = "get",
    [CONTROL_SNAPSHOT] = "snapshot",
};

/* An end further away than a day is a mistake. */
static const double end_max_ms = 24 * 3600 * 1000.0;
/* No composition is longer. */
static const double at_max_seconds = 1e7;

static void add_error(struct control_errors *errors, const char *param, const char *error)
{
    if (errors->n < CONTROL_ERRORS_MAX) {
        struct param_error *const entry = &errors->list[errors->n++];

        snprintf(entry->param, sizeof entry->param, "%s", param);
        snprintf(entry->error, sizeof entry->error, "%s", error);
    }
}

/* Which members an op takes beside those that all do. */
static bool op_takes(enum control_op op, const char *member)
{
    switch (op) {
    case CONTROL_SET:
        return strcmp(member, "params") == 0;
    case CONTROL_SNAPSHOT:
        return strcmp(member, "from") == 0;
    case CONTROL_END:
        return strcmp(member, "after_ms") == 0;
    default:
        return false;
    }
}

static bool all_take(const char *member)
{
    static const char *const shared[] = {"v", "id", "op", "origin"};

    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if (strcmp(member, shared[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void read_params(const cJSON *params, struct params_change *change,
                        struct control_errors *errors)
{
    struct param_errors wrong = {0};
    const cJSON *value;

    if (!cJSON_IsObject(params) || params->child == NULL) {
        add_error(errors, "params", "must be an object that names at least one parameter");
        return;
    }
    cJSON_ArrayForEach(value, params)
    {
        params_change_json(change, value->string, value, &wrong);
    }
    for (int i = 0; i < wrong.n; i++) {
        add_error(errors, wrong.list[i].param, wrong.list[i].error);
    }
}

/* Reads one member through the strict reader; a failure becomes an error of that name. */
struct member_reader {
    struct json_reader reader;
    char reason[160];
};

static void begin_member(struct member_reader *member, const cJSON *object)
{
    member->reason[0] = '\0';
    member->reader = (struct json_reader){.object = object,
                                          .path = "",
                                          .reason = member->reason,
                                          .reason_size = sizeof member->reason};
}

static void end_member(const struct member_reader *member, const char *name,
                       struct control_errors *errors)
{
    const char *const said = strstr(member->reason, ": ");

    if (member->reason[0] != '\0') {
        add_error(errors, name, said != NULL ? said + 2 : member->reason);
    }
}

static bool has(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name) != NULL;
}

static void read_text(const cJSON *object, const char *name, char *dst, size_t size,
                      struct control_errors *errors)
{
    struct member_reader member;

    begin_member(&member, object);
    if (has(object, name)) {
        json_text(&member.reader, name, dst, size);
    }
    end_member(&member, name, errors);
}

/* One of the first n_ops. */
static void read_op(const cJSON *object, int n_ops, struct control_request *request,
                    struct control_errors *errors)
{
    struct member_reader member;

    begin_member(&member, object);
    if (has(object, "op")) {
        request->op = (enum control_op)json_choice(&member.reader, "op", op_names, n_ops);
    }
    end_member(&member, "op", errors);
}

static void read_arguments(const cJSON *object, struct control_request *request,
                           struct control_errors *errors)
{
    struct member_reader member;

    begin_member(&member, object);
    switch (request->op) {
    case CONTROL_SET:
        read_params(cJSON_GetObjectItemCaseSensitive(object, "params"), &request->change,
                    errors);
        break;
    case CONTROL_SNAPSHOT:
        request->from_frame = json_frame(&member.reader, "from");
        end_member(&member, "from", errors);
        break;
    case CONTROL_END:
        request->after_ms = json_real(&member.reader, "after_ms", 0, end_max_ms);
        end_member(&member, "after_ms", errors);
        break;
    default:
        break;
    }
}

static void read_request(const cJSON *object, int n_ops, struct control_request *request,
                         struct control_errors *errors)
{
    const cJSON *value;
    const cJSON *const version = cJSON_GetObjectItemCaseSensitive(object, "v");

    read_text(object, "id", request->id, sizeof request->id, errors);
    read_text(object, "origin", request->origin, sizeof request->origin, errors);
    if (version != NULL &&
        (!cJSON_IsNumber(version) || version->valuedouble != EVENT_VERSION)) {
        add_error(errors, "v", "must be 1");
    }
    read_op(object, n_ops, request, errors);
    if (errors->n > 0) {
        return;
    }
    cJSON_ArrayForEach(value, object)
    {
        if (!all_take(value->string) && !op_takes(request->op, value->string)) {
            add_error(errors, value->string, "is not taken by this op");
        }
    }
    read_arguments(object, request, errors);
}

static cJSON *parse_object(const char *text, size_t len, struct control_errors *errors)
{
    const char *wrong;
    cJSON *const object = json_parse(text, len, &wrong);

    if (object != NULL && cJSON_IsObject(object)) {
        return object;
    }
    add_error(errors, "request", object == NULL ? wrong : "must be an object");
    cJSON_Delete(object);
    return NULL;
}

int control_request_from_json(const char *text, size_t len, struct control_request *request,
                              struct control_errors *errors)
{
    memset(request, 0, sizeof *request);
    memset(errors, 0, sizeof *errors);
    cJSON *const object = parse_object(text, len, errors);

    if (object != NULL) {
        read_request(object, CONTROL_OP_COUNT, request, errors);
    }
    cJSON_Delete(object);
    return errors->n == 0 ? 0 : -EINVAL;
}

static double take_at(cJSON *object, struct control_errors *errors)
{
    struct member_reader member;

    begin_member(&member, object);
    const double at_seconds = json_real(&member.reader, "at", 0, at_max_seconds);

    end_member(&member, "at", errors);
    cJSON_DeleteItemFromObjectCaseSensitive(object, "at");
    return at_seconds;
}

int control_step_from_json(const char *text, size_t len, struct control_step *step,
                           struct control_errors *errors)
{
    memset(step, 0, sizeof *step);
    memset(errors, 0, sizeof *errors);
    cJSON *const object = parse_object(text, len, errors);

    if (object != NULL) {
        step->at_seconds = take_at(object, errors);
        read_request(object, CONTROL_CHANGE_COUNT, &step->request, errors);
    }
    cJSON_Delete(object);
    return errors->n == 0 ? 0 : -EINVAL;
}

static cJSON *begin_reply(const char *id, bool ok)
{
    cJSON *const object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "id", id);
    cJSON_AddBoolToObject(object, "ok", ok);
    return object;
}

char *control_answer_to_json(const char *id, const struct control_answer *answer)
{
    cJSON *const object = begin_reply(id, true);

    json_add_frame(object, "effective_frame", answer->effective_frame);
    json_add_frame(object, "settled_frame", answer->settled_frame);
    cJSON_AddNumberToObject(object, "effective_in_ms", answer->effective_in_ms);
    cJSON_AddItemToObject(object, "params", params_to_json(&answer->params));
    return json_print(object);
}

char *control_errors_to_json(const char *id, const struct control_errors *errors)
{
    cJSON *const object = begin_reply(id, false);
    cJSON *const list = cJSON_AddArrayToObject(object, "errors");

    for (int i = 0; i < errors->n; i++) {
        cJSON *const entry = cJSON_CreateObject();

        cJSON_AddStringToObject(entry, "param", errors->list[i].param);
        cJSON_AddStringToObject(entry, "error", errors->list[i].error);
        cJSON_AddItemToArray(list, entry);
    }
    return json_print(object);
}
