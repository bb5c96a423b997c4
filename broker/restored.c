/* SPDX-License-Identifier: Apache-2.0 */
/* A journal that came back from a backup says so itself, before it says anything else. */
#include "broker/broker.h"

#include "store/restored_file.h"

static enum err record(struct broker *broker, const struct restored_record *restored)
{
    enum err err = turn_begin(broker->turn);

    if (err == ERR_OK) {
        turn_restored(broker->turn, restored);
        err = turn_end(broker->turn);
    }
    log_event(broker->options.log, err == ERR_OK ? LOG_WARNING : LOG_ERROR, "office_restored",
              log_err(err), log_number("seq", (int64_t)restored->seq), LOG_END);
    return err;
}

enum err restored_record(struct broker *broker, const char *folder)
{
    const struct head_record *head = journal_head(broker->journal);
    struct restored_record restored;
    enum err err = restored_file_read(folder, &restored);

    if (err == ERR_ABSENT) {
        return ERR_OK;
    }
    /* Where the journal has gone on, the event is on record: nothing comes before it. */
    if (err == ERR_OK && head->seq == restored.seq && hash_equal(head->hash, restored.hash)) {
        err = record(broker, &restored);
    }
    if (err == ERR_OK) {
        err = restored_file_remove(folder);
    }
    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR, "restored_unreadable", log_err(err),
                  log_text("folder", folder), LOG_END);
    }
    return err;
}
