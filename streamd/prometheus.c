#include "streamd/prometheus.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 128 };

static void metric_name(const struct metric_spec *spec, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "auralis_%s_%s%s%s%s", spec->daemon, spec->name,
             spec->unit[0] ? "_" : "", spec->unit,
             spec->kind == METRIC_COUNTER ? "_total" : "");
}

char *prometheus_text(const struct view *view)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out) {
        return NULL;
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_spec *spec = &metric_specs[i];
        char name[NAME_BYTES];
        int64_t value = 0;

        if (view_metric(view, i, &value)) {
            metric_name(spec, name);
            fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.*f\n", name, spec->doc, name,
                    spec->kind == METRIC_COUNTER ? "counter" : "gauge", name,
                    spec->kind == METRIC_LEVEL ? 3 : 0,
                    metric_in_unit((enum metric_id)i, value));
        }
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
