"""How a program that knows only the vendor's pages logs in."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime

FIELDS = (
    "AppID", "Kanzlei", "Database", "User", "Role", "Product", "Password", "Nonce", "RequestTimeStamp",
    "HMAC512Signature",
)  # fmt: skip


def signed(key: str, product: str, app_id: str, nonce: str, stamp: str) -> str:
    message = f"{product}:{app_id}:{nonce}:{stamp}".encode()
    return base64.b64encode(hmac.new(base64.b64decode(key), message, hashlib.sha512).digest()).decode()


def login_body(sb, **changes) -> dict:
    """A right one; `changes` replace fields after signing, None takes one away."""
    stamp = changes.pop("stamp", None) or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {
        "AppID": sb.advoware_app_id,
        "Kanzlei": sb.advoware_kanzlei,
        "Database": sb.advoware_database,
        "User": sb.advoware_user,
        "Role": 2,
        "Product": changes.pop("product", 64),
        "Password": sb.advoware_password,
        "Nonce": str(uuid.uuid4()),
        "RequestTimeStamp": stamp,
    }
    body["HMAC512Signature"] = signed(sb.advoware_api_secret, str(body["Product"]), body["AppID"], body["Nonce"], stamp)
    return {name: value for name, value in (body | changes).items() if value is not None}
