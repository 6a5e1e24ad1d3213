/*
 * token_file - the station's token on disk, made when there is none.
 *
 * The group may read it; whoever may write the folder makes a new one by removing the file and
 * telling streamd to reload.
 *
 * Threads: the event loop's.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_TOKEN_FILE_H
#define AURALIS_TOKEN_FILE_H

#include "streamd/access.h"

enum { TOKEN_FILE_MADE = 1 };

/* Reads DIR/token. One that is missing is made, with the folder (TOKEN_FILE_MADE); what is none
 * is set aside as DIR/token.bad first. */
int token_file_load(const char *dir, char token[ACCESS_TOKEN_BYTES]);

#endif
