"""Look at a page in a real browser as a reviewer does: what axe finds, and what axe does not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_LAYOUT = r"""() => {
  const told = [];
  const name = (element) => element.tagName.toLowerCase() + "." + element.className + " " +
    (element.textContent || element.name || "").trim().slice(0, 40);
  const seen = (element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const there = style.visibility === "visible" && box.width > 1 && box.height > 1 && element.checkVisibility();
    return there && !element.closest(".vh, .skip, [hidden]");
  };
  const cut = (element, box) => {
    let { left, right, top, bottom } = box;
    for (let at = element; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") {
      const frame = at.getBoundingClientRect();
      [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
    }
    return { left, right, top, bottom };
  };
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) told.push("sideways: the page is " + root.scrollWidth + " wide");
  for (const element of document.body.querySelectorAll("*")) {
    if (!seen(element) || element.closest(".scroll, svg")) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) told.push("outside: " + name(element));
    const clips = style.overflowX !== "visible" && style.textOverflow !== "ellipsis";
    if (clips && element.scrollWidth > element.clientWidth + 1 && !element.matches("input, select, textarea"))
      told.push("clipped: " + name(element));
  }
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || element.closest("#bars, .bulk, option, template, .scroll")) continue;
    if (!seen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 2) texts.push([element, cut(element, box)]);
  }
  for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
    const [one, a] = texts[i], [other, b] = texts[j];
    if (one === other || one.contains(other) || other.contains(one)) continue;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 6) told.push("overlap: " + name(one) + " / " + name(other));
  }
  for (const element of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (!seen(element) || element.type === "hidden" || element.closest("p, .alert, .errs")) continue;
    const box = element.getBoundingClientRect(), least = Math.min(box.width, box.height);
    const main = element.matches("button:not(.lnk), .btn, select, textarea, input:not([type=checkbox], [type=radio])");
    if (least < 23.5 || (main && box.height < 43.5))
      told.push("small: " + name(element) + " " + Math.round(box.width) + "x" + Math.round(box.height));
  }
  return told;
}"""

_COLOURS = r"""() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const shine = (colour) => {
    const [r, g, b] = numbers(colour).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [a, b] = [shine(one), shine(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const parts = numbers(getComputedStyle(at).backgroundColor);
      if (parts.length === 3 || parts[3] > 0) return getComputedStyle(at).backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const told = [];
  const looked_at = "input, select, textarea, button, a, th, td, p, li, label, h1, h2, h3";
  for (const element of document.querySelectorAll(looked_at)) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width < 2 || element.closest(".vh, [hidden]") || element.type === "hidden") continue;
    const told_as = element.tagName + "." + element.className + " " + (element.textContent || "").trim().slice(0, 30);
    const text = contrast(style.color, ground(element));
    if (text < 4.5) told.push("text " + text.toFixed(2) + ": " + told_as);
    if (element.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=file])")) {
      const edge = contrast(style.borderTopColor, ground(element.parentElement));
      if (edge < 3) told.push("edge " + edge.toFixed(2) + ": " + told_as);
    }
  }
  return told;
}"""


def by_axe(page: Page) -> list[str]:
    """What axe finds, each with the first place."""
    results: dict[str, Any] = Axe().run(page, options={"runOnly": _TAGS}).response
    return [
        f"{finding['id']} ({finding['impact']}): {finding['help']}: {finding['nodes'][0]['html'][:160]}"
        for finding in results["violations"]
    ]


def by_measure(page: Page) -> list[str]:
    """What stands outside, is cut off, lies over something else, or is too small to hit."""
    return list(page.evaluate(_LAYOUT))


def by_colour(page: Page) -> list[str]:
    """Texts and edges without contrast in the computed colours, those of controls included, which axe passes over."""
    return list(page.evaluate(_COLOURS))
