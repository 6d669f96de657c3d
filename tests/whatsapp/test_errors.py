import aiohttp
import httpx
import pytest

from xobito_app.whatsapp.error_table import RANGES, TABLE
from xobito_app.whatsapp.errors import (
    NotSent,
    OutcomeUnknown,
    RetryPolicy,
    advice_for,
    of_network,
    of_response,
)

RETRY, WAIT = RetryPolicy.RETRY, RetryPolicy.WAIT
PERMANENT, STOP = RetryPolicy.PERMANENT, RetryPolicy.STOP_ACCOUNT


def codes(listed):
    return [int(code) for code in listed.split()]


@pytest.mark.parametrize(
    ("policy", "codes"),
    [
        (RETRY, [1, 2, 131000, 131016, 131056, 131057, 133000, 133004, 133015]),
        (WAIT, [4, 613, 80007, 130429, 132069, 133016]),
        (
            PERMANENT,
            [
                100,
                130403,
                130472,
                130497,
                131008,
                131009,
                131021,
                131026,
                131030,
                131047,
                131049,
                131050,
                131051,
                131062,
                132000,
                132001,
                132005,
                132007,
                132012,
                132015,
                132016,
                132068,
                134101,
                137000,
                138005,
                139000,
                147003,
                200006,
                2388299,
                2593108,
            ],
        ),
        (
            STOP,
            [
                0,
                3,
                10,
                33,
                102,
                104,
                190,
                200,
                299,
                131005,
                368,
                131031,
                131037,
                131042,
                131045,
                131048,
                131063,
                131064,
                133010,
                134011,
            ],
        ),
    ],
)
def test_every_code_has_its_policy(policy, codes):
    assert {code: advice_for(code).policy for code in codes} == dict.fromkeys(codes, policy)


def test_only_the_opt_out_code_opts_out():
    assert [code for code, advice in TABLE.items() if advice.opts_out] == [131050]


def test_a_lost_template_stops_its_campaign():
    stops = {code for code, advice in TABLE.items() if advice.stops_template}
    assert stops == {132001, 132015, 132016}


def test_every_explanation_is_a_sentence_for_people():
    for advice in [*TABLE.values(), *(advice for _, _, advice in RANGES)]:
        assert advice.explanation[0].isupper()
        assert advice.explanation.endswith(".")
        assert "#" not in advice.explanation


def test_pair_limit_waits_in_powers_of_four():
    assert [advice_for(131056).pause(n) for n in (1, 2, 3)] == [4, 16, 64]
    assert advice_for(131056).pause(10_000) == 86_400


@pytest.mark.parametrize(
    ("code", "http_status", "transient", "policy"),
    [
        (None, 503, False, RETRY),
        (None, 429, False, RETRY),
        (None, 401, False, STOP),
        (None, 400, False, PERMANENT),
        (987654, 400, False, PERMANENT),
        (987654, 400, True, RETRY),
        (987654, 500, False, RETRY),
        (131047, 500, True, PERMANENT),
    ],
)
def test_unknown_codes_fall_back_to_status_and_transience(code, http_status, transient, policy):
    assert advice_for(code, http_status=http_status, is_transient=transient).policy is policy


def test_graph_errors_keep_meta_s_words_beside_ours():
    error = of_response(
        400,
        {
            "error": {
                "message": "(#131056) pair rate limit hit",
                "code": 131056,
                "error_subcode": 2494055,
                "error_data": {"messaging_product": "whatsapp", "details": "Too many"},
                "is_transient": False,
                "fbtrace_id": "A4O5",
            }
        },
    )
    assert (error.code, error.subcode, error.details) == (131056, 2494055, "Too many")
    assert (error.fbtrace_id, error.http_status) == ("A4O5", 400)
    assert error.status == 502
    assert error.meta_message == "(#131056) pair rate limit hit"
    assert error.policy is RETRY
    assert error.message == str(error) == advice_for(131056).explanation


@pytest.mark.parametrize(
    "body", [None, [], "no", {}, {"error": None}, {"error": "access_denied"}, {"error": {}}]
)
def test_answers_of_any_shape_become_an_error(body):
    assert of_response(500, body).policy is RETRY


def test_an_answer_that_is_no_graph_error_is_not_called_transient():
    assert of_response(400, "no").policy is PERMANENT


def test_a_code_may_be_text():
    assert of_response(400, {"error": {"code": "100"}}).code == 100


@pytest.mark.parametrize(
    ("given", "details"),
    [
        ({}, None),
        ({"error_data": {"details": "Too many"}}, "Too many"),
        ({"error_data": "Bad name"}, "Bad name"),
        ({"error_user_msg": "Try later"}, "Try later"),
        ({"error_data": {"details": "Too many"}, "error_user_msg": "Try later"}, "Too many"),
        ({"error_data": "Bad name", "error_user_msg": "Try later"}, "Bad name"),
        ({"error_data": {"details": ""}, "error_user_msg": "Try later"}, "Try later"),
    ],
)
def test_the_most_telling_words_are_kept(given, details):
    assert of_response(400, {"error": {"code": 100, **given}}).details == details


@pytest.mark.parametrize(
    ("given", "is_transient", "policy"),
    [
        ({}, False, PERMANENT),
        ({"is_transient": False}, False, PERMANENT),
        ({"is_transient": True}, True, RETRY),
        ({"is_transient": "true"}, True, RETRY),
        ({"is_transient": "perhaps"}, False, PERMANENT),
    ],
)
def test_what_meta_calls_transient_is_tried_again(given, is_transient, policy):
    error = of_response(400, {"error": {"code": 987654, **given}})
    assert (error.is_transient, error.policy) == (is_transient, policy)


@pytest.mark.parametrize(
    ("code", "subcode", "telling"),
    [
        (100, 2388019, 2388019),
        (100, None, 100),
        # Meta's "no such object": as a code of its own it would stop the whole account.
        (100, 33, 100),
        (100, 2387999, 100),
        (100, 2388000, 2388000),
        (100, 2388999, 2388999),
        (100, 2389000, 100),
        (131000, 2388019, 131000),
        (None, 2388019, None),
    ],
)
def test_template_errors_are_told_apart_by_subcode(code, subcode, telling):
    error = of_response(400, {"error": {"code": code, "error_subcode": subcode}})
    assert error.advice == advice_for(telling, http_status=400)


def chained(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), NotSent),
        (httpx.ConnectTimeout("slow"), NotSent),
        (httpx.PoolTimeout("busy"), NotSent),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (httpx.WriteTimeout("slow"), OutcomeUnknown),
        (httpx.ReadError("reset"), OutcomeUnknown),
        (httpx.RemoteProtocolError("hung up"), OutcomeUnknown),
        # The transport calls these three a connect timeout; only the last one is.
        (chained(httpx.ConnectTimeout("x"), aiohttp.ServerDisconnectedError()), OutcomeUnknown),
        (chained(httpx.ConnectTimeout("x"), aiohttp.ClientOSError(104, "reset")), OutcomeUnknown),
        (chained(httpx.ConnectTimeout("x"), aiohttp.ConnectionTimeoutError()), NotSent),
        (aiohttp.ClientPayloadError("cut"), OutcomeUnknown),
        (ConnectionResetError(), OutcomeUnknown),
    ],
)
def test_only_failures_before_the_connection_are_safe_to_repeat(error, kind):
    assert type(of_network(error)) is kind
