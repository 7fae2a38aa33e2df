"""What tests of properties need: many worlds in one test, none of which sees another."""

from contextlib import contextmanager


class Forgetting:
    """For a test case with a database."""

    @contextmanager
    def forgotten(self):
        """A part of the test whose effects on the database are undone."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
