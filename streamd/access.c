#include "streamd/access.h"

#include <string.h>

const char *const access_modes[3] = {"open", "token", "off"};

const struct access_refusal access_refusals[ACCESS_VERDICTS] = {
    [ACCESS_CLOSED] = {403, "control_off", "control is off at this station"},
    [ACCESS_UNPROVEN] = {401, "token_required",
                         "this station is steered with its token, which `auralisctl token` "
                         "shows on its machine"},
    [ACCESS_WRONG] = {401, "token_wrong", "this is not the station's token"},
    [ACCESS_TOO_OFTEN] = {429, "too_many_tokens",
                          "too many wrong tokens from this address; try again in a minute"},
};

enum access_mode access_mode_of(const char *setting, bool reachable)
{
    for (int mode = ACCESS_OPEN; mode <= ACCESS_OFF; mode++) {
        if (strcmp(setting, access_modes[mode]) == 0) {
            return (enum access_mode)mode;
        }
    }
    return reachable ? ACCESS_TOKEN : ACCESS_OPEN;
}

bool access_is_token(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const size_t len = strlen(text);

    return len >= ACCESS_TOKEN_MIN_CHARS && len < ACCESS_TOKEN_BYTES &&
           strspn(text, letters) == len;
}

/* Looks at every byte, whatever is found. */
static bool is_same(const char token[ACCESS_TOKEN_BYTES], const char *shown)
{
    char padded[ACCESS_TOKEN_BYTES] = "";
    const size_t len = strlen(shown);
    unsigned differs = len >= ACCESS_TOKEN_BYTES;

    memcpy(padded, shown, differs ? ACCESS_TOKEN_BYTES : len);
    for (size_t i = 0; i < ACCESS_TOKEN_BYTES; i++) {
        differs |= (unsigned char)token[i] ^ (unsigned char)padded[i];
    }
    return differs == 0;
}

enum access_verdict access_judge(const struct access *access, struct peer *peer,
                                 const char *shown, int64_t now_ns)
{
    if (access->mode != ACCESS_TOKEN) {
        return access->mode == ACCESS_OPEN ? ACCESS_GRANTED : ACCESS_CLOSED;
    }
    if (shown[0] == '\0') {
        return ACCESS_UNPROVEN;
    }
    if (!peers_may_guess(peer, now_ns)) {
        return ACCESS_TOO_OFTEN;
    }
    if (!is_same(access->token, shown)) {
        peers_guessed_wrong(peer);
        return ACCESS_WRONG;
    }
    return ACCESS_GRANTED;
}

const char *access_bearer(const char *authorization)
{
    static const char scheme[] = "bearer ";
    size_t at = 0;

    while (scheme[at] != '\0') {
        const char letter = authorization[at];

        if ((letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter) != scheme[at]) {
            return "";
        }
        at++;
    }
    return authorization + at + strspn(authorization + at, " ");
}
