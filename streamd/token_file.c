#include "streamd/token_file.h"

#include "common/folder.h"
#include "common/log.h"
#include "common/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* 16 letters of 5 bits each, four to a group: k3v9-2mxa-7qpd-w0tz. */
enum { PATH_BYTES = 320, LETTERS = 16, GROUP = 4 };

/* The token in a file; -EBADMSG when it holds none. */
static int read_token(const char *path, char token[ACCESS_TOKEN_BYTES])
{
    char text[ACCESS_TOKEN_BYTES + 1] = "";
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0) {
        return -errno;
    }
    const ssize_t n = read(fd, text, sizeof(text) - 1);
    const int rc = n < 0 ? -errno : 0;

    close(fd);
    if (rc != 0) {
        return rc;
    }
    text[strcspn(text, "\n")] = '\0';
    if (!access_is_token(text)) {
        return -EBADMSG;
    }
    memset(token, 0, ACCESS_TOKEN_BYTES); /* it is compared as a whole */
    snprintf(token, ACCESS_TOKEN_BYTES, "%.*s", ACCESS_TOKEN_BYTES - 1, text);
    return 0;
}

/* Nobody can guess it, and anybody can type it: no letter looks like another or a digit. */
static int draw_token(char token[ACCESS_TOKEN_BYTES])
{
    static const char letters[32] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char dice[LETTERS];
    size_t len = 0;

    /* it waits for the kernel to have gathered enough, soon after boot */
    if (getrandom(dice, sizeof(dice), 0) != sizeof(dice)) {
        return -EIO;
    }
    memset(token, 0, ACCESS_TOKEN_BYTES);
    for (int i = 0; i < LETTERS; i++) {
        if (i > 0 && i % GROUP == 0) {
            token[len++] = '-';
        }
        token[len++] = letters[dice[i] % sizeof(letters)];
    }
    return 0;
}

static int make_token(const char *dir, const char *path, char token[ACCESS_TOKEN_BYTES])
{
    char drawn[ACCESS_TOKEN_BYTES];
    char line[ACCESS_TOKEN_BYTES + 2];
    int rc = folder_make(dir);

    if (rc == 0) {
        rc = draw_token(drawn);
    }
    if (rc == 0) {
        snprintf(line, sizeof(line), "%s\n", drawn);
        rc = whole_file_replace(path, line);
    }
    if (rc != 0) {
        return rc;
    }
    memcpy(token, drawn, ACCESS_TOKEN_BYTES);
    return TOKEN_FILE_MADE;
}

int token_file_load(const char *dir, char token[ACCESS_TOKEN_BYTES])
{
    char path[PATH_BYTES];
    char bad[PATH_BYTES + 8];

    snprintf(path, sizeof(path), "%.255s/token", dir);
    const int rc = read_token(path, token);

    if (rc == -EBADMSG) {
        snprintf(bad, sizeof(bad), "%s.bad", path);
        const struct log_facts facts = {.path = bad};

        log_event(LOG_EVENT_token_set_aside, &facts,
                  "the token cannot be used and is set aside");
        if (rename(path, bad) != 0) {
            return -errno;
        }
    }
    return rc == -ENOENT || rc == -EBADMSG ? make_token(dir, path, token) : rc;
}
