/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/session.h"

#include <string.h>

#include "cli/kept.h"
#include "cli/message_text.h"
#include "cli/office_clock.h"
#include "cli/principals.h"
#include "cli/stamp.h"
#include "cli/words.h"
#include "client/call.h"
#include "core/refusal.h"
#include "lib/check.h"
#include "os/clock.h"
#include "os/random.h"

/* settings and what it borrows live here as long as the call. */
struct session {
    struct cli *cli;
    const struct home *home;
    struct client_call *call;
    struct client_settings settings;
    struct keys keys;
    char broker_curve[CURVE_TEXT_BYTES];
};

uint64_t session_now_ms(void)
{
    return (uint64_t)(clock_monotonic_ns() / 1000000);
}

/* Says why a call failed, and returns the exit status. */
static int fail(const struct session *session, enum err err)
{
    const struct cli *cli = session->cli;
    const char *problem = session->call == NULL ? NULL : client_call_problem(session->call);

    switch (err) {
    case ERR_OK:
        return STATUS_DONE;
    case ERR_TIMEOUT:
        return cli_fail(cli, STATUS_NO_ANSWER,
                        cli_text(cli, "%s 没有在期限内答复", "no answer from %s in time"),
                        session->settings.endpoint);
    case ERR_DENIED:
        return cli_refused(cli, refusal_code(REFUSAL_UNKNOWN_SIGNER),
                           cli_format(cli,
                                      cli_text(cli, "会审服务不接受 %s 的密钥：未登记或已停用",
                                               "the broker does not accept the key of %s: it is "
                                               "not enrolled, or disabled"),
                                      session->settings.principal));
    case ERR_CORRUPT:
        return cli_fail(cli, STATUS_ENVIRONMENT,
                        cli_text(cli, "会审服务不可信：%s", "the broker is not to be trusted: %s"),
                        problem == NULL ? err_text(err) : problem);
    case ERR_FULL:
        return cli_refused(
            cli, refusal_code(REFUSAL_TOO_LARGE),
            cli_text(cli, refusal_zh(REFUSAL_TOO_LARGE), refusal_en(REFUSAL_TOO_LARGE)));
    case ERR_EXISTS:
    case ERR_ABSENT:
    case ERR_INVALID:
    case ERR_NO_SPACE:
    case ERR_IO:
        break;
    }
    return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", session->settings.endpoint, err_text(err));
}

/* Says the refusal of a second opinion with the receipt of the first: the proof in its JSON. */
static int refuse_second(const struct session *session, const Hs__Refusal *refusal)
{
    const struct cli *cli = session->cli;
    const Hs__Receipt *receipt = refusal->receipt;
    const char *sentence = cli_text(cli, refusal->zh, refusal->en);
    int offset_minutes = session_offset_minutes(session);
    char stamp[STAMP_BYTES];

    stamp_write(receipt->received_at, offset_minutes, stamp);
    (void)fprintf(cli->err, "refused: %s: %s\n", refusal->code, sentence); /* as in cli_fail() */
    (void)fprintf(cli->err,
                  cli_text(cli, "  已有意见的回执：台账第 %llu 条，%s\n",
                           "  receipt of the first: entry %llu, %s\n"),
                  (unsigned long long)receipt->seq, stamp);
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s, s:o}", "refused", refusal->code, "reason", sentence,
                                "receipt", message_json(receipt, offset_minutes)));
    }
    return STATUS_REFUSED;
}

static int refuse(const struct session *session, const Hs__Refusal *refusal)
{
    const struct cli *cli = session->cli;
    const char *sentence = cli_text(cli, refusal->zh, refusal->en);

    if (refusal->receipt != NULL) {
        return refuse_second(session, refusal);
    }
    if (strcmp(refusal->code, refusal_code(REFUSAL_DEPARTMENT_NOT_READY)) == 0) {
        sentence = cli_format(cli,
                              cli_text(cli, "%s（哪些部门：huishen department list）",
                                       "%s (which one: huishen department list)"),
                              sentence);
    } else if (strcmp(refusal->code, refusal_code(REFUSAL_NOT_ALLOWED)) == 0) {
        sentence = cli_format(
            cli, cli_text(cli, "%s（%s；可用 --as 换一账户）", "%s (%s; --as names another)"),
            sentence, session->settings.principal);
    }
    return cli_refused(cli, refusal->code, sentence);
}

/* Says that nobody answers, and what to do about it. */
static int fail_to_connect(const struct session *session, const struct home *home)
{
    const struct cli *cli = session->cli;

    return cli_fail(cli, STATUS_NO_ANSWER,
                    cli_text(cli, "%s 在 %d 秒内没有答复；辖区在运行吗？启动：huishen --home %s up",
                             "no answer from %s in %d s; is the office up? "
                             "Start it: huishen --home %s up"),
                    session->settings.endpoint, SESSION_CONNECT_MS / 1000, home->folder);
}

/* What was sent may be on record already; it is kept, with its id (kept.h). */
static int fail_to_hear(const struct session *session)
{
    const struct cli *cli = session->cli;

    return cli_fail(cli, STATUS_NO_ANSWER,
                    cli_text(cli, "%s 没有在期限内答复；请再次键入同一命令，不会重复登记",
                             "no answer from %s in time; type the same command again: it will not "
                             "be recorded twice"),
                    session->settings.endpoint);
}

static int load_keys(struct session *session, const struct home *home)
{
    struct public_keys broker;
    int status = principal_read_keys(session->cli, home, "office", &broker);

    if (status == STATUS_DONE) {
        curve_key_to_text(broker.curve, session->broker_curve);
        memcpy(session->settings.broker_key, broker.sign, sizeof broker.sign);
        status =
            principal_load_keys(session->cli, home, session->settings.principal, &session->keys);
    }
    return status;
}

/* A broker of another version may not tell its time. */
static int check_time(const struct session *session)
{
    const struct cli *cli = session->cli;
    const Hs__Welcome *welcome = session_welcome(session);

    if (welcome->time == NULL) {
        return cli_fail(cli, STATUS_ENVIRONMENT,
                        cli_text(cli, "会审服务没有告知时间", "the broker does not tell its time"));
    }
    if (welcome->time->suspicion != HS__TRUSTED_TIME__SUSPICION__NONE) {
        cli_fail(
            cli, STATUS_DONE,
            cli_text(cli,
                     "警告：会审服务的时钟存疑（%s），时限暂不触发；核对后：huishen clock confirm",
                     "warning: the broker's clock is suspect (%s): no deadline fires; once it "
                     "is right: huishen clock confirm"),
            word_of_suspicion(cli, welcome->time->suspicion));
    }
    return STATUS_DONE;
}

int session_open(struct cli *cli, const struct home *home, struct session **out)
{
    struct session *session = cli_memory(arena_alloc(cli->arena, sizeof *session));
    const char *account = home_account(cli, home);

    if (account == NULL) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "由谁办理？请用 --as 给出账户", "who acts? name an account with --as"));
    }
    session->cli = cli;
    session->home = home;
    session->settings = (struct client_settings){
        .endpoint = home_endpoint(cli, home),
        .broker_curve = session->broker_curve,
        .keys = &session->keys,
        .office = home->office->id,
        .principal = account,
        .department = "",
        .clock = office_clock(cli, home),
    };
    int status = load_keys(session, home);
    if (status == STATUS_DONE) {
        random_seed_libc();
        enum err err = client_call_open(&session->settings, SESSION_CONNECT_MS, &session->call);
        status = err == ERR_TIMEOUT ? fail_to_connect(session, home) : fail(session, err);
    }
    if (status == STATUS_DONE) {
        status = check_time(session);
    }
    if (status != STATUS_DONE) {
        session_close(session);
        return status;
    }
    *out = session;
    return STATUS_DONE;
}

int session_do(struct cli *cli, const struct arguments *arguments, session_fn work)
{
    struct home home;
    struct session *session = NULL;
    int status = home_open(cli, &home);

    if (status == STATUS_DONE) {
        status = session_open(cli, &home, &session);
    }
    if (status == STATUS_DONE) {
        status = work(cli, session, arguments);
    }
    session_close(session);
    return status;
}

int session_offset_minutes(const struct session *session)
{
    return client_call_welcome(session->call)->utc_offset_minutes;
}

int64_t session_office_ms(const struct session *session)
{
    return client_call_welcome(session->call)->now_at;
}

const Hs__Welcome *session_welcome(const struct session *session)
{
    return client_call_welcome(session->call);
}

/* Sends @command and waits for its answer. Sets @err to what the call came to. Returns an exit
 * status: that of keeping the command. */
static int send_kept(struct session *session, Hs__Command *command, struct command_answer *answer,
                     enum err *err)
{
    const struct clock *clock = &session->settings.clock;
    const char *folder = kept_folder(session->cli, session->home, session->settings.principal);
    struct kept kept;
    int status = kept_take(session->cli, folder, clock->wall_ms(clock->self), command, &kept);

    if (status == STATUS_DONE) {
        *err = client_call_command(session->call, command, SESSION_ANSWER_MS, session->cli->arena,
                                   answer);
        kept_release(&kept, *err == ERR_OK);
    }
    return status;
}

int session_command(struct session *session, Hs__Command *command, Hs__Receipt **out)
{
    struct command_answer answer = {.kind = ANSWER_UNCHANGED};
    enum err err = ERR_OK;
    int status = send_kept(session, command, &answer, &err);

    if (status != STATUS_DONE) {
        return status;
    }
    if (err != ERR_OK) {
        return err == ERR_TIMEOUT ? fail_to_hear(session) : fail(session, err);
    }
    if (answer.kind == ANSWER_REFUSAL) {
        return refuse(session, answer.refusal);
    }
    *out = answer.kind == ANSWER_RECEIPT
               ? cli_memory(message_copy(answer.receipt, session->cli->arena))
               : NULL;
    return STATUS_DONE;
}

void session_command_quietly(struct session *session, Hs__Command *command)
{
    struct command_answer answer = {.kind = ANSWER_UNCHANGED};
    enum err err = ERR_OK;

    (void)send_kept(session, command, &answer, &err); /* the reader was served already */
}

/* What an answer to @query must hold. */
static bool fits(const Hs__Query *query, const Hs__Answer *answer)
{
    static const Hs__Answer__BodyCase bodies[] = {
        [HS__QUERY__BODY_SHOW] = HS__ANSWER__BODY_PROPOSAL,
        [HS__QUERY__BODY_LIST] = HS__ANSWER__BODY_PROPOSALS,
        [HS__QUERY__BODY_REVIEWS] = HS__ANSWER__BODY_REVIEWS,
        [HS__QUERY__BODY_VERDICT] = HS__ANSWER__BODY_VERDICT,
        [HS__QUERY__BODY_DEFINITION] = HS__ANSWER__BODY_DEFINITION,
        [HS__QUERY__BODY_PACKET] = HS__ANSWER__BODY_PACKET,
        [HS__QUERY__BODY_OPINION] = HS__ANSWER__BODY_OPINION,
        [HS__QUERY__BODY_JOURNAL] = HS__ANSWER__BODY_JOURNAL,
        [HS__QUERY__BODY_PRINCIPALS] = HS__ANSWER__BODY_PRINCIPALS,
        [HS__QUERY__BODY_OFFICE] = HS__ANSWER__BODY_OFFICE,
        [HS__QUERY__BODY_RECEIPT] = HS__ANSWER__BODY_RECEIPT,
        [HS__QUERY__BODY_BOARD] = HS__ANSWER__BODY_BOARD,
    };

    return answer->body_case == bodies[query->body_case];
}

int session_check(const struct session *session, const Hs__Query *query, const Hs__Answer *answer)
{
    if (answer->body_case == HS__ANSWER__BODY_REFUSAL) {
        return refuse(session, answer->refusal);
    }
    if (!fits(query, answer)) {
        return cli_fail(
            session->cli, STATUS_ENVIRONMENT,
            cli_text(session->cli, "会审服务答非所问", "the broker answered something else"));
    }
    return STATUS_DONE;
}

int session_query(struct session *session, Hs__Query *query, Hs__Answer **out)
{
    Hs__Answer *answer = NULL;
    enum err err =
        client_call_query(session->call, query, SESSION_ANSWER_MS, session->cli->arena, &answer);
    int status = err == ERR_OK ? session_check(session, query, answer) : fail(session, err);

    if (status == STATUS_DONE) {
        *out = answer;
    }
    return status;
}

void session_listen(struct session *session, int descriptor)
{
    client_call_listen(session->call, descriptor);
}

int session_ask(struct session *session, Hs__Query *query, struct arena *arena, Hs__Answer **answer)
{
    return fail(session, client_call_ask(session->call, query, arena, answer));
}

int session_wait(struct session *session, uint64_t timeout_ms)
{
    enum err err = client_call_wait(session->call, (int64_t)timeout_ms);

    return err == ERR_TIMEOUT ? STATUS_DONE : fail(session, err);
}

bool session_is_connected(const struct session *session)
{
    return client_call_is_connected(session->call);
}

int session_show(struct session *session, const char *proposal, Hs__Proposal **out)
{
    Hs__Query__Show show = HS__QUERY__SHOW__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    show.proposal = proposal;
    query.body_case = HS__QUERY__BODY_SHOW;
    query.show = &show;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }
    require(answer != NULL);
    *out = answer->proposal;
    return STATUS_DONE;
}

int session_office(struct session *session, Hs__Office **out)
{
    Hs__Query__GetOffice get = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &get;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }
    require(answer != NULL);
    *out = answer->office;
    return STATUS_DONE;
}

int session_watch(struct session *session, uint64_t proposal)
{
    return fail(session, client_call_watch(session->call, proposal));
}

int session_next(struct session *session, uint64_t timeout_ms, Hs__FeedItem **out)
{
    enum err err = client_call_next(session->call, (int64_t)timeout_ms, session->cli->arena, out);

    if (err == ERR_TIMEOUT) {
        *out = NULL;
        return STATUS_DONE;
    }
    return fail(session, err);
}

/* Says why @path was not stored, and returns the exit status. */
static int fail_document(const struct session *session, const char *path, enum err err,
                         const struct call_document *stored)
{
    const struct cli *cli = session->cli;
    enum refusal refusal = REFUSAL_NONE;

    if (stored->is_refused && refusal_find(stored->reason, &refusal)) {
        Hs__Refusal said = HS__REFUSAL__INIT;

        said.code = refusal_code(refusal);
        said.zh = cli_format(cli, "%s: %s", path, refusal_zh(refusal));
        said.en = cli_format(cli, "%s: %s", path, refusal_en(refusal));
        return refuse(session, &said);
    }
    return cli_fail(cli, file_status(err), "%s: %s", path,
                    stored->reason[0] == '\0' ? file_problem(cli, err, "512 MiB") : stored->reason);
}

int session_put_document(struct session *session, const char *path, Hs__Document *document)
{
    struct cli *cli = session->cli;
    struct call_document stored = {.size = 0};
    const char *slash = strrchr(path, '/');
    enum err err = client_call_put(session->call, path, SESSION_ANSWER_MS, NULL, &stored);

    if (err == ERR_ABSENT || err == ERR_INVALID || err == ERR_IO || err == ERR_FULL) {
        return fail_document(session, path, err, &stored);
    }
    if (err != ERR_OK) {
        return fail(session, err);
    }
    document->hash.data = cli_memory(
        arena_copy(cli->arena, (struct bytes){stored.hash.bytes, sizeof stored.hash.bytes}));
    document->hash.len = sizeof stored.hash.bytes;
    document->size = stored.size;
    document->name = slash == NULL ? path : slash + 1;
    return STATUS_DONE;
}

void session_close(struct session *session)
{
    if (session != NULL) {
        client_call_close(session->call);
        keys_wipe(&session->keys);
    }
}
