/* SPDX-License-Identifier: Apache-2.0 */
/* Documents in and out. The disk is waited for on a worker thread, one piece after another, so that
 * two pieces of one document never meet; the loop goes on meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/broker.h"
#include "broker/outbox.h"
#include "core/authorise.h"
#include "lib/check.h"
#include "store/documents.h"

enum { JOBS_MAX = 256, JOB_ARENA_BYTES = DOCUMENT_CHUNK_BYTES + 4096 };

/* One piece: where it came from, what is asked, what came of it. */
struct job {
    struct job *next;
    uint8_t routing[ROUTING_BYTES_MAX];
    size_t routing_size;
    char user[USER_BYTES_MAX];
    bool is_put;
    struct document_chunk chunk; /* bytes in the arena */
    struct document_state state;
    enum err err;
    struct arena arena;
};

/* Invariant: at most one job is with the worker, the first. */
struct documents_service {
    struct broker *broker;
    struct documents documents;
    char *folder;
    uv_work_t work;
    bool is_working;
    struct job *first;
    struct job *last;
    size_t count;
};

enum err transfer_open(struct broker *broker, struct documents_service **out)
{
    struct documents_service *service = calloc(1, sizeof *service);
    size_t size = strlen(broker->options.home) + sizeof "/documents";

    require(service != NULL);
    service->broker = broker;
    service->folder = malloc(size);
    require(service->folder != NULL);
    (void)snprintf(service->folder, size, "%s/documents", broker->options.home);
    service->work.data = service;
    enum err err = documents_open(service->folder, &service->documents);
    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR, "documents_unusable", log_err(err),
                  log_text("folder", service->folder), LOG_END);
        free(service->folder);
        free(service);
        return err;
    }
    *out = service;
    return ERR_OK;
}

static void free_job(struct job *job)
{
    arena_release(&job->arena);
    free(job);
}

void transfer_close(struct documents_service *service)
{
    if (service == NULL) {
        return;
    }
    while (service->is_working) {
        (void)uv_run(service->broker->loop, UV_RUN_ONCE); /* until the worker is done */
    }
    while (service->first != NULL) {
        struct job *next = service->first->next;
        free_job(service->first);
        service->first = next;
    }
    free(service->folder);
    free(service);
}

const struct documents *transfer_documents(const struct documents_service *service)
{
    return &service->documents;
}

bool transfer_has(void *self, const Hs__Document *document)
{
    const struct documents_service *service = self;
    struct hash wanted;

    if (document->hash.len != sizeof wanted.bytes) {
        return false;
    }
    memcpy(wanted.bytes, document->hash.data, document->hash.len);
    return sweep_claim(service->broker->sweep, &wanted, document->size);
}

static void on_work(uv_work_t *work)
{
    struct documents_service *service = work->data;
    struct job *job = service->first;

    job->err = job->is_put ? document_put(&service->documents, &job->chunk, &job->state)
                           : document_get(&service->documents, &job->arena, &job->chunk);
}

static const char *error_word(enum err err)
{
    switch (err) {
    case ERR_OK:
    case ERR_EXISTS: /* the state says where to go on */
        return "";
    case ERR_FULL:
        return "TOO_LARGE";
    case ERR_ABSENT:
        return "DOCUMENT_MISSING";
    case ERR_INVALID:
        return "HASH_DIFFERS";
    case ERR_NO_SPACE:
        return "STORE_FULL";
    case ERR_CORRUPT:
    case ERR_TIMEOUT:
    case ERR_DENIED:
    case ERR_IO:
        break;
    }
    return "FAILED";
}

static void say_state(struct session *session, const struct hash *hash,
                      const struct document_state *state, const char *error, struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__DocumentState *said = message_new(&hs__document_state__descriptor, arena);

    if (message == NULL || said == NULL) {
        return;
    }
    said->hash = binary_of((struct bytes){hash->bytes, sizeof hash->bytes});
    said->stored = state->stored;
    said->complete = state->is_complete;
    said->error = error;
    message->body_case = HS__BROKER_MESSAGE__BODY_DOCUMENT_STATE;
    message->document_state = said;
    session_say(session, message);
}

static void say_chunk(struct session *session, const struct document_chunk *chunk,
                      struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__DocumentChunk *said = message_new(&hs__document_chunk__descriptor, arena);

    if (message == NULL || said == NULL) {
        return;
    }
    said->hash = binary_of((struct bytes){chunk->hash.bytes, sizeof chunk->hash.bytes});
    said->size = chunk->size;
    said->offset = chunk->offset;
    said->chunk = binary_of(chunk->bytes);
    message->body_case = HS__BROKER_MESSAGE__BODY_DOCUMENT_CHUNK;
    message->document_chunk = said;
    session_say(session, message);
}

static void on_done(uv_work_t *work, int status);

static void start_next(struct documents_service *service)
{
    if (service->is_working || service->first == NULL) {
        return;
    }
    service->is_working = true;
    require(uv_queue_work(service->broker->loop, &service->work, on_work, on_done) == 0);
}

static void answer_job(struct documents_service *service, const struct job *job)
{
    struct broker *broker = service->broker;
    struct session *session =
        sessions_find(&broker->sessions, (struct bytes){job->routing, job->routing_size});

    if (session == NULL || strcmp(session->user, job->user) != 0) {
        return; /* gone; an upload goes on where it stopped */
    }
    arena_clear(&broker->query_arena);
    if (!job->is_put && job->err == ERR_OK) {
        say_chunk(session, &job->chunk, &broker->query_arena);
    } else {
        say_state(session, &job->chunk.hash, &job->state, error_word(job->err),
                  &broker->query_arena);
    }
    broker_flush(broker, (struct bytes){0});
}

static void on_done(uv_work_t *work, int status)
{
    struct documents_service *service = work->data;
    struct job *job = service->first;

    (void)status; /* nothing cancels the work */
    service->is_working = false;
    service->first = job->next;
    if (service->first == NULL) {
        service->last = NULL;
    }
    service->count--;
    if (!service->broker->is_stopping) {
        answer_job(service, job);
        start_next(service);
    }
    free_job(job);
}

static struct job *new_job(const struct session *session, struct bytes hash)
{
    struct job *job = calloc(1, sizeof *job);

    require(job != NULL);
    memcpy(job->routing, session->routing, session->routing_size);
    job->routing_size = session->routing_size;
    memcpy(job->user, session->user, sizeof job->user);
    memcpy(job->chunk.hash.bytes, hash.data, hash.size);
    arena_init(&job->arena, JOB_ARENA_BYTES);
    return job;
}

static void queue_job(struct documents_service *service, struct job *job)
{
    if (service->last == NULL) {
        service->first = job;
    } else {
        service->last->next = job;
    }
    service->last = job;
    service->count++;
    start_next(service);
}

/* Says why @hash cannot be taken now, and returns true, if it cannot. */
static bool is_refused(struct documents_service *service, struct session *session,
                       enum operation operation, ProtobufCBinaryData hash)
{
    const struct broker *broker = service->broker;
    const Hs__Principal *principal = directory_find(&broker->directory, session->user);
    struct document_state nothing = {0};
    struct hash named = {{0}};
    enum refusal refusal = principal == NULL
                               ? REFUSAL_NOT_ALLOWED
                               : authorise(principal, operation, broker_now_ms(broker));
    const char *error = NULL;

    if (hash.len != sizeof named.bytes) {
        error = "MALFORMED";
    } else if (refusal != REFUSAL_NONE) {
        error = refusal_code(refusal);
    } else if (service->count >= JOBS_MAX) {
        error = "TOO_BUSY";
    } else if (operation == OPERATION_DOCUMENT_PUT && broker->is_full) {
        error = "STORE_FULL";
    }
    if (error == NULL) {
        return false;
    }
    if (hash.len == sizeof named.bytes) {
        memcpy(named.bytes, hash.data, hash.len);
    }
    struct hash *kept = arena_alloc(&service->broker->query_arena, sizeof *kept);
    if (kept != NULL) {
        *kept = named;
        say_state(session, kept, &nothing, error, &service->broker->query_arena);
    }
    return true;
}

void transfer_put(struct documents_service *service, struct session *session,
                  const Hs__DocumentPut *put)
{
    if (is_refused(service, session, OPERATION_DOCUMENT_PUT, put->hash)) {
        return;
    }
    struct job *job = new_job(session, bytes_of(put->hash));
    job->is_put = true;
    job->chunk.size = put->size;
    job->chunk.offset = put->offset;
    job->chunk.bytes =
        (struct bytes){arena_copy(&job->arena, bytes_of(put->chunk)), put->chunk.len};
    if (job->chunk.bytes.data == NULL) { /* larger than a chunk may be */
        job->chunk.bytes = (struct bytes){0};
        job->chunk.size = UINT64_MAX; /* which the store refuses as too large */
    }
    queue_job(service, job);
}

void transfer_get(struct documents_service *service, struct session *session,
                  const Hs__DocumentGet *get)
{
    if (is_refused(service, session, OPERATION_DOCUMENT_GET, get->hash)) {
        return;
    }
    struct job *job = new_job(session, bytes_of(get->hash));
    job->chunk.offset = get->offset;
    queue_job(service, job);
}
