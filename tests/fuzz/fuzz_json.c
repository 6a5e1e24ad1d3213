/* Any bytes as JSON: what is taken can be printed, and is taken again. */
#include "common/json.h"
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *reason = NULL;
    cJSON *const value = json_parse((const char *)data, size, &reason);

    FUZZ_CHECK((value == NULL) == (reason != NULL));
    if (value == NULL) {
        return 0;
    }
    char *const text = json_print(value);
    cJSON *const again = json_parse(text, strlen(text), &reason);

    FUZZ_CHECK(again != NULL);
    cJSON_Delete(again);
    free(text);
    return 0;
}
