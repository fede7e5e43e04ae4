from __future__ import annotations

import pytest

from receiver.kit.alike import word, word_likeness


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Omar", "Omar", 100, 100),
        ("Omar", "Umar", 99, 99),
        ("Osman", "Uthman", 95, 99),
        ("Mohamed", "Muhammad", 90, 97),
        ("Yusuf", "Youssef", 85, 97),
        ("Fatima", "Fatuma", 85, 97),
        ("Mohamed", "Mahmoud", 60, 80),
        ("Hassan", "Hussein", 60, 80),
        ("Maria", "Mario", 60, 70),
        ("Ali", "Ola", 50, 65),
        ("A", "Ali", 75, 75),
        ("A", "Omar", 0, 0),
        ("Ali", "Adam", 0, 30),
        ("Uwimana", "Uwimama", 70, 84),  # spelling alone is never enough
        ("محمد", "Mohamed", 94, 94),
        ("محمد", "Mouhamed", 94, 94),
        ("محمد", "Mahmoud", 60, 75),
        ("محمود", "Mohamed", 60, 75),
        ("محمود", "Mahmoud", 94, 94),
        ("حسن", "Hussein", 60, 75),
        ("حسين", "Hassan", 60, 75),
        ("نور", "Noor", 94, 94),
        ("نر", "Noor", 50, 75),
        ("سالم", "Salem", 94, 94),
        ("سالم", "Slm", 75, 85),
        ("علي", "Ali", 94, 94),
        ("طه", "Taha", 94, 94),
        ("محمد", "Osman", 0, 40),
        ("حسن", "حسين", 0, 65),
        ("سعيد", "سعود", 50, 75),
        ("إسماعيل", "اسمعيل", 85, 97),
        ("شش", "12", 0, 0),
    ],
)
def test_likeness_of_two_words(one, other, least, most):
    assert least <= word_likeness(word(one), word(other)) <= most
    assert word_likeness(word(other), word(one)) == word_likeness(word(one), word(other))
