#include "streamd/api_json.h"

#include "streamd/station_json.h"

#include <string.h>

static cJSON *errors_to_json(const char *message)
{
    cJSON *errors = cJSON_CreateArray();
    cJSON *error = cJSON_CreateObject();

    cJSON_AddStringToObject(error, "param", "");
    cJSON_AddStringToObject(error, "error", message);
    cJSON_AddItemToArray(errors, error);
    return errors;
}

char *api_errors_json(const char *message)
{
    return json_print(errors_to_json(message));
}

char *api_error_json(const char *code, const char *message, const char *const *allowed)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddFalseToObject(object, "ok");
    cJSON_AddStringToObject(object, "code", code);
    cJSON_AddStringToObject(object, "message", message);
    if (allowed) {
        cJSON *list = cJSON_AddArrayToObject(object, "allowed");

        for (; *allowed; allowed++) {
            cJSON_AddItemToArray(list, cJSON_CreateString(*allowed));
        }
    }
    cJSON_AddItemToObject(object, "errors", errors_to_json(message));
    return json_print(object);
}

char *api_refusal_json(const char *errors_json)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddFalseToObject(object, "ok");
    cJSON_AddRawToObject(object, "errors", errors_json);
    return json_print(object);
}

char *api_control_json(const struct view *view)
{
    cJSON *object = cJSON_CreateObject();

    station_add_control(object, view);
    return json_print(object);
}

char *api_status_json(const struct view *view)
{
    cJSON *object = cJSON_CreateObject();

    station_add_status(object, view);
    return json_print(object);
}

/* Milliseconds with three decimals. */
static double to_ms(int64_t ns)
{
    const int64_t us = ns / 1000;

    return (double)us / 1000;
}

static void add_latency(cJSON *latency, const char *name, const struct histogram *histogram)
{
    cJSON *object = cJSON_AddObjectToObject(latency, name);

    cJSON_AddNumberToObject(object, "avg", to_ms(histogram_mean(histogram)));
    cJSON_AddNumberToObject(object, "p50", to_ms(histogram_percentile(histogram, 0.5)));
    cJSON_AddNumberToObject(object, "p95", to_ms(histogram_percentile(histogram, 0.95)));
    cJSON_AddNumberToObject(object, "p99", to_ms(histogram_percentile(histogram, 0.99)));
    cJSON_AddNumberToObject(object, "max", to_ms(histogram->max_ns));
    cJSON_AddNumberToObject(object, "count", (double)histogram->count);
}

/* Each daemon's own numbers under the names of metrics.def. */
static void add_daemon_metrics(cJSON *object, const struct view *view)
{
    cJSON *daemons = cJSON_AddObjectToObject(object, "daemons");

    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_spec *spec = &metric_specs[i];
        cJSON *daemon = cJSON_GetObjectItemCaseSensitive(daemons, spec->daemon);
        int64_t value = 0;

        if (view_metric(view, i, &value)) {
            daemon = daemon ? daemon : cJSON_AddObjectToObject(daemons, spec->daemon);
            cJSON_AddNumberToObject(daemon, spec->name,
                                    metric_in_unit((enum metric_id)i, value));
        }
    }
}

char *api_metrics_json(const struct view *view)
{
    const struct metrics *metrics = view->metrics;
    cJSON *object = cJSON_CreateObject();
    cJSON *latency = NULL;

    cJSON_AddNumberToObject(object, "total_chunks_sent",
                            (double)metric_get(metrics, METRIC_streamd_chunks_sent));
    cJSON_AddNumberToObject(object, "total_chunks_dropped",
                            (double)metric_get(metrics, METRIC_streamd_chunks_dropped));
    cJSON_AddNumberToObject(object, "total_bytes_sent",
                            (double)metric_get(metrics, METRIC_streamd_bytes_sent));
    cJSON_AddNumberToObject(object, "num_clients", view_clients(view));
    cJSON_AddNumberToObject(object, "avg_buffer_depth_ms",
                            (double)(int64_t)(view->avg_depth_ms * 10) / 10);
    cJSON_AddStringToObject(object, "latency_unit", "ms");
    latency = cJSON_AddObjectToObject(object, "latency");
    add_latency(latency, "chunk_lateness", view->lateness);
    add_latency(latency, "control_roundtrip", view->roundtrip);
    add_daemon_metrics(object, view);
    return json_print(object);
}
