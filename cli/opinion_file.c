/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opinion_file.h"

#include <string.h>

#include "cli/published.h"
#include "core/opinion.h"

int opinion_file_load(const struct cli *cli, const char *path, struct opinion_file *out)
{
    ProtobufCMessage *message = NULL;

    *out = (struct opinion_file){.text = message_file(cli, path)};
    enum err err = load_message(&out->text, &hs__opinion__descriptor, &message);
    if (err != ERR_OK) {
        message_file_tell(cli, &out->text);
        return file_status(err);
    }
    out->opinion = (Hs__Opinion *)message;
    return STATUS_DONE;
}

static const Hs__Department *find_department(const Hs__DepartmentList *departments, const char *id)
{
    for (size_t i = 0; i < departments->n_departments; i++) {
        if (strcmp(departments->departments[i]->id, id) == 0) {
            return departments->departments[i];
        }
    }
    return NULL;
}

void opinion_file_explain(struct cli *cli, struct session *session, const struct opinion_file *file,
                          const struct review_target *target)
{
    struct definition_set set;
    struct opinion_faults faults = {.arena = cli->arena};

    if (published_pinned(cli, session, target->proposal->pins, &set) != STATUS_DONE) {
        return;
    }

    const struct opinion_frame frame = {
        .department = find_department(set.departments, target->ref.department),
        .process = set.process,
    };
    opinion_check(file->opinion, &frame, &faults);
    for (size_t i = 0; i < faults.count; i++) {
        const struct opinion_fault *fault = &faults.rows[i];
        unsigned line = load_line(&file->text, fault->path);
        const char *place =
            line == 0 ? file->text.path : cli_format(cli, "%s:%u", file->text.path, line);

        (void)fprintf(cli->err, "%s: %s: %s\n", place, fault->path,
                      cli_text(cli, refusal_zh(fault->refusal), refusal_en(fault->refusal)));
    }
}
