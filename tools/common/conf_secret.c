/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_internal.h"

#define SECRET_FILE_MAX 4096

enum way { WAY_PASSWORD, WAY_FILE, WAY_CREDENTIAL, WAY_HEX };

struct secret_row {
    const char *key;
    enum way way;
    bool is_list; /* an accept-... list */
};

static const struct secret_row secret_rows[] = {
    {"password", WAY_PASSWORD, false},
    {"password-file", WAY_FILE, false},
    {"credential", WAY_CREDENTIAL, false},
    {"key-hex", WAY_HEX, false},
    {"accept-password", WAY_PASSWORD, true},
    {"accept-password-file", WAY_FILE, true},
    {"accept-credential", WAY_CREDENTIAL, true},
    {"accept-key-hex", WAY_HEX, true},
};

static const struct secret_row *
find_row(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(secret_rows); i++) {
        if (strcmp(secret_rows[i].key, key) == 0) {
            return &secret_rows[i];
        }
    }
    return NULL;
}

bool
conf_is_secret(const char *key)
{
    return find_row(key) != NULL;
}

void
conf_wipe_text(char *text)
{
    if (text != NULL) {
        carp_wipe(text, strlen(text));
        g_free(text);
    }
}

char *
conf_get_text(struct conf_group *group, const char *key)
{
    GError *error = NULL;
    char *value =
        g_key_file_get_string(group->file->keys, group->title, key, &error);
    if (error == NULL) {
        return value;
    }
    /* GLib may give the text and an error both. */
    g_error_free(error);
    g_free(value);
    conf_key_error(group, key,
                   "is not UTF-8, or holds a backslash that is "
                   "not \\s, \\t, \\n, \\r or \\\\");
    return NULL;
}

static bool
read_all(int fd, char *data, size_t max, size_t *size)
{
    *size = 0;
    while (*size < max) {
        ssize_t n = read(fd, data + *size, max - *size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0;
        }
        *size += (size_t)n;
    }
    return true;
}

static const char *
describe_open(int number)
{
    switch (number) {
    case ENOENT:
        return "No such file or directory: write it, or name another";
    case EACCES:
        return "Permission denied: be root, or let this user "
               "read it (group carp, mode 0640)";
    default:
        return g_strerror(number);
    }
}

char *
conf_slurp(const char *path, size_t max, size_t *size, mode_t *mode,
           const char **error)
{
    /* Without O_NONBLOCK a FIFO would hold the program up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        *error = describe_open(errno);
        return NULL;
    }
    struct stat st;
    char *data = NULL;
    if (fstat(fd, &st) != 0) {
        *error = g_strerror(errno);
    } else if (!S_ISREG(st.st_mode)) {
        *error = "not a regular file: name a file";
    } else {
        data = g_malloc(max + 2);
        if (!read_all(fd, data, max + 1, size)) {
            *error = g_strerror(errno);
            *size = max + 1;
        } else if (*size > max) {
            *error = "too large to be one of ours: name another";
        }
        if (*size > max) {
            carp_wipe(data, max + 2);
            g_clear_pointer(&data, g_free);
        } else {
            data[*size] = '\0';
            *mode = st.st_mode;
        }
    }
    close(fd);
    return data;
}

static enum carp_key_rule
rule_of(enum carp_profile_id profile)
{
    return profile == CARP_PROFILE_UCARP ? CARP_KEY_RULE_UCARP
                                         : CARP_KEY_RULE_BSD;
}

static bool
load_password(struct conf_group *group, const char *key, const char *password,
              size_t len, struct carp_key *out)
{
    enum carp_key_rule rule = rule_of(group->vhid->profile);
    if (carp_key_from_password(out, password, len, rule) != CARP_OK) {
        conf_key_error(group, key,
                       "the password must have 1 to 19 octets "
                       "with profile ucarp");
        return false;
    }
    if (len > 19) {
        conf_key_warn(group, key,
                      "the password is longer than 19 octets: "
                      "only the first 19 count");
    }
    if (len >= 3 && memcmp(password, "\xef\xbb\xbf", 3) == 0) {
        conf_key_warn(group, key,
                      "the password begins with a byte order mark: "
                      "remove it unless the peers have it too");
    }
    if (len > 0 && (password[len - 1] == ' ' || password[len - 1] == '\t')) {
        conf_key_warn(group, key,
                      "the password ends with a blank: remove it "
                      "unless the peers have it too");
    } else if (len > 0 && password[len - 1] == '\r') {
        conf_key_warn(group, key,
                      "the password ends with a carriage return: "
                      "remove it unless the peers have it too");
    }
    return true;
}

static bool
load_file(struct conf_group *group, const char *key, const char *path,
          struct carp_key *out)
{
    size_t size = 0;
    mode_t mode = 0;
    const char *error = NULL;
    char *data = conf_slurp(path, SECRET_FILE_MAX, &size, &mode, &error);
    if (data == NULL) {
        conf_key_error(group, key, "%s: %s", path, error);
        return false;
    }
    conf_judge_mode(group->file, path, mode);
    const char *newline = memchr(data, '\n', size);
    size_t len = newline != NULL ? (size_t)(newline - data) : size;
    bool is_good = false;
    if (size == 0) {
        conf_key_error(group, key, "%s: is empty", path);
    } else if (memchr(data, '\0', len) != NULL) {
        /* Others end the password there. */
        conf_key_error(group, key, "%s: holds a NUL octet: not a text file",
                       path);
    } else {
        is_good = load_password(group, key, data, len, out);
    }
    carp_wipe(data, size);
    g_free(data);
    return is_good;
}

static bool
load_credential(struct conf_group *group, const char *key, const char *name,
                struct carp_key *out)
{
    if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL) {
        conf_key_error(group, key,
                       "must be a credential's name: no '/', no "
                       "'.' in front");
        return false;
    }
    const char *directory = g_getenv("CREDENTIALS_DIRECTORY");
    if (directory == NULL) {
        conf_key_error(group, key,
                       "CREDENTIALS_DIRECTORY is not set: start "
                       "it from a systemd unit with LoadCredential=");
        return false;
    }
    char *path = g_build_filename(directory, name, NULL);
    bool is_good = load_file(group, key, path, out);
    g_free(path);
    return is_good;
}

static bool
load_one(struct conf_group *group, const struct secret_row *row,
         const char *value, struct carp_key *out)
{
    switch (row->way) {
    case WAY_PASSWORD:
        group->file->holds_secret = true;
        return load_password(group, row->key, value, strlen(value), out);
    case WAY_HEX:
        group->file->holds_secret = true;
        if (carp_key_from_hex(out, value) != CARP_OK) {
            conf_key_error(group, row->key,
                           "must be exactly 40 hexadecimal digits");
            return false;
        }
        return true;
    case WAY_CREDENTIAL:
        return load_credential(group, row->key, value, out);
    case WAY_FILE:
        break;
    }
    if (*value == '\0') {
        conf_key_error(group, row->key, "is empty: give a path");
        return false;
    }
    char *directory = g_path_get_dirname(group->file->path);
    char *path = g_path_is_absolute(value)
                     ? g_strdup(value)
                     : g_build_filename(directory, value, NULL);
    bool is_good = load_file(group, row->key, path, out);
    g_free(path);
    g_free(directory);
    return is_good;
}

static void
add_accept(struct conf_group *group, const struct secret_row *row,
           const char *value)
{
    struct carp_conf_vhid *vhid = group->vhid;
    if (vhid->accept_count == CARP_CONF_ACCEPT_MAX) {
        conf_key_error(group, row->key,
                       "more than %d further secrets in one "
                       "group",
                       CARP_CONF_ACCEPT_MAX);
        return;
    }
    if (load_one(group, row, value, &vhid->accept[vhid->accept_count])) {
        vhid->accept_count++;
    }
}

/* The values; NULL after an error. */
static GPtrArray *
get_values(struct conf_group *group, const struct secret_row *row)
{
    GPtrArray *values =
        conf_held(group->file, group->title, row->key, row->is_list);
    if (values == NULL) {
        group->file->holds_secret = true;
        conf_key_error(group, row->key,
                       "is not UTF-8, or holds a backslash "
                       "that is not \\s, \\t, \\n, \\r%s or \\\\",
                       row->is_list ? ", \\;" : "");
        return NULL;
    }
    for (guint i = 0; i < values->len; i++) {
        /* Passwords may begin or end with blanks; the others do not. */
        if (row->way != WAY_PASSWORD) {
            g_strstrip(g_ptr_array_index(values, i));
        }
    }
    return values;
}

void
conf_read_secret(struct conf_group *group, const char *key)
{
    const struct secret_row *row = find_row(key);
    if (row == NULL) {
        return;
    }
    group->secrets += !row->is_list;
    GPtrArray *values = get_values(group, row);
    if (values == NULL) {
        return;
    }
    if (values->len == 0) {
        conf_key_error(group, row->key, "is empty: give a value or remove it");
    }
    for (guint i = 0; i < values->len; i++) {
        const char *value = g_ptr_array_index(values, i);
        if (row->is_list) {
            add_accept(group, row, value);
        } else {
            /* Used only when the whole file is without errors. */
            (void)load_one(group, row, value, &group->vhid->key);
        }
    }
    g_ptr_array_unref(values);
}
