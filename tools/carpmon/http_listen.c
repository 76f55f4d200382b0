/* SPDX-License-Identifier: BSD-2-Clause */
/* Where to listen, and who may ask. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "http_internal.h"

#define TOKEN_LEAST 16
#define TOKEN_MOST 512

/* "[::1]:9112" in two. */
static bool
split(const char *text, char **host, char **port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) > 5 || strtoul(colon + 1, NULL, 10) > 65535) {
        return false;
    }
    *port = g_strdup(colon + 1);
    size_t length = (size_t)(colon - text);
    if (length == 0) {
        *host = g_strdup("127.0.0.1");
    } else if (text[0] == '[' && text[length - 1] == ']') {
        *host = g_strndup(text + 1, length - 2);
    } else {
        *host = g_strndup(text, length);
    }
    return true;
}

static bool
is_loopback_address(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in =
            (const struct sockaddr_in *)(const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 =
        (const struct sockaddr_in6 *)(const void *)address;
    return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static char *
url_of(int fd)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    char host[NI_MAXHOST] = "?";
    char port[NI_MAXSERV] = "?";
    memset(&bound, 0, sizeof(bound));
    if (getsockname(fd, (struct sockaddr *)&bound, &length) == 0) {
        (void)getnameinfo((struct sockaddr *)&bound, length, host, sizeof(host),
                          port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
    }
    return g_strdup_printf(bound.ss_family == AF_INET6 ? "http://[%s]:%s/"
                                                       : "http://%s:%s/",
                           host, port);
}

static const char *
binding_remedy(int error)
{
    if (error == EADDRINUSE) {
        return "another program listens there: choose another port";
    }
    if (error == EACCES) {
        return "ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher "
               "one";
    }
    return error == EADDRNOTAVAIL ? "this machine does not have that address"
                                  : "choose another address or port";
}

static int
open_socket(const struct addrinfo *info)
{
    int one = 1;
    int fd =
        socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 ||
        listen(fd, HTTP_CONNECTIONS) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int
http_listen(const char *text, bool *is_loopback, char **url, char **error)
{
    char *host = NULL;
    char *port = NULL;
    struct addrinfo *info = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV |
                                               AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    int fd = -1;
    if (!split(text, &host, &port) ||
        getaddrinfo(host, port, &hints, &info) != 0) {
        *error = g_strdup_printf("--listen %s: must be ADDRESS:PORT, "
                                 "[ADDRESS]:PORT or :PORT, in numbers",
                                 text);
    } else {
        fd = open_socket(info);
        if (fd < 0) {
            *error = g_strdup_printf("--listen %s: %s: %s", text,
                                     g_strerror(errno), binding_remedy(errno));
        } else {
            *is_loopback = is_loopback_address(info->ai_addr);
            *url = url_of(fd);
        }
    }
    if (info != NULL) {
        freeaddrinfo(info);
    }
    g_free(host);
    g_free(port);
    return fd;
}

/* ------------------------------------------------------------------ token */

static const char *
judge_token(const char *path, char *token)
{
    struct stat st;
    g_strstrip(token);
    if (stat(path, &st) != 0 || (st.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        return "others can read it: chmod o-rwx";
    }
    size_t length = strlen(token);
    if (length < TOKEN_LEAST || length > TOKEN_MOST) {
        return "must hold one line of 16 to 512 characters: openssl rand "
               "-hex 24";
    }
    for (const char *c = token; *c != '\0'; c++) {
        if (!g_ascii_isgraph(*c)) {
            return "must hold printable ASCII without blanks";
        }
    }
    return NULL;
}

char *
http_read_token(const char *path, char **error)
{
    char *token = NULL;
    gsize length = 0;
    GError *failed = NULL;
    if (!g_file_get_contents(path, &token, &length, &failed)) {
        *error = g_strdup_printf("--listen-token: %s", failed->message);
        g_error_free(failed);
        return NULL;
    }
    const char *wrong = judge_token(path, token);
    if (wrong != NULL) {
        *error = g_strdup_printf("--listen-token: %s: %s", path, wrong);
        OPENSSL_cleanse(token, length);
        g_clear_pointer(&token, g_free);
    }
    return token;
}

bool
http_may_pass(const struct mon_http *http, struct MHD_Connection *connection)
{
    static const char scheme[] = "Bearer ";
    if (http->token == NULL) {
        return true;
    }
    const char *given = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    if (given == NULL ||
        g_ascii_strncasecmp(given, scheme, strlen(scheme)) != 0) {
        return false;
    }
    given += strlen(scheme);
    size_t length = strlen(http->token);
    return strlen(given) == length &&
           CRYPTO_memcmp(given, http->token, length) == 0;
}

/* A name that an attacker's DNS points at 127.0.0.1 would let a page from
 * elsewhere read this one through somebody's browser. */
bool
http_host_is_good(const struct mon_http *http,
                  struct MHD_Connection *connection)
{
    const char *given = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                    MHD_HTTP_HEADER_HOST);
    struct in6_addr unused;
    if (!http->is_loopback || http->token != NULL || given == NULL) {
        return true;
    }
    char *host = g_strdup(given);
    char *colon = strrchr(host, ':');
    if (colon != NULL && strchr(colon, ']') == NULL) {
        *colon = '\0';
    }
    size_t length = strlen(host);
    if (length > 1 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        memmove(host, host + 1, length - 1);
    }
    bool is_good = g_ascii_strcasecmp(host, "localhost") == 0 ||
                   inet_pton(AF_INET, host, &unused) == 1 ||
                   inet_pton(AF_INET6, host, &unused) == 1;
    g_free(host);
    return is_good;
}
