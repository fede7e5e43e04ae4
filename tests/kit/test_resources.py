from __future__ import annotations

from pathlib import Path

import pytest

from receiver.kit import resources


def test_in_a_checkout_they_lie_beside_the_package():
    folder = resources.resource("migrations")
    assert folder == Path(resources.__file__).parents[2] / "migrations"
    assert (folder / "versions").is_dir()


def test_in_an_installed_package_they_lie_inside(tmp_path, monkeypatch):
    package = tmp_path / "receiver"
    (package / "_share" / "locales").mkdir(parents=True)
    (tmp_path / "locales").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.resource("locales") == package / "_share" / "locales"


def test_a_broken_installation_says_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "receiver")
    with pytest.raises(FileNotFoundError, match="templates"):
        resources.resource("templates")
