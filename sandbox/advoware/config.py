"""What can be set about the Advoware of the sandbox (public names: `advoware_` plus the field)."""

from __future__ import annotations

from dataclasses import dataclass, field

KANZLEI = "sandbox-kanzlei"
DATABASE = "sandbox"
USER = "AP"  # a Kürzel
PASSWORD = "sandbox-advoware-password"
APP_ID = "sandbox-app"
API_SECRET = "c2FuZGJveC1hZHZvd2FyZS1zZWNyZXQ="  # base64, as the vendor hands it out
PRODUCT = "64"  # third parties


@dataclass
class AdvowareSettings:
    kanzlei: str = KANZLEI
    database: str = DATABASE
    user: str = USER
    password: str = PASSWORD
    app_id: str = APP_ID
    api_secret: str = API_SECRET
    product_enabled: bool = True  # off: "nicht freigeschaltet"
    user_logged_in: bool = True  # off: "ist nicht angemeldet"
    connector_url: str = ""  # what the look-up names as connectorUrl; empty: null
    token_seconds: float = 3300.0
    token_expiry: str = "both"  # or expiration_utc, expires_in, none: how a token says when it ends
    clock_tolerance_seconds: float = 300.0  # how far RequestTimeStamp may be off
    error_shape: str = "rotate"  # or json, text
    pascal_case: bool = False  # keys of answers begin with a capital
    empty_texts: bool = False  # an empty text is "" in answers, not null
    answer_to_post: str = "id"  # or whole: what a POST of a communication, address or bank account answers
    answer_to_put: str = "whole"  # or nothing: 204 without a body
    one_appointment: str = "list"  # or object: what a GET with `frnr` answers; 404 when there is none
    ignored_fields: list[str] = field(default_factory=list)  # of parties and their details: accepted and not kept
    details_move_party: bool = False  # a changed communication, address or account is a new rowId of its party
    versions_stay: bool = False  # a change moves neither rowId nor geaendertAm (observed)
    longest_text: int = 0  # of an appointment: what is longer is cut; 0: nothing is (observed)
    latin1_only: bool = False  # other signs in an appointment's texts become ? (observed)
    kuerzel_is: str = "either"  # or sb, anwalt, everyone: what `kuerzel` looks at; everyone: an empty anwalt fits all
    matter_by_number: str = "object"  # or list, unknown: what Akten/{id} answers (open)
    malformed_parties: int = 0  # so many rows of the list are no parties
    malformed_appointments: list[int] = field(default_factory=list)  # their rows bear no number
    malformed_employees: int = 0  # so many rows of the list are no employees
    large_body_mb: float = 5.0
    large_body_chunk: int = 65536  # bytes in a chunk of the large body; 0: in one piece, with Content-Length
