#include "streamd/lws_head.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of LWSHUMETH_*. */
static const char *const methods[] = {"GET",   "POST",   "OPTIONS", "PUT",
                                      "PATCH", "DELETE", "CONNECT", "HEAD"};

/* "" when the header is missing or longer than the text. */
static void copy_header(struct lws *wsi, enum lws_token_indexes token, char *text, int size)
{
    if (lws_hdr_copy(wsi, text, size, token) <= 0) {
        text[0] = '\0';
    }
}

/* The same for what is checked: one that is too long is there all the same, and nobody's. */
static void copy_checked(struct lws *wsi, enum lws_token_indexes token, char *text, int size)
{
    copy_header(wsi, token, text, size);
    if (text[0] == '\0' && lws_hdr_total_length(wsi, token) > 0) {
        text[0] = '?';
        text[1] = '\0';
    }
}

static void read_method_and_path(struct lws *wsi, struct lws_head *head)
{
    char *uri = NULL;
    int len = 0;
    const int method = lws_http_get_uri_and_method(wsi, &uri, &len);

    head->api.method =
        method >= 0 && method < (int)LWS_ARRAY_SIZE(methods) ? methods[method] : "";
    head->api.path = head->path;
    if (uri && len > 0 && len < LWS_HEAD_PATH_BYTES) {
        memcpy(head->path, uri, (size_t)len);
    } else {
        len = 0;
    }
    head->path[len] = '\0';
}

static void lower_text(char *text)
{
    for (; *text; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            *text = (char)(*text - 'A' + 'a');
        }
    }
}

static void read_body_facts(struct lws *wsi, struct lws_head *head)
{
    char length[32];

    copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, sizeof(length));
    copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, head->content_type,
                sizeof(head->content_type));
    lower_text(head->content_type);
    head->api.content_type = head->content_type;
    head->api.has_length = length[0] >= '0' && length[0] <= '9';
    head->api.length = strtoull(length, NULL, 10);
    head->api.is_chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
}

void lws_head_read(struct lws *wsi, struct lws_head *head)
{
    memset(head, 0, sizeof(*head));
    read_method_and_path(wsi, head);
    read_body_facts(wsi, head);
    copy_checked(wsi, WSI_TOKEN_HOST, head->host, sizeof(head->host));
    copy_checked(wsi, WSI_TOKEN_ORIGIN, head->origin, sizeof(head->origin));
    copy_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, head->accept_encoding,
                sizeof(head->accept_encoding));
    copy_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, head->if_none_match,
                sizeof(head->if_none_match));
    copy_checked(wsi, WSI_TOKEN_UPGRADE, head->upgrade, sizeof(head->upgrade));
    copy_checked(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, head->authorization,
                 sizeof(head->authorization));
    copy_checked(wsi, WSI_TOKEN_PROTOCOL, head->subprotocol, sizeof(head->subprotocol));
}

int lws_head_query(struct lws *wsi, struct query *query, char error[QUERY_ERROR_BYTES])
{
    char argument[LWS_HEAD_TEXT_BYTES];
    int rc = 0;

    query_init(query);
    for (int i = 0; rc == 0 && lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i) > 0;
         i++) {
        if (lws_hdr_copy_fragment(wsi, argument, sizeof(argument), WSI_TOKEN_HTTP_URI_ARGS, i) <
            0) {
            snprintf(error, QUERY_ERROR_BYTES, "an argument may have at most %d characters",
                     (int)sizeof(argument) - 1);
            return -EINVAL;
        }
        rc = query_argument(query, argument, error);
    }
    return rc;
}
