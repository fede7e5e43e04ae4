"""Reports as files, and as the tables that pages and files share."""

from receiver.reports.files.facts import facts, is_provisional, title_of, user_ids
from receiver.reports.files.making import MEDIA, Material, drawn, make

__all__ = ["MEDIA", "Material", "drawn", "facts", "is_provisional", "make", "title_of", "user_ids"]
