"""What the demo says, in both languages. (Texts of the hub itself are translated by gettext, for staff.)"""

from __future__ import annotations

import os
from collections.abc import Callable

LANGUAGES = ("de", "en")
Translate = Callable[[str], str]

# key: English, German
_TEXTS: dict[str, tuple[str, str]] = {
    "welcome": (
        "A small law firm with invented cases, EspoCRM and xAI as sandboxes, and the hub between them.",
        "Eine kleine Kanzlei mit erfundenen Akten, EspoCRM und xAI als Sandbox, dazwischen der Hub.",
    ),
    "prepare": ("Preparing database and pages", "Datenbank und Seiten werden vorbereitet"),
    "start": ("Starting sandbox, web server and workers", "Sandbox, Webserver und Arbeiter starten"),
    "stock": ("First comparison: what the firm has already", "Erster Abgleich: was die Kanzlei schon hat"),
    "day": ("A working day: webhooks tell what changes", "Ein Arbeitstag: Webhooks melden Änderungen"),
    "result": ("What is there now, as the sandbox sees it", "Was jetzt da ist, aus Sicht der Sandbox"),
    "expected": ("expected", "erwartet"),
    "found": ("found", "gefunden"),
    "searchable": (
        "documents searchable in all their collections",
        "Dokumente in allen ihren Collections durchsuchbar",
    ),
    "left_out": ("documents left out, EspoCRM says why", "Dokumente ausgelassen, EspoCRM sagt warum"),
    "rejected": ("documents that xAI rejected, EspoCRM says so", "Dokumente von xAI abgelehnt, EspoCRM sagt es"),
    "collections": ("cases and parties with a collection of their name", "Akten und Beteiligte mit ihrer Collection"),
    "places": ("files in collections, exactly those of EspoCRM", "Dateien in Collections, genau die aus EspoCRM"),
    "delivered": ("messages of EspoCRM that the hub accepted", "Meldungen von EspoCRM, die der Hub annahm"),
    "pending": ("messages that still wait in EspoCRM", "Meldungen, die noch in EspoCRM warten"),
    "pauses": ("refusals for too many requests, survived", "Abweisungen wegen zu vieler Anfragen, überstanden"),
    "uploads": ("uploads: every content once", "Uploads: jeder Inhalt nur einmal"),
    "quarantined": ("answer to an unreadable message, now in quarantine", "Antwort auf Unlesbares, nun in Quarantäne"),
    "exceptions": ("Not searchable, on purpose", "Nicht durchsuchbar, mit Absicht"),
    "document": ("document", "Dokument"),
    "says": ("EspoCRM says", "EspoCRM sagt"),
    "no_case": ("(belongs to no case)", "(gehört zu keiner Akte)"),
    "all_right": ("Everything is as it should be.", "Alles ist, wie es sein soll."),
    "not_right": (
        "Not everything is as it should be; the logs are in {folder}.",
        "Nicht alles ist, wie es sein soll; die Protokolle liegen in {folder}.",
    ),
    "look": ("Where to look", "Wo man hinschaut"),
    "admin": ("the hub's pages for staff", "Seiten des Hubs für Mitarbeitende"),
    "login": ("logins: {names}, password {password}", "Logins: {names}, Passwort {password}"),
    "crm": ("EspoCRM (sandbox): work as a colleague does", "EspoCRM (Sandbox): arbeiten wie eine Kollegin"),
    "xai": ("xAI (sandbox): what became searchable", "xAI (Sandbox): was durchsuchbar wurde"),
    "faults": ("let something go wrong", "etwas schiefgehen lassen"),
    "logs": ("what the processes say", "was die Prozesse sagen"),
    "try": ("Worth trying", "Zum Ausprobieren"),
    "try_edit": (
        "Change a document in EspoCRM (new file, other case) and watch it travel: here, in the hub, at xAI.",
        "In EspoCRM ein Dokument ändern (neue Datei, andere Akte) und zusehen: hier, im Hub, bei xAI.",
    ),
    "try_mend": (
        "Failures in the hub: read why, follow the link to EspoCRM, upload a readable file there; they are gone.",
        "Fehler im Hub: Grund lesen, dem Link ins CRM folgen, dort eine lesbare Datei hochladen; weg sind sie.",
    ),
    "try_wait": (
        "One document waits, because xAI asked for a pause of 90 seconds. It goes on by itself.",
        "Ein Dokument wartet, weil xAI um 90 Sekunden Pause bat. Es geht von selbst weiter.",
    ),
    "try_break": (
        "Faults: let xAI answer 503 for a minute. The hub shows the outage, waits, and catches up.",
        "Störungen: xAI eine Minute lang mit 503 antworten lassen. Der Hub zeigt den Ausfall, wartet und holt auf.",
    ),
    "stay": (
        "Ctrl-C ends all of it. What happens to documents:",
        "Strg-C beendet alles. Was mit Dokumenten geschieht:",
    ),
    "deleted": ("deleted", "gelöscht"),
    "ending": ("Ending all processes …", "Alle Prozesse werden beendet …"),
    "ended": ("Ended.", "Beendet."),
}


def of(language: str) -> Translate:
    column = 0 if language == "en" else 1
    return lambda key: _TEXTS[key][column]


def of_this_shell() -> str:
    """German where the shell speaks German, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "de" if spoken.lower().startswith("de") else "en"
