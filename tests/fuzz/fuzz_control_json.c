/* Any bytes as a control request: what is taken lies within the limits of the table. */
#include "common/presets.h"
#include "composerd/control_json.h"
#include "fuzz.h"

#include <string.h>

static void check_change(const struct params_change *change)
{
    for (int id = 0; id < PARAM_COUNT; id++) {
        const struct param_spec *const spec = &param_specs[id];

        if (change->named[id] && spec->kind == PARAM_KIND_REAL) {
            const double value = params_real(&change->values, (enum param_id)id);

            FUZZ_CHECK(value >= spec->min && value <= spec->max);
        }
    }
    FUZZ_CHECK(change->values.key >= 0 && change->values.key < 12);
    FUZZ_CHECK(change->values.mode >= 0 && change->values.mode < MODE_COUNT);
    FUZZ_CHECK(!change->named[PARAM_preset] || preset_find(change->values.preset) != NULL ||
               strcmp(change->values.preset, PRESET_NONE) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct control_request request;
    struct control_errors errors;
    const int rc = control_request_from_json((const char *)data, size, &request, &errors);

    FUZZ_CHECK((rc == 0) == (errors.n == 0));
    if (rc == 0) {
        check_change(&request.change);
        FUZZ_CHECK(request.op < CONTROL_OP_COUNT);
    }
    free(control_errors_to_json(request.id, &errors));
    return 0;
}
