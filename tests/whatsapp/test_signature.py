from xobito_app.whatsapp.signature import digest_of, fits, sign, verify

BODY = b'{"object":"whatsapp_business_account","name":"\\u00e9"}'


def test_signature_is_meta_s_spelling_of_hmac_sha256():
    assert sign("key", b"The quick brown fox jumps over the lazy dog") == (
        "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


def test_any_configured_secret_verifies():
    assert verify(["other", "right"], BODY, sign("right", BODY))
    assert verify(["right"], BODY, sign("right", BODY).upper().replace("SHA256", "sha256"))


def test_wrong_secret_changed_body_and_missing_header_are_refused():
    header = sign("right", BODY)
    assert not verify(["wrong"], BODY, header)
    assert not verify(["right"], BODY + b" ", header)
    assert not verify([], BODY, header)
    made = header.removeprefix("sha256=")
    for odd in (None, "", "sha256=", "sha256=é", header[:-1]):
        assert not verify(["right"], BODY, odd), odd
    for prefix in ("", "sha1=", "SHA256=", " sha256="):
        assert not verify(["right"], BODY, prefix + made), prefix


def test_an_empty_secret_never_matches():
    assert not verify([""], BODY, sign("", BODY))


def test_a_kept_signature_still_tells_which_secret_made_it():
    kept = digest_of(f"{sign('right', BODY).upper().replace('SHA256', 'sha256')} ")
    assert kept == sign("right", BODY).removeprefix("sha256=")
    assert fits("right", BODY, kept)
    assert not fits("wrong", BODY, kept)
    assert not fits("right", BODY + b" ", kept)
    assert not fits("", BODY, digest_of(sign("", BODY)))
