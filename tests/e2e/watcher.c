/* SPDX-License-Identifier: Apache-2.0 */
/* watcher - prints what an account is fed about all proposals it may see, a line of JSON each,
 * until it is killed. It says "ready" when the broker has been asked.
 *
 * usage: watcher HOME ACCOUNT
 */
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/message_text.h"
#include "cli/session.h"

enum { NEXT_MS = 60000 };

/* What is asked for after the watch is answered after it: then the watch stands. */
static int begin(struct session *session)
{
    Hs__Office *office = NULL;
    int status = session_watch(session, 0);

    return status == STATUS_DONE ? session_office(session, &office) : status;
}

static int watch(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    int status = begin(session);

    (void)arguments;
    if (status == STATUS_DONE) {
        (void)fputs("ready\n", cli->out);
        (void)fflush(cli->out);
    }
    while (status == STATUS_DONE) {
        Hs__FeedItem *item = NULL;

        status = session_next(session, NEXT_MS, &item);
        if (status == STATUS_DONE && item != NULL) {
            cli_json(cli, message_json(item, session_offset_minutes(session)));
            (void)fflush(cli->out);
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct arguments none = {.verb = NULL};

    if (argc != 3) {
        (void)fputs("usage: watcher HOME ACCOUNT\n", stderr);
        return STATUS_INVALID;
    }
    arena_init(&arena, CLI_ARENA_BYTES);

    struct cli cli = {.out = stdout,
                      .err = stderr,
                      .arena = &arena,
                      .is_json = true,
                      .verb = "watcher",
                      .home = argv[1],
                      .account = argv[2]};
    int status = session_do(&cli, &none, watch);

    arena_release(&arena);
    return status;
}
