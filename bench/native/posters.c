/* Posters: HTTP connections that are kept open and carry one request at a time, so many of them as messages are under way. */

#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define RUN_SECONDS 120

struct poster {
    struct source source; /* first, so that a source is its poster */
    int port;
    bool busy, sent_again;
    char *request;
    size_t request_size;
    char *answer;
    size_t answer_size, answer_room;
};

static struct poster posters[MAX_POSTERS];
static int poster_count, answered;
static long answer_bytes;

static size_t expected_size(const char *answer, size_t size)
{
    const char *end = memmem(answer, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    const char *length = strcasestr(answer, "\r\ncontent-length:");
    if (!length || length > end)
        fail("an answer has no length: %s", answer);
    return (size_t)(end - answer) + 4 + strtoul(length + sizeof "\r\ncontent-length:" - 1, NULL, 10);
}

static void send_request(struct poster *poster, const char *request, size_t size)
{
    poster->request = realloc(poster->request, size);
    memcpy(poster->request, request, size);
    poster->request_size = size;
    poster->busy = true;
    poster->sent_again = false;
    send_all(poster->source.fd, request, size);
}

/* The server closes what has been idle for some seconds, and a request may cross the close: then it is sent once more. That is what
 * every client does (RFC 9112, 9.3.1), and the nonce keeps a message from being stored twice. */
static void reopen(struct poster *poster)
{
    if (poster->busy && (poster->answer_size || poster->sent_again))
        fail("the server closed a connection instead of answering");
    unwatch(&poster->source);
    close(poster->source.fd);
    poster->source.fd = connect_to(poster->port, 0);
    watch(&poster->source);
    if (poster->busy) {
        poster->sent_again = true;
        send_all(poster->source.fd, poster->request, poster->request_size);
    }
}

static void on_readable(struct source *source)
{
    struct poster *poster = (struct poster *)source;
    ssize_t got = recv(source->fd, read_buffer, READ_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        return reopen(poster);
    if (poster->answer_size + (size_t)got + 1 > poster->answer_room) {
        poster->answer_room = poster->answer_size + (size_t)got + 1;
        poster->answer = realloc(poster->answer, poster->answer_room);
    }
    memcpy(poster->answer + poster->answer_size, read_buffer, (size_t)got);
    poster->answer_size += (size_t)got;
    poster->answer[poster->answer_size] = 0;
    size_t expected = expected_size(poster->answer, poster->answer_size);
    if (!expected || poster->answer_size < expected)
        return;
    if (memcmp(poster->answer, "HTTP/1.1 20", 11) != 0)
        fail("a request was refused: %s", poster->answer);
    answer_bytes += (long)expected;
    poster->answer_size = 0;
    poster->busy = false;
    answered++;
}

static struct poster *idle_poster(int port, int at_most)
{
    for (int at = 0; at < poster_count; at++)
        if (!posters[at].busy)
            return &posters[at];
    if (poster_count >= at_most || poster_count == MAX_POSTERS)
        return NULL;
    struct poster *poster = &posters[poster_count++];
    poster->source = (struct source){connect_to(port, 0), on_readable};
    poster->port = port;
    watch(&poster->source);
    return poster;
}

/* A random UUID, version 4. */
static void make_nonce(char nonce[37])
{
    unsigned char bits[16];
    if (getrandom(bits, sizeof bits, 0) != sizeof bits)
        fail("no randomness");
    bits[6] = (bits[6] & 0x0f) | 0x40;
    bits[8] = (bits[8] & 0x3f) | 0x80;
    char *to = nonce;
    for (int at = 0; at < 16; at++) {
        if (at == 4 || at == 6 || at == 8 || at == 10)
            *to++ = '-';
        to += sprintf(to, "%02x", bits[at]);
    }
}

/* Plain words behind the first `size` characters, up to `until` in all, and what closes the body. */
static size_t fill_up(char *body, size_t size, size_t until, const char *closing)
{
    static const char words[] = " the quick brown fox jumps over the lazy dog and says that all is well";
    for (size_t at = 0; size < until; at = (at + 1) % (sizeof words - 1))
        body[size++] = words[at];
    if (body[size - 1] == ' ')
        body[size - 1] = '.';
    memcpy(body + size, closing, strlen(closing));
    return size + strlen(closing);
}

/* A text of the wished length, opened by the instant of sending. */
static size_t write_message(char *body, size_t room, int characters)
{
    char nonce[37];
    make_nonce(nonce);
    size_t size = (size_t)snprintf(body, room, "{\"nonce\":\"%s\",\"text\":\"@%llu", nonce, (unsigned long long)now_ns());
    return fill_up(body, size, size + (characters > 21 ? (size_t)characters - 21 : 0), "\"}");
}

/* What a receiver takes for a message, of the wished length in all. */
static size_t write_frame(char *body, size_t room, int bytes)
{
    static const char opening[] = "{\"op\":\"dispatch\",\"t\":\"message.posted\",\"d\":{\"text\":\"@%llu", closing[] = "\"}}";
    size_t size = (size_t)snprintf(body, room, opening, (unsigned long long)now_ns());
    return fill_up(body, size, (size_t)bytes - strlen(closing), closing);
}

static void post(struct poster *poster, const struct posting *posting)
{
    static char body[READ_BYTES], request[READ_BYTES + 1024];
    size_t size = (posting->token ? write_message : write_frame)(body, sizeof body, posting->characters);
    int head = snprintf(request, 1024,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        posting->path, posting->port, posting->token ? posting->token : "none", size);
    memcpy(request + head, body, size);
    send_request(poster, request, (size_t)head + size);
}

static int under_way(const struct posting *posting, int posted)
{
    bool wait_for_all = posting->pace == UNTIL_DELIVERED && campaign.completed < answered;
    return posted - (wait_for_all ? campaign.completed : answered);
}

static void check_time(uint64_t start, const char *what, int done, int all)
{
    if (now_ns() - start > RUN_SECONDS * 1000000000ull)
        fail("%s: %d of %d within %d seconds", what, done, all, RUN_SECONDS);
}

static bool is_due(const struct posting *posting, int posted, uint64_t start)
{
    return !posting->per_second || (double)(now_ns() - start) >= posted * 1e9 / posting->per_second;
}

/* Seconds from the first request until every message is answered and delivered. */
double run_posting(const struct posting *posting)
{
    start_counting(posting->messages);
    answered = 0;
    int posted = 0, lost_before = lost_connections();
    uint64_t start = now_ns();
    while (answered < posting->messages || campaign.completed < posting->messages) {
        struct poster *poster;
        while (posted < posting->messages && under_way(posting, posted) < posting->window &&
               is_due(posting, posted, start) && (poster = idle_poster(posting->port, posting->window))) {
            post(poster, posting);
            posted++;
        }
        serve_once(posting->per_second && posted < posting->messages ? 1 : 1000);
        if (lost_connections() > lost_before) /* nothing will ever have reached everybody */
            fail("the server closed %d receivers after %d of %d messages", lost_connections() - lost_before,
                 campaign.completed, posting->messages);
        check_time(start, "messages delivered", campaign.completed, posting->messages);
    }
    return (double)(now_ns() - start) / 1e9;
}

static void ask(struct poster *poster, const struct reading *reading, int number)
{
    char request[1024];
    long page = reading->highest - (number * reading->step) % reading->highest;
    int size = snprintf(request, sizeof request, "GET %s%ld HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n",
                        reading->path, page, reading->port, reading->token);
    send_request(poster, request, (size_t)size);
}

/* Seconds for all requests, at most `window` of them under way. */
double run_reading(const struct reading *reading)
{
    answered = 0;
    answer_bytes = 0;
    int asked = 0;
    uint64_t start = now_ns();
    while (answered < reading->requests) {
        struct poster *poster;
        while (asked < reading->requests && asked - answered < reading->window &&
               (poster = idle_poster(reading->port, reading->window)))
            ask(poster, reading, asked++);
        serve_once(1000);
        check_time(start, "pages read", answered, reading->requests);
    }
    return (double)(now_ns() - start) / 1e9;
}

long bytes_answered(void) { return answer_bytes; }
