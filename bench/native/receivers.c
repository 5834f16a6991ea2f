/* Receivers: WebSocket clients reduced to what a measurement needs. They identify, answer pings, count and check messages. */

#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE "{\"op\":\"dispatch\",\"t\":\"message.posted\""
#define READY "{\"op\":\"ready\""
#define HELLO "{\"op\":\"hello\""
#define STAMP "\"text\":\"@"
#define HANDSHAKES_UNDER_WAY 32
#define STALLED_BUFFER 4096

enum stage { UPGRADING, IDENTIFYING, RECEIVING, STALLED, CLOSED };

struct receiver {
    struct source source; /* first, so that a source is its receiver */
    enum stage stage;
    bool will_stall;
    const char *token;
    int received; /* messages of the current campaign */
    long seq;     /* of the last message, 0 before the first */
    unsigned char *partial;
    size_t partial_size;
};

static struct receiver **receivers;
static struct receiver **stalled;
static int count, ready, lost, stalled_count, cut_off;
static long gaps;
static int acknowledged_every;
static unsigned char *sample;
static size_t sample_size;

static void send_frame(struct receiver *receiver, unsigned char opcode, const void *payload, size_t size)
{
    unsigned char frame[2048] = {0x80 | opcode};
    size_t head = size < 126 ? 2 : 4;
    if (size + head + 4 > sizeof frame)
        fail("a frame of %zu bytes is too long for a receiver", size);
    if (size < 126) {
        frame[1] = 0x80 | (unsigned char)size;
    } else {
        frame[1] = 0x80 | 126;
        frame[2] = (unsigned char)(size >> 8);
        frame[3] = (unsigned char)size;
    }
    /* The masking key is zero: legal, and the payload travels as it is. */
    memcpy(frame + head + 4, payload, size);
    send_all(receiver->source.fd, frame, head + 4 + size);
}

static void identify(struct receiver *receiver)
{
    char text[1024];
    int size = snprintf(text, sizeof text,
                        "{\"op\":\"identify\",\"token\":\"%s\",\"client\":{\"kind\":\"bot\",\"device\":\"bench\",\"version\":\"1\"}}",
                        receiver->token);
    send_frame(receiver, 0x1, text, (size_t)size);
}

static void forget(struct receiver *receiver)
{
    if (receiver->stage == CLOSED)
        return;
    unwatch(&receiver->source);
    close(receiver->source.fd);
    if (receiver->will_stall)
        cut_off++;
    else
        lost++;
    receiver->stage = CLOSED;
}

static void note_delay(const unsigned char *payload, size_t size)
{
    const unsigned char *stamp = memmem(payload, size, STAMP, sizeof STAMP - 1);
    if (!stamp || campaign.delay_count == campaign.delay_room)
        return;
    uint64_t sent = strtoull((const char *)stamp + sizeof STAMP - 1, NULL, 10);
    campaign.delays[campaign.delay_count++] = (uint32_t)((now_ns() - sent) / 1000);
}

/* A frame that ends without a number (one that was published) has no place in an order. */
static void check_seq(struct receiver *receiver, const unsigned char *payload, size_t size)
{
    long seq = 0, scale = 1;
    for (size_t at = size - 2; at > 0 && payload[at] >= '0' && payload[at] <= '9'; at--, scale *= 10)
        seq += (payload[at] - '0') * scale;
    if (receiver->seq && seq != receiver->seq + 1)
        gaps++;
    receiver->seq = seq;
}

static void count_message(struct receiver *receiver)
{
    int index = receiver->received++;
    campaign.deliveries++;
    if (index >= campaign.messages || --campaign.missing[index])
        return;
    campaign.completed++;
    if (acknowledged_every && campaign.completed % acknowledged_every == 0)
        send_all(receivers[0]->source.fd, "a", 1);
}

static void take_text(struct receiver *receiver, const unsigned char *frame, size_t head, size_t size)
{
    const unsigned char *payload = frame + head;
    if (size > sizeof MESSAGE && memcmp(payload, MESSAGE, sizeof MESSAGE - 1) == 0) {
        if (receiver->will_stall)
            return;
        if (receiver == receivers[0] && sample_size != head + size) {
            sample = realloc(sample, sample_size = head + size);
            memcpy(sample, frame, sample_size);
        }
        if (!acknowledged_every)
            check_seq(receiver, payload, size);
        note_delay(payload, size);
        count_message(receiver);
    } else if (size > sizeof HELLO && memcmp(payload, HELLO, sizeof HELLO - 1) == 0) {
        identify(receiver);
    } else if (size > sizeof READY && memcmp(payload, READY, sizeof READY - 1) == 0) {
        receiver->stage = receiver->will_stall ? STALLED : RECEIVING;
        ready++;
        if (receiver->will_stall)
            unwatch(&receiver->source);
    }
}

/* One whole frame at `data`, or 0 when more bytes are needed. */
static size_t take_frame(struct receiver *receiver, const unsigned char *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t head = 2, payload = data[1];
    if (payload == 126) {
        if (size < 4)
            return 0;
        head = 4, payload = ((size_t)data[2] << 8) | data[3];
    } else if (payload == 127) {
        if (size < 10)
            return 0;
        head = 10, payload = 0;
        for (int at = 2; at < 10; at++)
            payload = (payload << 8) | data[at];
    }
    if (size < head + payload)
        return 0;
    switch (data[0] & 0x0f) {
    case 0x1: take_text(receiver, data, head, payload); break;
    case 0x8: forget(receiver); break;
    case 0x9: send_frame(receiver, 0xA, data + head, payload); break;
    }
    return head + payload;
}

static size_t take_upgrade(struct receiver *receiver, const unsigned char *data, size_t size)
{
    const unsigned char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (size < 12 || memcmp(data, "HTTP/1.1 101", 12) != 0)
        fail("the upgrade was refused: %.*s", (int)(end - data), (const char *)data);
    receiver->stage = receiver->token ? IDENTIFYING : RECEIVING;
    ready += !receiver->token;
    return (size_t)(end - data) + 4;
}

static void take_bytes(struct receiver *receiver, const unsigned char *data, size_t size)
{
    size_t used = 0, step = 1;
    while (used < size && step && receiver->stage < STALLED) {
        step = receiver->stage == UPGRADING ? take_upgrade(receiver, data + used, size - used)
                                            : take_frame(receiver, data + used, size - used);
        used += step;
    }
    size_t rest = receiver->stage < STALLED ? size - used : 0;
    unsigned char *kept = NULL;
    if (rest) {
        kept = malloc(rest);
        memcpy(kept, data + used, rest);
    }
    free(receiver->partial);
    receiver->partial = kept;
    receiver->partial_size = rest;
}

static void on_readable(struct source *source)
{
    struct receiver *receiver = (struct receiver *)source;
    ssize_t got = recv(source->fd, read_buffer, READ_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        return forget(receiver);
    if (!receiver->partial_size)
        return take_bytes(receiver, read_buffer, (size_t)got);
    size_t size = receiver->partial_size + (size_t)got;
    unsigned char *whole = malloc(size);
    memcpy(whole, receiver->partial, receiver->partial_size);
    memcpy(whole + receiver->partial_size, read_buffer, (size_t)got);
    take_bytes(receiver, whole, size);
    free(whole);
}

static struct receiver *open_receiver(int port, const char *token, bool will_stall)
{
    struct receiver *receiver = calloc(1, sizeof *receiver);
    receiver->source = (struct source){connect_to(port, will_stall ? STALLED_BUFFER : 0), on_readable};
    receiver->token = token;
    receiver->will_stall = will_stall;
    watch(&receiver->source);
    return receiver;
}

static void upgrade(struct receiver *receiver, int port)
{
    char request[512];
    int size = snprintf(request, sizeof request,
                        "GET /gateway HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        port);
    send_all(receiver->source.fd, request, (size_t)size);
}

static void keep(struct receiver *receiver)
{
    struct receiver ***list = receiver->will_stall ? &stalled : &receivers;
    int *size = receiver->will_stall ? &stalled_count : &count;
    *list = realloc(*list, sizeof **list * (size_t)(*size + 1));
    (*list)[(*size)++] = receiver;
}

/* Open connections a few at a time, so that nobody waits longer than the server lets them. */
static void open_identified(int port, const char *token, int more, bool will_stall)
{
    int opened = 0, target = ready + more, gone = lost;
    while (ready < target) {
        while (opened < more && opened - (more - (target - ready)) < HANDSHAKES_UNDER_WAY) {
            struct receiver *receiver = open_receiver(port, token, will_stall);
            upgrade(receiver, port);
            keep(receiver);
            opened++;
        }
        serve_once(1000);
        if (lost > gone)
            fail("a connection was closed before it was ready (%d of %d were)", more - (target - ready), more);
    }
}

void add_receivers(int port, const char *token, int more) { open_identified(port, token, more, false); }

void add_stalled(int port, const char *token, int more) { open_identified(port, token, more, true); }

int cut_off_of_stalled(double seconds)
{
    for (int at = 0; at < stalled_count; at++) {
        if (stalled[at]->stage != STALLED)
            continue;
        stalled[at]->stage = RECEIVING;
        watch(&stalled[at]->source);
    }
    uint64_t start = now_ns();
    while (cut_off < stalled_count && (double)(now_ns() - start) < seconds * 1e9)
        serve_once(100);
    return cut_off;
}

void add_plain_readers(int port, int more)
{
    for (int opened = 0; opened < more; opened++) {
        struct receiver *receiver = open_receiver(port, NULL, false);
        receiver->stage = RECEIVING;
        keep(receiver);
    }
}

void acknowledge_every(int messages) { acknowledged_every = messages; }

void start_counting(int messages)
{
    free(campaign.missing);
    free(campaign.delays);
    size_t room = (size_t)messages * (size_t)(count ? count : 1);
    campaign = (struct campaign){.messages = messages, .receivers = count, .delay_room = room};
    campaign.missing = calloc((size_t)messages, sizeof *campaign.missing);
    campaign.delays = malloc(room * sizeof *campaign.delays);
    for (int message = 0; message < messages; message++)
        campaign.missing[message] = count;
    for (int at = 0; at < count; at++)
        receivers[at]->received = 0;
    if (!count)
        campaign.completed = messages;
    gaps = 0;
}

void save_frame(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file || !sample_size || fwrite(sample, 1, sample_size, file) != sample_size || fclose(file))
        fail("no frame could be written to a file");
}

int receiver_count(void) { return count; }

long gaps_seen(void) { return gaps; }

int lost_connections(void) { return lost; }
