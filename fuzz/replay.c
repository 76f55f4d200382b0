/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz target over the files of directories, or over single files,
 * without a fuzzer: corpora are tests in every build.
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "fuzz.h"

#define FILE_MAX ((size_t)1 << 20)

static void
die(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(1);
}

static void
run_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    /* Exactly as long as the input, so that a read behind it is seen. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (file == NULL || data == NULL || fread(data, 1, size, file) != size) {
        die(path);
    }
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    FUZZ_CHECK(LLVMFuzzerTestOneInput(data, size) == 0);
    free(data);
}

static unsigned int
run_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        die(path);
    }
    if (!S_ISDIR(st.st_mode)) {
        if (!S_ISREG(st.st_mode) || (size_t)st.st_size > FILE_MAX) {
            return 0;
        }
        run_file(path, (size_t)st.st_size);
        return 1;
    }
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    unsigned int ran = 0;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            ran += run_path(inner);
        }
        free(entries[i]);
    }
    free(entries);
    return ran;
}

int
main(int argc, char **argv)
{
    unsigned int ran = 0;
    for (int i = 1; i < argc; i++) {
        ran += run_path(argv[i]);
    }
    if (ran == 0) {
        fprintf(stderr, "%s: no inputs: name files or directories\n", argv[0]);
        return 1;
    }
    printf("%u inputs\n", ran);
    return 0;
}
