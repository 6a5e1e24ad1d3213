/* Any bytes from a listener: as a WebSocket message and as the body of a control request. */
#include "fuzz.h"
#include "streamd/client_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    struct client_message message = {0};
    struct control_ask ask = {0};
    struct client_error error = {"", ""};
    char *errors_json = NULL;

    if (client_message_from_json(text, size, &message, &error) != 0) {
        FUZZ_CHECK(error.code != NULL && error.text[0] != '\0');
    }
    client_message_finish(&message);
    if (control_ask_from_json(text, size, &ask, &errors_json) == 0) {
        FUZZ_CHECK(ask.op != NULL && errors_json == NULL);
    }
    control_ask_finish(&ask);
    free(errors_json);
    return 0;
}
