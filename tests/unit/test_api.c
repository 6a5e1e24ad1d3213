/* The HTTP API: which request gets which answer, and that every refusal names what is
 * allowed. */
#include "streamd/api.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BODY = 4096 };

struct fixture {
    struct feeder_report ring;
    struct news news;
    struct metrics metrics;
    struct histogram lateness, roundtrip;
    struct listening listening;
    struct chunk_store *store;
    struct view view;
};

/* A station whose ring flows and whose composerd is there. */
static int set_up(void **state)
{
    const struct epoch epoch = {.stream = 0xabc, .rate_hz = 44100};
    struct fixture *const fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->store = chunk_store_create(&epoch, 9);
    assert_non_null(fixture->store);
    chunk_store_publish(fixture->store, 0, 0, false);
    chunk_store_share(fixture->store);
    fixture->ring.attached = true;
    fixture->ring.published_frames = 11 * 4410;
    fixture->ring.writer_pid = 77;
    snprintf(
        fixture->ring.info, sizeof fixture->ring.info, "%s",
        "{\"version\":\"9.9\",\"degraded\":[\"soundfont x\"],\"soundfonts\":[{\"path\":\"p\","
        "\"name\":\"n\",\"licence\":\"MIT\",\"attribution\":\"a\"}]}");
    fixture->news.has_heartbeat = true;
    fixture->news.heartbeat_ns = NS_PER_S;
    fixture->news.heartbeat.pid = 55;
    fixture->news.has_params = true;
    params_init(&fixture->news.params.params);
    fixture->listening =
        (struct listening){.n = 2, .addresses = {{"192.168.1.7", "8000"}, {"::1", "8001"}}};
    fixture->view = (struct view){
        .version = "1.2.3",
        .pid = 66,
        .now_ns = NS_PER_S,
        .store = fixture->store,
        .ring = &fixture->ring,
        .news = &fixture->news,
        .metrics = &fixture->metrics,
        .lateness = &fixture->lateness,
        .roundtrip = &fixture->roundtrip,
        .n_clients = {[STREAM_JSON] = 2, [STREAM_PCM] = 1},
        .control = ACCESS_OPEN,
        .listening = &fixture->listening,
    };
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *const fixture = *state;

    chunk_store_destroy(fixture->store);
    free(fixture);
    return 0;
}

static struct api_answer ask(const struct fixture *fixture, struct api_head head)
{
    struct api_answer answer;

    head.content_type = head.content_type ? head.content_type : "";
    api_route(&head, MAX_BODY, &fixture->view, &answer);
    return answer;
}

static struct api_answer get(const struct fixture *fixture, const char *path)
{
    return ask(fixture, (struct api_head){.method = "GET", .path = path});
}

static void check_refusal(struct api_answer answer, int status, const char *says)
{
    CHECK_INT(answer.kind, API_ANSWER);
    CHECK_INT(answer.status, status);
    assert_non_null(strstr(answer.body, says));
    assert_non_null(strstr(answer.body, "\"ok\":false"));
    api_answer_finish(&answer);
}

static void check_has(const struct api_answer *answer, const char *text)
{
    if (strstr(answer->body, text) == NULL) {
        fail_msg("%s is not in %s", text, answer->body);
    }
}

static void test_status_says_what_it_promises(void **state)
{
    struct api_answer answer = get(*state, "/api/status");

    CHECK_INT(answer.status, 200);
    assert_string_equal(answer.content_type, "application/json");
    check_has(&answer, "\"stream\":\"0000000000000abc\"");
    check_has(&answer, "\"frame\":44100");
    check_has(&answer, "\"uptime_sec\":1");
    check_has(&answer, "\"audio\":\"flowing\"");
    check_has(&answer, "\"buffer_depth_ms\":100");
    check_has(&answer, "\"num_clients\":3");
    check_has(&answer, "\"listening\":[\"192.168.1.7:8000\",\"[::1]:8001\"]");
    check_has(&answer, "\"control\":\"open\"");
    check_has(&answer, "\"degraded\":[\"soundfont x\"]");
    check_has(&answer, "\"composerd\":{\"state\":\"running\",\"pid\":55");
    check_has(&answer, "\"synthd\":{\"state\":\"running\",\"pid\":77,\"version\":\"9.9\"}");
    check_has(&answer, "\"streamd\":{\"state\":\"running\",\"pid\":66,\"version\":\"1.2.3\"}");
    check_has(&answer, "\"soundfonts\":[{\"path\":\"p\"");
    api_answer_finish(&answer);
}

static void check_standby(struct fixture *fixture, int64_t seen_ns, const char *state)
{
    fixture->ring.standby_ns = seen_ns;
    struct api_answer answer = get(fixture, "/api/status");

    check_has(&answer, state);
    api_answer_finish(&answer);
}

static void test_a_standby_is_ready_while_it_shows_itself(void **state)
{
    struct fixture *const fixture = *state;

    fixture->view.now_ns = 10 * NS_PER_S;
    check_standby(fixture, 0, "\"standby\":{\"state\":\"absent\"}");
    check_standby(fixture, 8 * NS_PER_S, "\"standby\":{\"state\":\"ready\"}");
    check_standby(fixture, 6 * NS_PER_S, "\"standby\":{\"state\":\"absent\"}");
    fixture->ring.attached = false;
    check_standby(fixture, 10 * NS_PER_S, "\"standby\":{\"state\":\"absent\"}");
}

static void test_status_works_before_anything_is_there(void **state)
{
    struct fixture *const fixture = *state;

    fixture->view.store = NULL;
    fixture->ring = (struct feeder_report){.reason = "there is no ring"};
    fixture->news = (struct news){0};
    struct api_answer answer = get(fixture, "/api/status");

    CHECK_INT(answer.status, 200);
    check_has(&answer, "\"stream\":null");
    check_has(&answer, "\"audio\":\"waiting\",\"reason\":\"there is no ring\"");
    check_has(&answer, "\"composerd\":{\"state\":\"away\",\"pid\":null,\"version\":null}");
    check_has(&answer, "\"soundfonts\":[]");
    api_answer_finish(&answer);
}

static void test_control_gives_params_schema_and_presets(void **state)
{
    struct api_answer answer = get(*state, "/api/control");

    CHECK_INT(answer.status, 200);
    check_has(&answer, "\"params\":{\"key\":\"A\"");
    check_has(&answer, "\"schema\":{\"$schema\"");
    check_has(&answer, "\"presets\":[{\"name\":\"focus\"");
    api_answer_finish(&answer);
}

static void test_metrics_say_what_they_promise(void **state)
{
    struct fixture *const fixture = *state;

    metric_add(&fixture->metrics, METRIC_streamd_chunks_sent, 12);
    histogram_add(&fixture->lateness, 2 * NS_PER_MS);
    struct api_answer answer = get(fixture, "/api/metrics");

    CHECK_INT(answer.status, 200);
    check_has(&answer, "\"total_chunks_sent\":12,\"total_chunks_dropped\":0");
    check_has(&answer, "\"avg_buffer_depth_ms\":0");
    check_has(&answer, "\"latency\":{\"chunk_lateness\":{\"avg\":2,\"p50\":");
    api_answer_finish(&answer);
}

static void check_health(const struct fixture *fixture, int status, const char *text)
{
    struct api_answer answer = get(fixture, "/healthz");

    CHECK_INT(answer.status, status);
    assert_string_equal(answer.body, text);
    api_answer_finish(&answer);
}

static void test_health_is_of_the_audio(void **state)
{
    struct fixture *const fixture = *state;

    check_health(fixture, 200, "ok\n");
    fixture->news.heartbeat.resting = true;
    check_health(fixture, 200, "resting\n");
    fixture->view.now_ns = 10 * NS_PER_S;
    check_health(fixture, 503, "waiting: synthd is behind\n");
}

static void test_health_names_who_is_away_while_audio_flows(void **state)
{
    struct fixture *const fixture = *state;

    fixture->ring.standby_ns = NS_PER_S;
    check_health(fixture, 200, "ok\n");
    fixture->ring.standby_ns = NS_PER_S - 4 * NS_PER_S;
    check_health(fixture, 200, "ok, but the standby is away\n");
    fixture->news.heartbeat_ns = NS_PER_S - 4 * NS_PER_S;
    fixture->news.n_phrases = 1;
    check_health(fixture, 200, "ok, but composerd is away\n");
    fixture->news.n_phrases = 0;
    check_health(fixture, 503, "waiting: composerd is away, and what it composed is over\n");
    fixture->news.has_heartbeat = false; /* streamd itself has just come */
    fixture->ring.standby_ns = 0;
    check_health(fixture, 200, "ok\n");
}

static void test_head_works_where_get_does(void **state)
{
    struct api_answer answer =
        ask(*state, (struct api_head){.method = "HEAD", .path = "/api/status"});

    CHECK_INT(answer.status, 200);
    api_answer_finish(&answer);
}

static void test_a_file_of_the_page_is_a_page(void **state)
{
    const struct api_head head = {.method = "GET", .path = "/main.js", .is_file = true};

    CHECK_INT(ask(*state, head).kind, API_PAGE);
}

static void test_an_unknown_path_is_told_the_known_ones(void **state)
{
    check_refusal(get(*state, "/nope"), 404, "GET /api/status");
    check_refusal(get(*state, "/api/status/"), 404, "POST /api/control");
    check_refusal(get(*state, ""), 404, "not_found");
}

static void test_a_wrong_method_is_told_the_right_ones(void **state)
{
    struct api_answer answer =
        ask(*state, (struct api_head){.method = "DELETE", .path = "/api/control"});

    assert_string_equal(answer.allow, "GET, POST, HEAD");
    check_refusal(answer, 405, "[\"GET\",\"POST\",\"HEAD\"]");
    answer = ask(*state, (struct api_head){.method = "POST", .path = "/", .is_file = true});
    assert_string_equal(answer.allow, "GET, HEAD");
    check_refusal(answer, 405, "method_not_allowed");
}

static struct api_head post(const char *content_type, unsigned long long length)
{
    return (struct api_head){.method = "POST",
                             .path = "/api/control",
                             .content_type = content_type,
                             .has_length = true,
                             .length = length};
}

static void test_a_body_must_be_json_of_a_known_and_small_size(void **state)
{
    struct api_head head = post("application/json; charset=utf-8", MAX_BODY);

    CHECK_INT(ask(*state, head).kind, API_BODY);
    check_refusal(ask(*state, post("text/plain", 9)), 415, "application/json");
    check_refusal(ask(*state, post("application/jsonx", 9)), 415, "application/json");
    check_refusal(ask(*state, post("application/json", MAX_BODY + 1)), 413,
                  "at most 4096 bytes");
    head.is_chunked = true;
    check_refusal(ask(*state, head), 411, "Content-Length");
    head.is_chunked = false;
    head.has_length = false;
    check_refusal(ask(*state, head), 411, "Content-Length");
}

static void check_steering(const struct fixture *fixture, enum access_verdict verdict,
                           int status, const char *says)
{
    struct api_head head = post("application/json", 9);

    head.steering = verdict;
    check_refusal(ask(fixture, head), status, says);
}

static void test_who_may_not_steer_is_told_why(void **state)
{
    check_steering(*state, ACCESS_CLOSED, 403, "control is off");
    check_steering(*state, ACCESS_UNPROVEN, 401, "token_required");
    check_steering(*state, ACCESS_WRONG, 401, "not the station's token");
    check_steering(*state, ACCESS_TOO_OFTEN, 429, "too many wrong tokens");
}

static void test_who_may_not_steer_may_read_the_parameters(void **state)
{
    struct fixture *const fixture = *state;
    struct api_head head = {.method = "GET", .path = "/api/control"};

    fixture->view.control = ACCESS_TOKEN;
    head.steering = ACCESS_UNPROVEN;
    struct api_answer answer = ask(fixture, head);

    CHECK_INT(answer.status, 200);
    check_has(&answer, "\"control\":\"token\"");
    api_answer_finish(&answer);
}

static void test_the_stream_wants_an_upgrade(void **state)
{
    const struct api_head head = {.method = "GET", .path = "/ws/stream", .upgrades = true};

    check_refusal(get(*state, "/ws/stream"), 426, "WebSocket");
    CHECK_INT(ask(*state, head).kind, API_UPGRADE);
}

static void test_a_good_body_is_forwarded_and_a_bad_one_says_why(void **state)
{
    const char *const good = "{\"bpm\":80,\"mix.pad\":0.5}";
    const char *const bad = "{\"bpm\":800,\"nope\":1}";
    struct control_ask wish = {0};
    struct api_answer answer;

    (void)state;
    api_control(good, strlen(good), &wish, &answer);
    CHECK_INT(answer.kind, API_FORWARD);
    assert_string_equal(wish.op, "set");
    assert_string_equal(wish.params_json, good);
    control_ask_finish(&wish);
    api_control(bad, strlen(bad), &wish, &answer);
    check_has(&answer, "{\"param\":\"bpm\",\"error\":\"must be 60 to 120\"}");
    check_has(&answer, "{\"param\":\"nope\",");
    check_refusal(answer, 400, "errors");
}

#define API_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        API_TEST(test_status_says_what_it_promises),
        API_TEST(test_a_standby_is_ready_while_it_shows_itself),
        API_TEST(test_status_works_before_anything_is_there),
        API_TEST(test_control_gives_params_schema_and_presets),
        API_TEST(test_metrics_say_what_they_promise),
        API_TEST(test_health_is_of_the_audio),
        API_TEST(test_health_names_who_is_away_while_audio_flows),
        API_TEST(test_head_works_where_get_does),
        API_TEST(test_a_file_of_the_page_is_a_page),
        API_TEST(test_an_unknown_path_is_told_the_known_ones),
        API_TEST(test_a_wrong_method_is_told_the_right_ones),
        API_TEST(test_a_body_must_be_json_of_a_known_and_small_size),
        API_TEST(test_who_may_not_steer_is_told_why),
        API_TEST(test_who_may_not_steer_may_read_the_parameters),
        API_TEST(test_the_stream_wants_an_upgrade),
        API_TEST(test_a_good_body_is_forwarded_and_a_bad_one_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
