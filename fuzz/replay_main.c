/* Feeds every file of the given folders to one fuzz target, so that corpora run as plain tests.
 * It refuses an empty corpus and a file it cannot read: a replay that saw nothing proves nothing.
 * Usage: replay-NAME CORPUS-FOLDER... */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#define PATH_CAP 4096u /* bytes; PATH_MAX of Linux */

static bool replay_file(const char *path, size_t len) {
    /* An exact allocation, so that a read of one byte past the input is seen by ASan. */
    uint8_t *data = malloc(len > 0 ? len : 1);
    if (data == NULL) return false;
    FILE *f = fopen(path, "rbe");
    const size_t got = f != NULL ? fread(data, 1, len, f) : 0;
    const bool whole = f != NULL && got == len;
    if (f != NULL) (void)fclose(f);
    if (whole) (void)LLVMFuzzerTestOneInput(data, len);
    free(data);
    return whole;
}

/* Returns the number of files replayed, or -1 after naming the file that could not be read. */
static int replay_folder(const char *folder) {
    DIR *dir = opendir(folder);
    if (dir == NULL) return 0;
    int count = 0;
    for (const struct dirent *e = readdir(dir); e != NULL && count >= 0; e = readdir(dir)) {
        char path[PATH_CAP];
        struct stat st;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
        if (replay_file(path, (size_t)st.st_size)) {
            count++;
        } else {
            (void)fprintf(stderr, "%s: cannot be read\n", path);
            count = -1;
        }
    }
    (void)closedir(dir);
    return count;
}

int main(int argc, char **argv) {
    int total = 0;
    for (int i = 1; i < argc; i++) {
        const int count = replay_folder(argv[i]);
        if (count <= 0) {
            (void)fprintf(stderr, "%s: no input replayed; put at least one seed there\n", argv[i]);
            return EXIT_FAILURE;
        }
        total += count;
    }
    (void)printf("%d inputs replayed\n", total);
    return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
