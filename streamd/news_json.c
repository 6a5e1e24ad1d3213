#include "streamd/news_json.h"

#include "common/json.h"

void news_counters_from_json(const char *text, size_t len, int64_t counters[METRIC_COUNT])
{
    const char *reason = NULL;
    cJSON *heartbeat = json_parse(text, len, &reason);
    const cJSON *metrics = cJSON_GetObjectItemCaseSensitive(heartbeat, "metrics");
    const int first = metric_first("composerd");

    for (int i = first; i < first + metric_count("composerd"); i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(metrics, metric_specs[i].name);

        if (cJSON_IsNumber(value) && value->valuedouble < JSON_MAX_EXACT &&
            value->valuedouble > -JSON_MAX_EXACT) {
            counters[i] = (int64_t)value->valuedouble;
        }
    }
    cJSON_Delete(heartbeat);
}
