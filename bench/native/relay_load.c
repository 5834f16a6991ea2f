/* Packets through a TURN relay, over sockets whose allocations and channels are there already.
 *
 *   relay_load [--awake] CHANNEL FD...
 *
 * Each FD is a connected UDP socket: what is sent on one as channel data under CHANNEL comes out of its peer's as channel data under CHANNEL.
 * It takes one command a line and answers with one line:
 *
 *   rate SECONDS PER_SECOND       so many packets a second, the sockets in turn
 *   window SECONDS IN_FLIGHT      as many as the relay passes on, with so many for each socket under way: who gets one sends one
 *
 * With `--awake` it does not sleep while it counts: for when it has a core of its own.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADER 4
#define PAYLOAD 100
#define PACKET (HEADER + PAYLOAD)
#define BATCH 32
#define EVENTS 128
#define STRAGGLERS_NS 3000000000ull /* what has not come so long after the last one is lost */

static int *sockets, socket_count, epoll_fd;
static uint16_t channel;
static bool awake;

static struct {
    uint64_t start, end;  /* when to begin and to stop sending */
    uint64_t planned;     /* packets; 0: as many as come back */
    uint64_t sent, received, last_received_at, busy;
    double per_second;
    uint32_t *delays; /* nanoseconds, one a packet */
    size_t room;
} run;

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "not as it should be");
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void send_packet(int fd)
{
    unsigned char packet[PACKET] = {0};
    uint16_t number = htons(channel), length = htons(PAYLOAD);
    uint64_t now = now_ns();
    memcpy(packet, &number, sizeof number);
    memcpy(packet + 2, &length, sizeof length);
    memcpy(packet + HEADER, &now, sizeof now);
    if (send(fd, packet, sizeof packet, 0) != sizeof packet)
        fail("send");
    run.sent++;
}

static void note(const unsigned char *packet, size_t size, uint64_t now)
{
    uint16_t number, length;
    uint64_t then;
    memcpy(&number, packet, sizeof number);
    memcpy(&length, packet + 2, sizeof length);
    memcpy(&then, packet + HEADER, sizeof then);
    errno = 0;
    if (size != PACKET || ntohs(number) != channel || ntohs(length) != PAYLOAD)
        fail("a packet");
    if (then < run.start)
        return; /* of the run before */
    if (run.received == run.room) {
        run.room = run.room ? run.room * 2 : 65536;
        if (!(run.delays = realloc(run.delays, run.room * sizeof *run.delays)))
            fail("memory");
    }
    run.delays[run.received++] = now - then < UINT32_MAX ? (uint32_t)(now - then) : UINT32_MAX;
    run.last_received_at = now;
}

/* All that waits on a socket; the number of packets. */
static int receive_all(int fd)
{
    static unsigned char packets[BATCH][2048];
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    int all = 0, got;
    do {
        memset(messages, 0, sizeof messages);
        for (int at = 0; at < BATCH; at++) {
            pieces[at] = (struct iovec){packets[at], sizeof packets[at]};
            messages[at].msg_hdr = (struct msghdr){.msg_iov = &pieces[at], .msg_iovlen = 1};
        }
        got = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            fail("receive");
        uint64_t now = now_ns();
        for (int at = 0; at < got; at++)
            note(packets[at], messages[at].msg_len, now);
        all += got > 0 ? got : 0;
    } while (got == BATCH);
    return all;
}

/* Send what is due; nanoseconds until something is due again. */
static uint64_t send_due(uint64_t now)
{
    if (!run.planned)
        return run.end > now ? run.end - now : STRAGGLERS_NS / 10;
    while (run.sent < run.planned && run.start + (uint64_t)(1e9 * (double)run.sent / run.per_second) <= now)
        send_packet(sockets[run.sent % (uint64_t)socket_count]);
    if (run.sent == run.planned)
        return STRAGGLERS_NS / 10;
    uint64_t due = run.start + (uint64_t)(1e9 * (double)run.sent / run.per_second);
    return due > now ? due - now : 0;
}

static bool is_over(uint64_t now)
{
    bool all_sent = run.planned ? run.sent == run.planned : now >= run.end;
    uint64_t last = run.last_received_at > run.end ? run.last_received_at : run.end;
    return all_sent && (run.received >= run.sent || now > last + STRAGGLERS_NS);
}

static void serve_once(void)
{
    struct epoll_event events[EVENTS];
    uint64_t began = now_ns(), before = run.sent;
    uint64_t wait = awake ? 0 : send_due(began);
    if (awake)
        send_due(began);
    struct timespec patience = {(time_t)(wait / 1000000000), (long)(wait % 1000000000)};
    uint64_t sent_at = now_ns();
    int count = epoll_pwait2(epoll_fd, events, EVENTS, &patience, NULL);
    uint64_t woken = now_ns();
    for (int at = 0; at < count; at++)
        for (int got = receive_all(events[at].data.fd); got > 0 && !run.planned && woken < run.end; got--)
            send_packet(events[at].data.fd);
    run.busy += now_ns() - woken + (run.sent > before ? sent_at - began : 0);
}

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static double delay_us(double part)
{
    return run.received ? run.delays[(size_t)((double)(run.received - 1) * part)] / 1e3 : 0;
}

static void report(void)
{
    double seconds = (double)((run.last_received_at > run.start ? run.last_received_at : run.end) - run.start) / 1e9;
    qsort(run.delays, run.received, sizeof *run.delays, compare);
    printf("{\"seconds\":%.6f,\"sent\":%llu,\"received\":%llu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,\"busy_seconds\":%.6f}\n",
           seconds, (unsigned long long)run.sent, (unsigned long long)run.received, delay_us(0.5), delay_us(0.99), delay_us(1),
           (double)run.busy / 1e9);
    fflush(stdout);
}

static void run_for(double seconds, double per_second, int in_flight)
{
    uint32_t *delays = run.delays;
    size_t room = run.room;
    memset(&run, 0, sizeof run);
    run.delays = delays;
    run.room = room;
    run.start = now_ns();
    run.end = run.start + (uint64_t)(seconds * 1e9);
    run.per_second = per_second;
    run.planned = (uint64_t)(seconds * per_second);
    for (int round = 0; round < in_flight; round++)
        for (int at = 0; at < socket_count; at++)
            send_packet(sockets[at]);
    while (!is_over(now_ns()))
        serve_once();
    report();
}

static void watch_sockets(char **numbers)
{
    if ((epoll_fd = epoll_create1(0)) < 0 || !(sockets = calloc((size_t)socket_count, sizeof *sockets)))
        fail("epoll");
    for (int at = 0; at < socket_count; at++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = atoi(numbers[at])};
        sockets[at] = event.data.fd;
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, sockets[at], &event) != 0)
            fail("a socket");
    }
}

int main(int argc, char **argv)
{
    char mode[16];
    double seconds, number;
    int first = 1;
    if (argc > 1 && strcmp(argv[1], "--awake") == 0)
        awake = ++first > 1;
    if (argc < first + 3)
        return fprintf(stderr, "relay_load [--awake] CHANNEL FD...\n"), 2;
    channel = (uint16_t)atoi(argv[first]);
    socket_count = argc - first - 1;
    watch_sockets(argv + first + 1);
    while (scanf("%15s %lf %lf", mode, &seconds, &number) == 3) {
        if (strcmp(mode, "rate") == 0)
            run_for(seconds, number, 0);
        else if (strcmp(mode, "window") == 0)
            run_for(seconds, 0, (int)number);
        else
            fail("a command");
    }
    return 0;
}
