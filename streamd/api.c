#include "streamd/api.h"

#include "streamd/api_json.h"
#include "streamd/prometheus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the routes ---- */

static void answer_json(struct api_answer *answer, char *json)
{
    answer->kind = API_ANSWER;
    answer->status = json ? 200 : 503;
    answer->content_type = API_JSON;
    answer->body = json;
}

static void get_control(const struct view *view, struct api_answer *answer)
{
    answer_json(answer, api_control_json(view));
}

static void post_control(const struct view *view, struct api_answer *answer)
{
    (void)view;
    answer->kind = API_BODY;
}

static void get_status(const struct view *view, struct api_answer *answer)
{
    answer_json(answer, api_status_json(view));
}

static void get_metrics(const struct view *view, struct api_answer *answer)
{
    answer_json(answer, api_metrics_json(view));
}

static void get_prometheus(const struct view *view, struct api_answer *answer)
{
    answer_json(answer, prometheus_text(view));
    answer->content_type = PROMETHEUS_CONTENT_TYPE;
}

static void get_health(const struct view *view, struct api_answer *answer)
{
    const char *reason = "";
    const enum audio audio = view_audio(view, &reason);
    const char *const trouble = audio == AUDIO_WAITING ? "" : view_trouble(view);
    char *text = NULL;

    if (asprintf(&text, "%s%s%s%s%s\n", audio == AUDIO_FLOWING ? "ok" : audio_names[audio],
                 reason[0] ? ": " : "", reason, trouble[0] ? ", but " : "", trouble) < 0) {
        text = NULL;
    }
    answer_json(answer, text);
    answer->content_type = "text/plain; charset=utf-8";
    answer->status = audio == AUDIO_WAITING ? 503 : answer->status;
}

static void get_stream(const struct view *view, struct api_answer *answer)
{
    (void)view;
    answer->kind = API_UPGRADE;
}

static const struct route {
    const char *path, *method;
    void (*answer)(const struct view *view, struct api_answer *answer);
} routes[] = {
    {"/ws/stream", "GET", get_stream},      {"/api/control", "GET", get_control},
    {"/api/control", "POST", post_control}, {"/api/status", "GET", get_status},
    {"/api/metrics", "GET", get_metrics},   {"/metrics", "GET", get_prometheus},
    {"/healthz", "GET", get_health},
};
enum { ROUTES = sizeof(routes) / sizeof(routes[0]) };

static const char *const route_list[] = {
    "GET /",
    "GET /ws/stream",
    "GET /api/control",
    "POST /api/control",
    "GET /api/status",
    "GET /api/metrics",
    "GET /metrics",
    "GET /healthz",
    NULL,
};

/* ---- answers ---- */

void api_refuse(struct api_answer *answer, int status, const char *code, const char *message)
{
    answer_json(answer, api_error_json(code, message, NULL));
    answer->status = status;
}

static void not_found(struct api_answer *answer)
{
    answer_json(answer,
                api_error_json("not_found", "nothing is served at this path", route_list));
    answer->status = 404;
}

static void not_allowed(struct api_answer *answer, const char *path)
{
    const char *methods[4] = {NULL};
    int n = 0;

    for (int i = 0; i < ROUTES; i++) {
        if (strcmp(routes[i].path, path) == 0) {
            methods[n++] = routes[i].method;
        }
    }
    if (n == 0) {
        methods[n++] = "GET";
    }
    methods[n] = "HEAD";
    for (int i = 0; i <= n; i++) {
        const size_t len = strlen(answer->allow);

        snprintf(answer->allow + len, sizeof(answer->allow) - len, "%s%s", i > 0 ? ", " : "",
                 methods[i]);
    }
    answer_json(answer, api_error_json("method_not_allowed",
                                       "this path does not take this method", methods));
    answer->status = 405;
}

/* "application/json", with or without a charset: what a foreign page cannot send unasked. */
static bool is_json_type(const char *type)
{
    const size_t len = strlen(API_JSON);

    return strncmp(type, API_JSON, len) == 0 &&
           (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

void api_refuse_access(struct api_answer *answer, enum access_verdict verdict)
{
    const struct access_refusal *refusal = &access_refusals[verdict];

    api_refuse(answer, refusal->status, refusal->code, refusal->text);
}

/* Whether the body that is announced may come. */
static bool check_body(const struct api_head *head, size_t max_bytes, struct api_answer *answer)
{
    static const char *const types[] = {API_JSON, NULL};
    char text[96];

    if (head->steering != ACCESS_GRANTED) {
        api_refuse_access(answer, head->steering);
    } else if (!is_json_type(head->content_type)) {
        answer_json(answer, api_error_json("unsupported_media_type",
                                           "Content-Type must be application/json", types));
        answer->status = 415;
    } else if (head->is_chunked || !head->has_length) {
        api_refuse(answer, 411, "length_required",
                   "the body needs a Content-Length; chunked bodies are not taken");
    } else if (head->length > max_bytes) {
        snprintf(text, sizeof(text), "the body may have at most %zu bytes", max_bytes);
        api_refuse(answer, 413, "too_large", text);
    }
    return answer->status == 0;
}

static const struct route *find_route(const char *method, const char *path, bool *path_known)
{
    *path_known = false;
    for (int i = 0; i < ROUTES; i++) {
        if (strcmp(routes[i].path, path) == 0) {
            *path_known = true;
            if (strcmp(routes[i].method, method) == 0) {
                return &routes[i];
            }
        }
    }
    return NULL;
}

static void answer_route(const struct route *route, const struct api_head *head,
                         size_t max_body_bytes, const struct view *view,
                         struct api_answer *answer)
{
    route->answer(view, answer);
    if (answer->kind == API_BODY) {
        (void)check_body(head, max_body_bytes, answer);
    }
    if (answer->kind == API_UPGRADE && !head->upgrades) {
        api_refuse(answer, 426, "upgrade_required", "this path speaks WebSocket only");
    }
}

void api_route(const struct api_head *head, size_t max_body_bytes, const struct view *view,
               struct api_answer *answer)
{
    const bool is_head = strcmp(head->method, "HEAD") == 0;
    const char *method = is_head ? "GET" : head->method;
    bool path_known = false;
    const struct route *route = find_route(method, head->path, &path_known);

    *answer = (struct api_answer){0};
    if (route) {
        answer_route(route, head, max_body_bytes, view, answer);
    } else if (!path_known && !head->is_file) {
        not_found(answer);
    } else if (head->is_file && strcmp(method, "GET") == 0) {
        answer->kind = API_PAGE;
    } else {
        not_allowed(answer, head->path);
    }
}

void api_control(const char *body, size_t len, struct control_ask *ask,
                 struct api_answer *answer)
{
    char *errors_json = NULL;

    *answer = (struct api_answer){.kind = API_FORWARD};
    if (control_ask_from_json(body, len, ask, &errors_json) < 0) {
        answer_json(answer, api_refusal_json(errors_json ? errors_json : "[]"));
        answer->status = 400;
        free(errors_json);
    }
}

void api_answer_finish(struct api_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}
