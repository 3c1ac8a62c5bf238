"""How other processes are told which database is meant."""

import environ
import pytest
from django.db import connection

from dashboard.bench import database


@pytest.mark.parametrize(
    "settings",
    [
        {"HOST": "/run/pg", "PORT": "", "USER": "me", "PASSWORD": "", "OPTIONS": {}},
        {"HOST": "/run/pg", "PORT": 5433, "USER": "me", "PASSWORD": "", "OPTIONS": {"sslmode": "disable"}},
        {"HOST": "", "PORT": "", "USER": "postgres", "PASSWORD": "", "OPTIONS": {"host": "/run/pg"}},
        {
            "HOST": "db",
            "PORT": 5432,
            "USER": "m@e",
            "PASSWORD": "a/b:c",
            "OPTIONS": {"pool": {"min_size": 1}},
        },
    ],
)
def test_the_url_means_the_same_database(monkeypatch, settings):
    for name, value in (settings | {"NAME": "things"}).items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    read = environ.Env.db_url_config(database.url())
    options = read.get("OPTIONS", {})
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == (
        "things",
        settings["USER"],
        settings["PASSWORD"],
    )
    assert (read["HOST"] or options.get("host")) == (settings["HOST"] or settings["OPTIONS"].get("host"))
    assert str(read["PORT"] or options.get("port", "")) == str(settings["PORT"])
    assert options.get("sslmode") == settings["OPTIONS"].get("sslmode")
