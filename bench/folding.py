"""What folding constant sentences into templates saves: the same page with and without, bytes compared first.

Run: python bench/folding.py
"""

from __future__ import annotations

import statistics
import time

from jinja2 import DictLoader

from receiver import i18n
from receiver.kit.money import Money
from receiver.kit.words import LabelledEnum, p_
from receiver.web import render

ROUNDS = 7
PAGES = 60
ROWS = 25


class State(LabelledEnum):
    """A state with words."""

    PAID = "paid", p_("bench", "Paid")
    HELD = "held", p_("bench", "Held")


PAGE = """\
<main><h1>{{ _("People") }}</h1>
<p>{{ n_("%(n)s person", "%(n)s people", rows|length) }}
{{ _("Shown from %(first)s to %(last)s.", first=1, last=25) }}</p>
<table class="cardy"><caption>{{ _("People of your office") }}</caption>
<thead><tr><th scope="col">{{ _("Name") }}</th><th scope="col">{{ _("Reference") }}</th>
<th scope="col">{{ _("Stipend") }}</th><th scope="col">{{ _("State") }}</th>
<th scope="col">{{ _("Next step") }}</th></tr></thead><tbody>
{% for row in rows %}
<tr><th scope="row"><a href="/people/{{ row.reference }}"><bdi>{{ row.name }}</bdi></a></th>
<td data-l="{{ _a("Reference") }}"><span class="id">{{ row.reference }}</span></td>
<td data-l="{{ _a("Stipend") }}" class="n">{{ fmt.money(row.amount) }}</td>
<td data-l="{{ _a("State") }}"><span class="tag {{ row.state.value }}">{{ t(row.state) }}</span></td>
<td data-l="{{ _a("Next step") }}">{{ _("Visit") }}
<a href="/people/{{ row.reference }}/visits/new">{{ _("Write it down") }}
<span class="vh">{{ _("for %(name)s", name=row.name) }}</span></a></td></tr>
{% endfor %}
</tbody></table>
<p><a href="/people/new">{{ _("New person") }}</a> <a href="/people/print">{{ _("Print the list") }}</a></p></main>
"""


def milliseconds(code: str, *, fold: bool) -> tuple[str, float]:
    """The page, and how long the processor works on it."""
    source = render.environment_of(code, fold=fold)
    environment = source.overlay(loader=DictLoader({"page": PAGE}))
    environment.speech, environment.fold = source.speech, fold
    rows = [
        {
            "name": f"Amina {n}",
            "reference": f"R-{n:07}",
            "amount": Money(50_000 + n, "RWF"),
            "state": list(State)[n % 2],
        }
        for n in range(ROWS)
    ]
    with i18n.use(code):
        html = environment.get_template("page").render(rows=rows)
        started = time.process_time()
        for _page in range(PAGES):
            environment.get_template("page").render(rows=rows)
        return html, (time.process_time() - started) * 1000 / PAGES


def main() -> None:
    """Print the medians of interleaved rounds and their ratio."""
    for code in ("en", "fr", "ar"):
        folded, unfolded = [], []
        for _round in range(ROUNDS):
            html, spent = milliseconds(code, fold=True)
            folded.append(spent)
            other, spent = milliseconds(code, fold=False)
            unfolded.append(spent)
            if html != other:
                raise SystemExit(f"{code}: the pages differ")
        with_, without = statistics.median(folded), statistics.median(unfolded)
        print(f"{code}: folded {with_:.2f} ms, unfolded {without:.2f} ms, {without / with_:.1f} times as fast")


if __name__ == "__main__":
    main()
