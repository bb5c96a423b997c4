/* SPDX-License-Identifier: Apache-2.0 */
/* huishen journal: the record, entry by entry. */
#include "cli/message_text.h"
#include "cli/session.h"
#include "cli/stamp.h"
#include "cli/verbs.h"

enum { PAGE_LINES = 256, SHORT_HASH_BYTES = 6 };

static const uint64_t seq_max = UINT64_C(1) << 53;
static const uint64_t follow_ms = 5000; /* how long nothing may happen before it is asked again */

/* The event's name in the schema (round_opened), the signer of an envelope, or nothing. */
static const char *what_of(const struct cli *cli, const Hs__JournalLine *line)
{
    if (line->event != NULL) {
        const ProtobufCFieldDescriptor *body = protobuf_c_message_descriptor_get_field(
            &hs__event__descriptor, (unsigned)line->event->body_case);

        return cli_format(
            cli, "%s%s", body == NULL ? "?" : body->name,
            line->event->proposal == 0
                ? ""
                : cli_format(cli, " #%llu", (unsigned long long)line->event->proposal));
    }
    if (line->received != NULL) {
        return line->received->user_id;
    }
    return "";
}

static void print_line(const struct cli *cli, const Hs__JournalLine *line, int offset_minutes)
{
    char stamp[STAMP_BYTES];
    char hash[2 * SHORT_HASH_BYTES + 1] = "";

    if (cli->is_json) {
        cli_json(cli, message_json(line, offset_minutes));
        return;
    }
    stamp_write(line->at, offset_minutes, stamp);
    if (line->hash.len >= SHORT_HASH_BYTES) {
        bytes_to_hex((struct bytes){line->hash.data, SHORT_HASH_BYTES}, hash);
    }
    (void)fprintf(cli->out, "%8llu  %s  %-8s  %s  %s\n", (unsigned long long)line->seq, stamp,
                  line->kind, hash, what_of(cli, line));
}

/* Prints entries from @next on to the last there is, and sets @next to the one after it. */
static int print_to_end(struct cli *cli, struct session *session, uint64_t *next)
{
    int offset_minutes = session_offset_minutes(session);
    uint64_t last = *next;

    while (*next <= last) {
        struct arena_mark mark = arena_mark(cli->arena);
        Hs__Query__GetJournal get = HS__QUERY__GET_JOURNAL__INIT;
        Hs__Query query = HS__QUERY__INIT;
        Hs__Answer *answer = NULL;

        get.from = *next;
        get.limit = PAGE_LINES;
        query.body_case = HS__QUERY__BODY_JOURNAL;
        query.journal = &get;
        int status = session_query(session, &query, &answer);
        if (status != STATUS_DONE) {
            return status;
        }
        const Hs__Answer__Journal *page = answer->journal;
        for (size_t i = 0; i < page->n_lines; i++) {
            print_line(cli, page->lines[i], offset_minutes);
            *next = page->lines[i]->seq + 1;
        }
        last = page->n_lines == 0 ? 0 : page->last_seq;
        arena_rewind(cli->arena, mark);
    }
    return STATUS_DONE;
}

static int follow(struct cli *cli, struct session *session, uint64_t *next)
{
    int status = STATUS_DONE;

    while (status == STATUS_DONE && fflush(cli->out) == 0) {
        struct arena_mark mark = arena_mark(cli->arena);
        Hs__FeedItem *item = NULL;

        status = session_next(session, follow_ms, &item);
        bool is_new = status == STATUS_DONE && item != NULL && item->seq >= *next;
        arena_rewind(cli->arena, mark);
        if (is_new) {
            status = print_to_end(cli, session, next);
        }
    }
    return status;
}

static int journal(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    bool is_following = arguments_have(arguments, "follow");
    uint64_t next = 1;

    if (!arguments_number(cli, arguments, "from", seq_max, &next)) {
        return STATUS_INVALID;
    }

    int status = is_following ? session_watch(session, 0) : STATUS_DONE;
    next = next == 0 ? 1 : next;
    if (status == STATUS_DONE) {
        status = print_to_end(cli, session, &next);
    }
    return status == STATUS_DONE && is_following ? follow(cli, session, &next) : status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, journal);
}

static const struct option options[] = {
    {.name = "from",
     .value = "N",
     .help = {"从第 N 条起；缺省为第 1 条", "begin at entry N; at the first by default"}},
    {.name = "follow", .help = {"印完后继续等新的条目", "go on with what is recorded from now on"}},
};

const struct verb verb_journal = {
    .name = "journal",
    .words = "",
    .needs_home = true,
    .summary = {"台账，逐条", "the record, entry by entry"},
    .manual =
        {"逐条印出台账：序号、时间、种类（received 收到的信封、event 事件、head 提交之头）、\n"
         "链上哈希的前几位、内容。--json 每条一行 JSON，含完整内容。须有查阅台账的角色\n"
         "（办公室、督查、审计）。",
         "Prints the journal: seq, time, kind (received: an envelope as it came; event: what\n"
         "happened; head: the end of a commit), the first digits of the chain's hash, and\n"
         "what it is. With --json one line of JSON an entry, with all of it. The account\n"
         "needs a role that may read the journal: office, supervisor or audit."},
    .example = "huishen --as supervisor journal --from 100\nhuishen --json journal --follow",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
