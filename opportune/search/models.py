"""What can be found of each record, as folded text.

On SQLite triggers copy the text into a virtual table of trigrams; a migration that has the table of entries
remade must make the triggers again. On PostgreSQL the text has a trigram index.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup


class SearchEntry(models.Model):
    """The words of one record, folded; each word follows a blank, so that a beginning of it can be looked for.

    Its id tells the kind and the record (`index.entry_of`), so that the entries of a kind lie together, oldest first.
    """

    record_kind = models.CharField(max_length=30)
    record_id = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        verbose_name_plural = "search entries"
        constraints = [models.UniqueConstraint(fields=["record_kind", "record_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.record_kind}:{self.record_id}"


class Trigrams(models.Model):
    """SQLite's virtual table of trigrams, one row an entry; it does not exist on PostgreSQL."""

    entry = models.OneToOneField(
        SearchEntry, models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="trigrams"
    )
    text = models.TextField()

    class Meta:
        managed = False
        db_table = "search_trigrams"

    def __str__(self) -> str:
        return f"trigrams of {self.entry_id}"


@models.TextField.register_lookup
class Like(Lookup[str]):
    """`LIKE` with a pattern that is ready, in which a backslash disarms what follows."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} LIKE {right} ESCAPE '\\'", [*left_parameters, *right_parameters]


@models.TextField.register_lookup
class Match(Lookup[str]):
    """SQLite's `MATCH` on a column of a virtual table."""

    lookup_name = "fts_match"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} MATCH {right}", [*left_parameters, *right_parameters]
