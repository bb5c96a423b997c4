/* SPDX-License-Identifier: Apache-2.0 */
/* huishen-bench: how fast this build is on this machine, with every figure audited. */
#include <stdio.h>

#include "bench/deadlines.h"
#include "bench/joint.h"
#include "bench/keeper.h"
#include "bench/limits.h"
#include "bench/options.h"
#include "bench/restart.h"

static const keeper_work_fn scenarios[SCENARIO_COUNT] = {
    [SCENARIO_DEADLINES] = deadlines_run,
    [SCENARIO_JOINT] = joint_run,
    [SCENARIO_LIMITS] = limits_run,
    [SCENARIO_RESTART] = restart_run,
};

int main(int argc, char **argv)
{
    struct bench_options options;

    if (!options_read(argc, argv, &options)) {
        return STATUS_USAGE;
    }
    if (options.is_help) {
        fputs(options_usage(), stdout);
        return STATUS_DONE;
    }
    if (options.is_version) {
        puts("huishen-bench " HUISHEN_VERSION);
        return STATUS_DONE;
    }
    return keeper_run(scenarios[options.scenario], &options);
}
