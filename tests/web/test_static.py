"""What a browser keeps: light, ours alone, in both directions, for old browsers, and readable in every colour."""

from __future__ import annotations

import gzip
import importlib.util
import itertools
import json
import re
from pathlib import Path

import brotli
import pytest

from receiver.kit.resources import resource
from receiver.web import static_build

ROOT = Path(__file__).resolve().parents[2]
CSS = (static_build.SOURCES / "receiver.css").read_text("utf-8")
JS = (static_build.SOURCES / "receiver.js").read_text("utf-8")
PLAIN_CSS = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
PLAIN_JS = re.sub(r"^\s*//.*$", "", JS, flags=re.MULTILINE)
TEMPLATES = sorted(resource("templates").rglob("*.html"))
BUDGETS = {"receiver.css": 6_000, "receiver.js": 4_000, "htmx.js": 17_000, "receiver.svg": 500}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    target = tmp_path_factory.mktemp("build")
    return target, static_build.build(target, static_build.htmx_source())


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Sources that a test may change, and where to build them."""
    sources = tmp_path / "src"
    sources.mkdir()
    (sources / "receiver.css").write_text("a { color : red }\n", "utf-8")
    (sources / "notes.txt").write_text("not for browsers", "utf-8")
    monkeypatch.setattr(static_build, "SOURCES", sources)
    return sources, tmp_path / "build"


class TestBuild:
    def test_every_file_is_inside_its_budget(self, built):
        _target, manifest = built
        assert {name: asset["gz"] for name, asset in manifest.items() if asset["gz"] > BUDGETS[name]} == {}
        assert sum(asset["br"] for asset in manifest.values()) < 24_000

    def test_names_come_from_the_content_and_both_forms_give_the_same_bytes(self, built):
        target, manifest = built
        for name, asset in manifest.items():
            content = (target / asset["file"]).read_bytes()
            stem, suffix = name.split(".")
            assert re.fullmatch(rf"{stem}\.[0-9a-f]{{12}}\.{suffix}", asset["file"])
            assert asset["file"].split(".")[1] == static_build._digest(content)[:12]
            assert brotli.decompress((target / f"{asset['file']}.br").read_bytes()) == content
            assert gzip.decompress((target / f"{asset['file']}.gz").read_bytes()) == content
            assert asset["size"] == len(content)

    def test_the_same_sources_give_the_same_bytes(self, built, tmp_path):
        target, manifest = built
        again = static_build.build(tmp_path, static_build.htmx_source())
        assert again == manifest
        for path in target.iterdir():
            assert path.read_bytes() == (tmp_path / path.name).read_bytes()

    def test_files_of_earlier_builds_go(self, elsewhere):
        sources, target = elsewhere
        first = static_build.build(target, b'version:"2.0.10"')
        (sources / "receiver.css").write_text("b{color:blue}", "utf-8")
        second = static_build.build(target, b'version:"2.0.10"')
        assert first["receiver.css"]["file"] != second["receiver.css"]["file"]
        assert {path.name.split(".")[0] for path in target.iterdir()} == {"receiver", "htmx", "manifest"}
        assert len(list(target.iterdir())) == 2 * 3 + 1

    def test_ensure_builds_only_what_has_changed(self, elsewhere):
        sources, target = elsewhere
        made = static_build.build(target, b'version:"2.0.10"')
        when = (target / static_build.MANIFEST).stat().st_mtime_ns
        assert static_build.ensure(target) == made
        assert (target / static_build.MANIFEST).stat().st_mtime_ns == when
        (sources / "receiver.css").write_text("b{color:blue}", "utf-8")
        assert static_build.ensure(target)["receiver.css"]["file"] != made["receiver.css"]["file"]

    def test_ensure_builds_again_what_was_deleted(self, elsewhere):
        _sources, target = elsewhere
        made = static_build.build(target, b'version:"2.0.10"')
        (target / made["receiver.css"]["file"]).unlink()
        assert static_build.ensure(target) == made
        assert (target / made["receiver.css"]["file"]).is_file()

    def test_without_htmx_it_says_what_to_do(self, elsewhere, monkeypatch):
        _sources, target = elsewhere
        monkeypatch.setattr(static_build, "_CARRIER", "no-such-distribution")
        with pytest.raises(FileNotFoundError, match="install Receiver with pip"):
            static_build.ensure(target)

    def test_another_htmx_is_refused(self, elsewhere, monkeypatch):
        _sources, target = elsewhere
        monkeypatch.setattr(static_build, "_CARRIER", "no-such-distribution")
        static_build.build(target, b'version:"4.0.0"')
        with pytest.raises(ValueError, match=r"not htmx 2\.0"):
            static_build.htmx_source(target)

    def test_htmx_comes_out_of_the_build_requirement(self, elsewhere, monkeypatch):
        sources, target = elsewhere
        carried = sources / "htmx-2.min.js"
        carried.write_bytes(b'var htmx={version:"2.0.11"}')
        asked = []

        class Distribution:
            def locate_file(self, path):
                asked.append(path)
                return carried

        monkeypatch.setattr(static_build.metadata, "distribution", lambda _name: Distribution())
        assert static_build.htmx_source(target) == carried.read_bytes()
        assert asked == ["django_htmx/static/django_htmx/htmx-2.min.js"]

    def test_by_hand_it_says_what_each_file_weighs(self, elsewhere, monkeypatch, capsys, tmp_path):
        _sources, target = elsewhere
        (tmp_path / "htmx.js").write_text('version:"2.0.10"', "utf-8")
        monkeypatch.setattr(static_build, "BUILD", target)
        assert static_build.main(["--htmx", str(tmp_path / "htmx.js")]) == 0
        told = capsys.readouterr().out
        assert re.search(r"^receiver\.[0-9a-f]{12}\.css: \d+ bytes, gzip \d+, brotli \d+$", told, re.MULTILINE)
        assert static_build.main([]) == 0
        assert json.loads((target / static_build.MANIFEST).read_text("utf-8")).keys() == {"receiver.css", "htmx.js"}

    @pytest.mark.parametrize("target", ["sdist", "wheel"])
    def test_packaging_builds_for_wheels_only(self, target, monkeypatch):
        spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
        hatch_build = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(hatch_build)
        before = static_build.ensure()
        hook = hatch_build.StaticFilesHook(str(ROOT), {}, None, None, "", target)
        loaded = []
        real = hatch_build.importlib.util.module_from_spec
        monkeypatch.setattr(hatch_build.importlib.util, "module_from_spec", lambda spec: loaded.append(1) or real(spec))
        hook.initialize("standard", data := {"force_include": {}})
        assert len(loaded) == (target == "wheel")
        assert data == {"force_include": {}}, "force_include would break editable installs"
        assert static_build.ensure() == before


class TestMinifying:
    def test_css_loses_only_comments_and_white_space(self, built):
        def bones(text):
            return re.sub(r"\s|;(?=\s*\})", "", text)

        target, manifest = built
        assert bones((target / manifest["receiver.css"]["file"]).read_text("utf-8")) == bones(PLAIN_CSS)

    @pytest.mark.parametrize(
        ("given", "made"),
        [
            ("a  {\n  color : red;\n}\n", "a{color : red}\n"),
            ("a:hover, b > c { margin: 0 auto; }", "a:hover,b>c{margin: 0 auto}\n"),
            ('q::after { content: " \\D7" / ""; }', 'q::after{content: " \\D7" / ""}\n'),
            ("/* one */ a { } /* two\n lines */ b { }", "a{}b{}\n"),
            (
                "@media (min-width: 1px) { a { top: calc(1px + 2px) } }",
                "@media (min-width: 1px){a{top: calc(1px + 2px)}}\n",
            ),
        ],
    )
    def test_css(self, given, made):
        assert static_build.minify_css(given) == made

    def test_js_loses_comment_lines_and_indentation(self):
        assert static_build.minify_js("// why\n\n  f(1); // stays\n    // gone\n") == "f(1); // stays\n"

    def test_the_script_has_nothing_that_line_wise_minifying_could_break(self):
        assert "`" not in PLAIN_JS
        assert not re.search(r"/\*", JS)
        assert not re.search(r"\\$", JS, re.MULTILINE)


def drawn(text: str) -> str:
    """The tags of a template without what is computed and without addresses: where a side could be asked for."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    tags = re.findall(r"<[a-z][^>]*>", text)
    return "\n".join(re.sub(r"\b(?:href|action|hx-get|hx-post)=\"[^\"]*\"", "", tag) for tag in tags)


class TestDirections:
    def test_css_knows_no_left_and_right(self):
        assert re.findall(r".*\b(?:left|right)\b.*", CSS, re.IGNORECASE) == []

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(resource("templates"))))
    def test_templates_know_no_left_and_right(self, path):
        assert re.findall(r".*\b(?:left|right)\b.*", drawn(path.read_text("utf-8")), re.IGNORECASE) == []

    @pytest.mark.parametrize("rule", re.findall(r"(?<![\w-])(?:margin|padding|inset)\s*:[^;{}]+;", PLAIN_CSS))
    def test_shorthands_of_four_are_the_same_on_both_sides(self, rule):
        values = re.findall(r"var\([^)]*\)|calc\((?:[^()]|\([^)]*\))*\)|\S+", rule.partition(":")[2].rstrip("; "))
        assert len(values) < 4 or values[1] == values[3], rule

    def test_text_is_never_spaced_slanted_or_capitalised(self):
        assert re.findall(r"letter-spacing|font-style|text-transform|font-variant-caps", PLAIN_CSS) == []

    def test_arabic_has_taller_lines(self):
        assert re.search(r"\[lang\|=ar\] \{ line-height: 1\.75; \}", CSS)


class TestOldBrowsers:
    """Chrome 84 of 2020 is the oldest that is meant; what it does not know it may only drop."""

    @pytest.mark.parametrize("newer", [":is(", ":where(", "inset-block", "-inline:", "margin-block:", "padding-block:"])
    def test_css(self, newer):
        assert newer not in PLAIN_CSS

    def test_lists_inside_not_are_newer(self):
        assert [found for found in re.findall(r":not\(([^)]*)\)", PLAIN_CSS) if "," in found] == []

    def test_focus_is_seen_where_focus_visible_is_unknown(self):
        """A selector that a browser does not know takes its whole rule with it, so it must stand alone."""
        assert re.search(r"\n:focus \{\s*outline: 3px solid var\(--ink\)", PLAIN_CSS)
        unknown = r":focus-visible|:has\(|::file-selector-button|::details-content"
        newer = re.findall(rf"[^{{}}]*(?:{unknown})[^{{}}]*(?=\{{)", PLAIN_CSS)
        assert newer, "nothing to look at"
        assert [selector for selector in newer if "," in selector] == []

    @pytest.mark.parametrize(
        "newer",
        [
            *(r"\|\|=", r"&&=", r"\?\?=", r"\.at\(", r"\.findLast", "replaceAll", "replaceChildren", "structuredClone"),
            *(r"AbortSignal\.timeout", "randomUUID", r"Object\.hasOwn", r"\bstatic \{", r"\bawait\b", r"Promise\.any"),
        ],
    )
    def test_script(self, newer):
        assert re.findall(newer, PLAIN_JS) == []


class TestOursAlone:
    @pytest.mark.parametrize("path", [*TEMPLATES, *sorted(static_build.SOURCES.iterdir())], ids=lambda path: path.name)
    def test_nothing_leads_out(self, path):
        text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text) == []

    def test_css_fetches_nothing(self):
        assert re.findall(r"url\(|@import|@font-face", PLAIN_CSS) == []

    def test_the_script_speaks_no_language(self):
        texts = [text for text in re.findall(r'"([^"\\]*)"', PLAIN_JS) if not re.search(r"[,\[.#]", text)]
        assert [text for text in texts if re.search(r"[A-Za-z]{2,} [A-Za-z]", text)] == ["use strict"]

    def test_the_script_needs_no_exception_from_the_policy(self):
        assert (
            re.findall(r"\beval\b|new Function|Attribute\(\"style|document\.write|insertAdjacentHTML", PLAIN_JS) == []
        )


def tokens(selector: str, text: str = PLAIN_CSS) -> dict[str, str]:
    """The colours that a rule sets."""
    body = re.search(rf"(?:^|[\s}}]){re.escape(selector)}\s*\{{([^}}]*)\}}", text)[1]
    return dict(re.findall(r"--(\w+):\s*(#[0-9a-f]{3,6});", body))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


DARK_CSS = PLAIN_CSS[PLAIN_CSS.index("prefers-color-scheme: dark") : PLAIN_CSS.index("*, ::before")]
LIGHT = tokens(":root")
DARK = {**LIGHT, **tokens(":root.auto", DARK_CSS)}
THEMES = {
    "light": LIGHT,
    "dark": DARK,
    "practice": {**LIGHT, **tokens(":root.practice")},
    "practice in the dark": {**DARK, **tokens(":root.auto.practice", DARK_CSS)},
}
TEXTS = [
    *itertools.product(("ink", "ink2", "link", "visited", "bad", "brand"), ("paper", "wash")),
    *((f"{kind}", f"{kind}b") for kind in ("ok", "warn", "bad", "info", "mute")),
    *(("ink", f"{kind}b") for kind in ("ok", "warn", "bad", "info", "mute")),
    ("onbrand", "brand"),
    ("onbrand", "brand2"),
]


class TestColours:
    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize(("text", "ground"), TEXTS)
    def test_text_can_be_read(self, theme, text, ground):
        colours = THEMES[theme]
        assert contrast(colours[text], colours[ground]) >= 4.5

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize(("line", "ground"), list(itertools.product(("edge", "brand", "bad"), ("paper", "wash"))))
    def test_boxes_and_marks_can_be_seen(self, theme, line, ground):
        colours = THEMES[theme]
        assert contrast(colours[line], colours[ground]) >= 3

    @pytest.mark.parametrize(
        ("text", "ground", "light", "dark"),
        [
            ("ink", "paper", 15.65, 15.16),
            ("ink2", "paper", 7.49, 9.45),
            ("edge", "paper", 4.93, 5.88),
            ("onbrand", "brand", 7.73, 7.25),
            ("onbrand", "brand2", 10.71, 9.67),
            ("link", "paper", 7.75, 9.08),
            ("ok", "okb", 5.69, 7.93),
            ("warn", "warnb", 6.68, 8.66),
            ("bad", "badb", 6.42, 8.00),
            ("info", "infob", 7.52, 8.56),
            ("mute", "muteb", 7.85, 8.29),
        ],
    )
    def test_the_palette_is_the_agreed_one(self, text, ground, light, dark):
        assert contrast(LIGHT[text], LIGHT[ground]) == pytest.approx(light, abs=0.02)
        assert contrast(DARK[text], DARK[ground]) == pytest.approx(dark, abs=0.02)

    def test_no_colour_is_used_beside_the_palette(self):
        rules = PLAIN_CSS[PLAIN_CSS.index("*, ::before") : PLAIN_CSS.index("@page")]
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", rules) == []

    def test_it_is_dark_only_for_those_who_chose_so(self):
        assert re.findall(r"prefers-color-scheme[^{]*\{\s*([^{]+?)\s*\{", PLAIN_CSS) == [":root.auto"]


class TestClasses:
    COMPUTED = frozenset({"auto", "large", "lt", "mute", "plain", "practice", "s0", "s1", "s2", "s3", "w2", "w4", "w8"})
    """Names that templates put together, or that fields of forms bring along."""

    def used(self) -> set[str]:
        found = set()
        for path in TEMPLATES:
            text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
            found |= {name for value in re.findall(r'class="([^"]*)"', text) for name in value.split()}
        return found - {"s", "unsent"}  # the number of a series follows; a name for scripts of tests

    def test_every_class_of_the_templates_is_in_the_stylesheet_and_the_other_way_round(self):
        known = {name for name in re.findall(r"\.([a-z][\w-]*)", PLAIN_CSS) if not name[0].isdigit()}
        assert self.used() - known == set()
        assert known - self.used() - self.COMPUTED - {"cols"} == set()
