/* SPDX-License-Identifier: Apache-2.0 */
/* The program `huishen`. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_run(argc, argv, stdout, stderr);
}
