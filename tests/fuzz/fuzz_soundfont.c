/* Any bytes as a SoundFont: taken, or refused with a text that says why; and what they say of
 * themselves is text. */
#include "fuzz.h"
#include "synthd/soundfont_check.h"
#include "synthd/soundfont_info.h"

#include <string.h>

static size_t n_bytes;

static bool read_bytes(void *user, uint64_t offset, void *dst, size_t n)
{
    FUZZ_CHECK(offset <= n_bytes && n <= n_bytes - offset);
    memcpy(dst, (const uint8_t *)user + offset, n);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct soundfont_source source = {(void *)(uintptr_t)data, size, read_bytes};
    struct soundfont_reason reason = {""};
    struct soundfont_info info;

    n_bytes = size;
    FUZZ_CHECK(soundfont_check(&source, &reason) == 0 || reason.text[0] != '\0');
    if (soundfont_info_read(data, size, &info) == 0) {
        FUZZ_CHECK(strlen(info.comment) < SOUNDFONT_TEXT_BYTES);
    }
    return 0;
}
