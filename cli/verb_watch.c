/* SPDX-License-Identifier: Apache-2.0 */
/* huishen watch: the office's live board in a terminal. */
#include <stdlib.h>
#include <string.h>

#include "cli/board_frame.h"
#include "cli/board_json.h"
#include "cli/board_source.h"
#include "cli/verbs.h"
#include "os/terminal.h"

enum {
    SECOND_MS = 1000,
    RELOAD_MS = 1000,     /* however much happens, not asked more often */
    REFRESH_MS = 60000,   /* and asked anew when nothing does */
    SILENT_MS = 3000,     /* a question unanswered for so long is shown */
    INPUT_BYTES = 256,    /* of keys at once */
    COLUMNS_PRINTED = 80, /* without a terminal and COLUMNS */
};

/* What a run of the board holds. The board and the view are looked at together. */
struct watch {
    struct cli *cli;
    struct session *session;
    struct board_source source;
    struct board_view view;
    struct terminal *terminal;
    struct arena frames[2]; /* what is on the screen, and what comes next */
    struct screen screen;   /* what is on it; rows 0: nothing is */
    unsigned frame;         /* the arena of the next */
    bool is_dirty;          /* something happened since the board was asked for */
    uint64_t asked_ms;      /* when it was */
};

static const char *whole_text(struct text_builder *builder)
{
    return cli_memory((void *)(uintptr_t)text_builder_finish(builder));
}

/* ---- printing once ---- */

static size_t printed_columns(void)
{
    const char *text = getenv("COLUMNS");
    long columns = text == NULL ? 0 : strtol(text, NULL, 10);

    return columns > 0 && columns <= SCREEN_COLUMNS_MAX ? (size_t)columns : COLUMNS_PRINTED;
}

static void print_frame(struct watch *watch)
{
    const struct board_frame frame = {watch->cli, &watch->source.board, &watch->view};
    struct text_builder out;
    struct screen screen;
    size_t rows = board_frame_rows(&frame);
    size_t columns = printed_columns();

    cli_memory(screen_init(&screen, rows, columns, watch->cli->arena) ? watch : NULL);
    board_frame_draw(&frame, &screen);
    text_builder_init(&out, watch->cli->arena, rows * columns * 2 * SCREEN_CELL_BYTES);
    screen_print(&screen, watch->cli->is_coloured, &out);
    const char *text = whole_text(&out);
    (void)fputs(text, watch->cli->out); /* a failed write shows at the end of the run */
}

static int print_once(struct watch *watch)
{
    board_show(&watch->source.board, &watch->view, board_source_now(&watch->source));
    if (watch->cli->is_json) {
        cli_json(watch->cli, board_to_json(watch->cli, &watch->source.board));
    } else {
        print_frame(watch);
    }
    return STATUS_DONE;
}

/* ---- the live board ---- */

/* Draws the board as it is at this second, and sends what changed. */
static enum err draw(struct watch *watch)
{
    struct arena_mark mark = arena_mark(watch->cli->arena);
    struct terminal_size size = terminal_size(watch->terminal);
    const struct board_frame frame = {watch->cli, &watch->source.board, &watch->view};
    struct screen next;
    struct text_builder out;

    board_show(&watch->source.board, &watch->view, board_source_now(&watch->source));
    arena_clear(&watch->frames[watch->frame]);
    cli_memory(screen_init(&next, size.rows, size.columns, &watch->frames[watch->frame]) ? watch
                                                                                         : NULL);
    board_frame_draw(&frame, &next);
    text_builder_init(&out, watch->cli->arena,
                      (next.rows * next.columns + 1) * 4 * SCREEN_CELL_BYTES);
    screen_difference(watch->screen.rows == 0 ? NULL : &watch->screen, &next,
                      watch->cli->is_coloured, &out);
    const char *text = whole_text(&out);
    watch->screen = next;
    watch->frame = 1 - watch->frame;

    enum err err = terminal_send(watch->terminal, bytes_of_text(text));
    arena_rewind(watch->cli->arena, mark);
    return err;
}

/* Takes the keys that were pressed. Returns false if they end the program. */
static bool take_keys(struct watch *watch)
{
    char buffer[INPUT_BYTES + 1];
    struct terminal_input input = terminal_take(watch->terminal, buffer, INPUT_BYTES);
    size_t page_rows = board_page_rows(terminal_size(watch->terminal).rows);

    buffer[input.size] = '\0';
    for (const char *at = buffer; *at != '\0';) {
        uint32_t key = KEY_UNKNOWN;

        at += key_take(at, &key);
        if (!board_view_key(&watch->view, &watch->source.board, key, page_rows)) {
            return false;
        }
        board_show(&watch->source.board, &watch->view, board_source_now(&watch->source));
    }
    if (input.is_resized) {
        watch->screen.rows = 0; /* what the terminal made of it is not known */
    }
    return !input.is_ending;
}

/* True if what is said of the office itself changed. */
static bool is_about_office(const Hs__FeedItem *item)
{
    return item->event != NULL && (item->event->body_case == HS__EVENT__BODY_DEPARTMENT_DEFINED ||
                                   item->event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED);
}

/* Takes what happened: of it only that it did. */
static int take_feed(struct watch *watch)
{
    Hs__FeedItem *item = NULL;
    int status = STATUS_DONE;

    do {
        struct arena_mark mark = arena_mark(watch->cli->arena);

        item = NULL;
        status = session_next(watch->session, 0, &item);
        watch->is_dirty = watch->is_dirty || item != NULL;
        watch->source.is_office_stale =
            watch->source.is_office_stale || (item != NULL && is_about_office(item));
        arena_rewind(watch->cli->arena, mark);
    } while (status == STATUS_DONE && item != NULL);
    return status;
}

/* Asks for the board anew when there is reason to. */
static int ask_anew(struct watch *watch)
{
    uint64_t since_ms = session_now_ms() - watch->asked_ms;
    bool is_wanted = watch->is_dirty ? since_ms >= RELOAD_MS : since_ms >= REFRESH_MS;

    if (watch->source.is_asking || !is_wanted) {
        return STATUS_DONE;
    }
    watch->is_dirty = false;
    watch->asked_ms = session_now_ms();
    return board_source_begin(&watch->source);
}

/* Says on the board since when the broker has been silent, and asks it again when it is back. */
static void note_silence(struct watch *watch)
{
    bool is_late = watch->source.is_asking && session_now_ms() - watch->asked_ms > SILENT_MS;
    bool is_silent = is_late || !session_is_connected(watch->session);

    if (!is_silent && watch->view.silent_from_ms != 0) {
        watch->is_dirty = true; /* what happened meanwhile was told to nobody */
    }
    if (is_silent == (watch->view.silent_from_ms == 0)) {
        watch->view.silent_from_ms = is_silent ? board_source_now(&watch->source) : 0;
    }
}

/* Milliseconds until the seconds on the board change. */
static uint64_t until_next_second(const struct watch *watch)
{
    return SECOND_MS - (uint64_t)board_source_now(&watch->source) % SECOND_MS;
}

static int run_live(struct watch *watch)
{
    int status = STATUS_DONE;
    bool is_new = false;

    while (status == STATUS_DONE) {
        if (draw(watch) != ERR_OK) {
            return STATUS_DONE; /* the terminal is gone, and with it who looked */
        }
        status = session_wait(watch->session, until_next_second(watch));
        if (!take_keys(watch)) {
            return STATUS_DONE;
        }
        if (status == STATUS_DONE) {
            status = board_source_take(&watch->source, &is_new);
        }
        if (status == STATUS_DONE) {
            status = take_feed(watch);
        }
        if (status == STATUS_DONE) {
            note_silence(watch);
            status = ask_anew(watch);
        }
    }
    return status;
}

/* What is said on err while the board has the screen is said when it is gone. */
static int live(struct watch *watch)
{
    FILE *err = watch->cli->err;
    char *said = NULL;
    size_t said_bytes = 0;
    FILE *kept = cli_memory(open_memstream(&said, &said_bytes));
    enum err opened = terminal_open(&watch->terminal);

    if (opened != ERR_OK) {
        (void)fclose(kept); /* of memory */
        free(said);
        return cli_fail(watch->cli, STATUS_ENVIRONMENT,
                        cli_text(watch->cli, "终端不能使用：%s", "the terminal: %s"),
                        err_text(opened));
    }
    watch->cli->err = kept;
    session_listen(watch->session, terminal_descriptor(watch->terminal));
    int status = run_live(watch);

    terminal_close(watch->terminal);
    watch->cli->err = err;
    (void)fclose(kept);                         /* of memory */
    (void)fputs(said == NULL ? "" : said, err); /* as in cli_fail() */
    free(said);
    return status;
}

/* The terminal's descriptor is closed before the session, which no longer looks at it. */
static int watch_board(struct watch *watch)
{
    for (size_t i = 0; i < 2; i++) {
        arena_init(&watch->frames[i],
                   (size_t)SCREEN_ROWS_MAX * SCREEN_COLUMNS_MAX * (sizeof(struct screen_cell) + 1));
    }
    watch->asked_ms = session_now_ms();
    int status = live(watch);

    arena_release(&watch->frames[0]);
    arena_release(&watch->frames[1]);
    return status;
}

static int work(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct watch *watch = cli_memory(arena_alloc(cli->arena, sizeof *watch));
    const char *proposal = arguments->word_count > 0 ? arguments->words[0] : "";
    bool is_live = !cli->is_json && cli->out == stdout && terminal_is_there();
    int status = STATUS_DONE;

    *watch = (struct watch){.cli = cli, .session = session};
    watch->view.is_single = proposal[0] != '\0';
    watch->view.is_detail = watch->view.is_single;
    watch->view.is_live = is_live;
    if (is_live) {
        status = session_watch(session, 0); /* before it is asked, so that nothing is missed */
    }
    if (status == STATUS_DONE) {
        status = board_source_open(&watch->source, cli, session, proposal);
        if (status == STATUS_DONE) {
            status = is_live ? watch_board(watch) : print_once(watch);
        }
        board_source_release(&watch->source);
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, work);
}

const struct verb verb_watch = {
    .name = "watch",
    .words = "[ID]",
    .words_max = 1,
    .needs_home = true,
    .summary = {"办件看板：各部门状态、用时、剩余时间，实时更新",
                "the live board: lamps, days and what is left of every review"},
    .manual =
        {"在终端上显示在办的申报项目与各部门的状态，随时更新，按紧急程度排列：先逾期的，再剩余\n"
         "时间最少的，再中止计时的。给出编号时只看该项目。状态：逾期、临期（当日或下一工作日\n"
         "届满）、进行中、中止计时、按时办结、逾期办结、逾期视为同意；数字为计入天数/实际天数。\n"
         "剩余时间按办公时间计算：余几个工作日，加当日所余办公时间。\n"
         "按键：q 退出；↑↓ 选择，空格、b 翻页；回车看一件，Esc 返回；o 逾期、n 临期、h 中止、\n"
         "d 逐个部门、/ 按编号或名称查找、a 全部。\n"
         "输出不是终端时印一屏即止（宽度取环境变量 COLUMNS）；--json 输出 {\"nowAt\", "
         "\"complete\",\n\"rows\"}。部门只见须由本部门答复的。",
         "Shows the proposals that are open with a lamp for each department, as they change,\n"
         "by urgency: what is overdue, then what has the least time left, then what stands.\n"
         "With an ID that proposal alone. Lamps: overdue, near (due today or on the next\n"
         "working day), running, on hold, in time, done late, silent; the numbers are counted\n"
         "and real days. What is left is business time: working days after today, and what\n"
         "today still has.\n"
         "Keys: q quits; arrows select, Space and b turn pages; Enter opens one, Esc goes\n"
         "back; o overdue, n near, h on hold, d one department after the other, / a part of\n"
         "a number or title, a all.\n"
         "Without a terminal one frame is printed, COLUMNS wide. With --json: {\"nowAt\",\n"
         "\"complete\", \"rows\"}. A department sees what it has to answer."},
    .example = "huishen watch\nhuishen watch LJHS-2026-0007\nhuishen --json watch",
    .run = run,
};
