"""What is said to somebody whose session has ended, and where signing in leads back to."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from opportune.identity.sign_in.sessions import Ended
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.web.back import came_from, safe

MINUTES_OF_AN_HOUR, HOURS_OF_A_DAY = 60, 24


def ended_session(request: HttpRequest) -> Sentence | None:
    """Why the session that the browser shows has ended; nothing for who shows none."""
    ended = getattr(request.session, "ended", None)
    if ended is Ended.UNUSED:
        minutes = settings.SESSION_IDLE_SECONDS // 60
        return sentence(
            "You were signed out, because you had not used Opportune for {time}.", time=_lasting(minutes)
        )
    if ended is Ended.OLD:
        minutes = settings.SESSION_COOKIE_AGE // 60
        return sentence("You were signed out, because you had signed in {time} ago.", time=_lasting(minutes))
    if ended is Ended.CLOSED:
        return sentence("You were signed out: your session was ended.")
    return None


def page_of(request: HttpRequest) -> str:
    """The page a request belongs to, to be shown again: what is sent, or a part of a page, has none of its own."""
    if current := safe(request, request.headers.get("HX-Current-URL", ""), ""):
        parts = urlsplit(current)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return came_from(request, "/")


def _lasting(minutes: int) -> Sentence:
    hours, rest = divmod(minutes, MINUTES_OF_AN_HOUR)
    days, left = divmod(hours, HOURS_OF_A_DAY)
    if rest:
        return counted("{count} minute", "{count} minutes", minutes)
    if left or not days:
        return counted("{count} hour", "{count} hours", hours)
    return counted("{count} day", "{count} days", days)
