/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>

#include "options.h"
#include "play.h"

int
main(int argc, char **argv)
{
    struct sim_options options;
    int status = 2;

    setlocale(LC_ALL, "");
    if (sim_options_read(&options, argc, argv)) {
        status = options.is_done ? 0 : sim_play(&options);
    }
    sim_options_clear(&options);
    return status;
}
