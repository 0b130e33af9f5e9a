"""What pip says when it fails, as recorded, and the two lines that a person gets instead."""

from __future__ import annotations

import pytest

from requirements import install

NO_CANDIDATE = (
    "ERROR: Could not find a version that satisfies the requirement annotated-types==0.8.0 (from versions: none)\n"
    "ERROR: No matching distribution found for annotated-types==0.8.0\n"
)
REFUSED = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken "
    "by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object>: Failed to establish a new "
    "connection: [Errno 111] Connection refused')': /simple/annotated-types/\n" + NO_CANDIDATE
)
CERTIFICATE = (
    "Could not fetch URL https://pypi.example/simple/x/: There was a problem confirming the ssl certificate: "
    "HTTPSConnectionPool(host='pypi.example', port=443): Max retries exceeded with url: /simple/x/ (Caused by SSLError("
    "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))) - skipping\n"
    + NO_CANDIDATE
)
SILENCE = (
    'ERROR: Exception:\nTraceback (most recent call last):\n  File "urllib3/response.py", line 438\n'
    "urllib3.exceptions.ReadTimeoutError: HTTPConnectionPool(host='files.example', port=80): Read timed out."
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
NOT_BUILT = "  error: subprocess-exited-with-error\nERROR: Failed building wheel for cffi\n"
STRANGE = 'ERROR: Exception:\nTraceback (most recent call last):\n  File "pip/x.py", line 1\nValueError: {odd}\n'


@pytest.mark.parametrize(
    ("output", "what"),
    [
        (REFUSED, "The package index could not be reached, or the connection was lost."),
        (CERTIFICATE, "The package index answers, but its certificate is not trusted."),
        (SILENCE, "The package index could not be reached, or the connection was lost."),
        (FULL, "The disk is full, here or where TMPDIR is."),
        (NO_CANDIDATE, "The package index has nothing ready-made for this Python and machine"),
        (NOT_BUILT, "The package index has nothing ready-made for this Python and machine"),
        (STRANGE, "pip could not install what is pinned."),
    ],
)
def test_the_cause_is_named(output: str, what: str) -> None:
    assert install.advice(output).what.startswith(what)


@pytest.mark.parametrize("output", [REFUSED, CERTIFICATE, SILENCE, FULL])
def test_where_pips_words_mislead_two_lines_are_all(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert install.fail(install.advice(output), install.errors(output)) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_of_a_traceback_only_the_last_line_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    install.fail(install.advice(STRANGE), install.errors(STRANGE))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "ValueError: {odd}"
    assert said[2].startswith("Its whole output may say why: ")


@pytest.mark.parametrize(
    ("output", "quoted"), [("", []), ("no such option: --nonsense\n", ["no such option: --nonsense"])]
)
def test_without_an_error_the_last_line_has_to_do(output: str, quoted: list[str]) -> None:
    assert install.errors(output) == quoted
