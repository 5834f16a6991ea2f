/* The load generator: opens connections, posts messages, counts what arrives. It takes one command a line and answers with one line.
 *
 *   receivers PORT TOKEN COUNT        open so many more identified gateway connections
 *   stalled PORT TOKEN COUNT          the same, but they stop reading once they are ready
 *   listeners PORT COUNT              the same without identifying: for the servers we compare ourselves with
 *   plain PORT COUNT                  open connections that get bare frames (from send_loop)
 *   rounds MESSAGES IN_FLIGHT         plain: count MESSAGES; after every IN_FLIGHT of them write one byte back
 *   counted                           plain: wait until all of them have come
 *   post PORT TOKEN PATH MESSAGES WINDOW PER_SECOND CHARACTERS answered|delivered
 *   publish PORT PATH MESSAGES WINDOW PER_SECOND BYTES     post frames of so many bytes, to be passed on as they are
 *   read PORT TOKEN PATH REQUESTS WINDOW HIGHEST STEP
 *   resume SECONDS                    let the stalled read on for so long and count those the server has closed
 *   frame FILE                        write the last message's frame to FILE
 *
 * With `--awake` it does not sleep while it counts: for when it has a core of its own.
 */

#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 256
#define COUNTING_SECONDS 120

struct campaign campaign;
unsigned char read_buffer[READ_BYTES];
static int epoll_fd;
static bool command_waits, may_stay_awake, stays_awake;
static uint64_t busy_ns;

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void control(int operation, struct source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(epoll_fd, operation, source->fd, &event) != 0)
        fail("epoll: %s", strerror(errno));
}

void watch(struct source *source) { control(EPOLL_CTL_ADD, source, EPOLLIN); }

void unwatch(struct source *source) { control(EPOLL_CTL_DEL, source, 0); }

/* Handle what has come. Awake, it does not sleep until something does: a sender would pay for waking us, and more the slower it is. */
void serve_once(int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int found = epoll_wait(epoll_fd, events, EVENTS, stays_awake ? 0 : timeout_ms);
    if (found <= 0)
        return;
    uint64_t start = now_ns();
    for (int at = 0; at < found; at++) {
        struct source *source = events[at].data.ptr;
        source->on_readable(source);
    }
    busy_ns += now_ns() - start;
}

int connect_to(int port, int receive_buffer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        fail("socket: %s", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect: %s", strerror(errno));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

void send_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd writable = {fd, POLLOUT, 0};
            poll(&writable, 1, 1000);
        } else if (sent < 0) {
            return; /* gone: reading will say so */
        } else {
            at += sent;
            size -= (size_t)sent;
        }
    }
}

static void stay_awake(bool awake)
{
    stays_awake = awake && may_stay_awake;
    busy_ns = awake ? 0 : busy_ns;
}

static int by_value(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

static double delay_ms(double share)
{
    if (!campaign.delay_count)
        return 0;
    size_t at = (size_t)(share * (double)(campaign.delay_count - 1));
    return campaign.delays[at] / 1000.0;
}

static void report(double seconds)
{
    qsort(campaign.delays, campaign.delay_count, sizeof *campaign.delays, by_value);
    printf("{\"seconds\":%.6f,\"messages\":%d,\"deliveries\":%ld,\"gaps\":%ld,\"lost\":%d,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"busy_seconds\":%.6f}\n",
           seconds, campaign.messages, campaign.deliveries, gaps_seen(), lost_connections(),
           delay_ms(0.5), delay_ms(0.99), delay_ms(1), (double)busy_ns / 1e9);
}

static void run_post(const char *line)
{
    char token[256], path[256], pace[16];
    struct posting posting = {.token = token, .path = path};
    if (sscanf(line, "post %d %255s %255s %d %d %lf %d %15s", &posting.port, token, path, &posting.messages,
               &posting.window, &posting.per_second, &posting.characters, pace) != 8)
        fail("not understood: %s", line);
    stay_awake(true);
    posting.pace = strcmp(pace, "answered") == 0 ? UNTIL_ANSWERED : UNTIL_DELIVERED;
    report(run_posting(&posting));
}

static void run_publish(const char *line)
{
    char path[256];
    struct posting posting = {.path = path, .pace = UNTIL_DELIVERED};
    if (sscanf(line, "publish %d %255s %d %d %lf %d", &posting.port, path, &posting.messages, &posting.window,
               &posting.per_second, &posting.characters) != 6)
        fail("not understood: %s", line);
    stay_awake(true);
    report(run_posting(&posting));
}

static void run_read(const char *line)
{
    char token[256], path[256];
    struct reading reading = {.token = token, .path = path};
    if (sscanf(line, "read %d %255s %255s %d %d %ld %ld", &reading.port, token, path, &reading.requests,
               &reading.window, &reading.highest, &reading.step) != 7)
        fail("not understood: %s", line);
    stay_awake(true);
    double seconds = run_reading(&reading);
    printf("{\"seconds\":%.6f,\"requests\":%d,\"bytes\":%ld}\n", seconds, reading.requests, bytes_answered());
}

static void run_open(const char *line)
{
    char kind[16], token[256];
    int port, count;
    if (sscanf(line, "%15s %d %255s %d", kind, &port, token, &count) != 4)
        fail("not understood: %s", line);
    uint64_t start = now_ns();
    char *kept = strdup(token); /* the receivers hold on to it */
    (strcmp(kind, "stalled") == 0 ? add_stalled : add_receivers)(port, kept, count);
    printf("{\"seconds\":%.6f}\n", (double)(now_ns() - start) / 1e9);
}

static void run_listeners(const char *line)
{
    int port, count;
    if (sscanf(line, "listeners %d %d", &port, &count) != 2)
        fail("not understood: %s", line);
    add_receivers(port, NULL, count);
    puts("{}");
}

static void run_plain(const char *line)
{
    int port, count;
    if (sscanf(line, "plain %d %d", &port, &count) != 2)
        fail("not understood: %s", line);
    add_plain_readers(port, count);
    puts("{}");
}

static void run_rounds(const char *line)
{
    int messages, in_flight;
    if (sscanf(line, "rounds %d %d", &messages, &in_flight) != 2)
        fail("not understood: %s", line);
    acknowledge_every(in_flight);
    start_counting(messages);
    stay_awake(true);
    puts("{}");
}

static void run_counted(void)
{
    uint64_t start = now_ns();
    while (campaign.completed < campaign.messages) {
        serve_once(1000);
        if (now_ns() - start > COUNTING_SECONDS * 1000000000ull)
            fail("%d of %d messages came", campaign.completed, campaign.messages);
    }
    report((double)(now_ns() - start) / 1e9);
}

static void run_resume(const char *line)
{
    double seconds;
    if (sscanf(line, "resume %lf", &seconds) != 1)
        fail("not understood: %s", line);
    printf("{\"count\":%d}\n", cut_off_of_stalled(seconds));
}

static void run_command(char *line)
{
    line[strcspn(line, "\n")] = 0;
    stay_awake(false);
    if (strncmp(line, "post ", 5) == 0)
        run_post(line);
    else if (strncmp(line, "publish ", 8) == 0)
        run_publish(line);
    else if (strncmp(line, "read ", 5) == 0)
        run_read(line);
    else if (strncmp(line, "receivers ", 10) == 0 || strncmp(line, "stalled ", 8) == 0)
        run_open(line);
    else if (strncmp(line, "listeners ", 10) == 0)
        run_listeners(line);
    else if (strncmp(line, "plain ", 6) == 0)
        run_plain(line);
    else if (strncmp(line, "rounds ", 7) == 0)
        run_rounds(line);
    else if (strcmp(line, "counted") == 0)
        run_counted();
    else if (strncmp(line, "resume ", 7) == 0)
        run_resume(line);
    else if (strncmp(line, "frame ", 6) == 0)
        save_frame(line + 6), puts("{}");
    else
        fail("not understood: %s", line);
    fflush(stdout);
}

static void on_command(struct source *source)
{
    (void)source;
    command_waits = true;
}

int main(int argc, char **argv)
{
    may_stay_awake = argc > 1 && strcmp(argv[1], "--awake") == 0;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    setvbuf(stdin, NULL, _IONBF, 0);
    struct source commands = {STDIN_FILENO, on_command};
    watch(&commands);
    char line[1024];
    for (;;) {
        serve_once(-1);
        if (!command_waits)
            continue;
        unwatch(&commands);
        if (!fgets(line, sizeof line, stdin))
            return 0;
        run_command(line);
        if (strncmp(line, "rounds", 6) != 0)
            stay_awake(false);
        command_waits = false;
        watch(&commands);
    }
}
