"""What a page says after something was done, by the word in its address."""

from typing import Annotated

from fastapi import Depends

NOTICES = {
    "started": "The export was started. It appears at the top of the list.",
    "cancelled": "It was cancelled, or stops at its next step.",
    "too-late": "It was too late to cancel it: it is being completed.",
    "ended": "It had ended already.",
    "sent": "The file was received. Nothing is changed until you apply it.",
    "applying": "The changes are being written.",
    "repeated": "The same file is being taken again.",
    "scheduled": "The schedule was saved.",
    "paused": "The schedule is paused.",
    "resumed": "The schedule goes on.",
    "signed-out": "You were signed out, so what you asked for last was not done.",
    "kept": "You were signed out before, so nothing was started or saved. Your choices are still here.",
    "lost": "You were signed out before, so nothing was started or saved. There were too many choices to keep them.",
    "deleted": "The schedule was deleted.",
}


def notice_of(notice: str = "") -> str:
    """The notice to show; empty for a word that is none."""
    return NOTICES.get(notice, "")


Notice = Annotated[str, Depends(notice_of)]
