// Receiver's own script: comfort on top of pages that work without it.
// It holds no words: what it says comes from <body data-…> and <template>s, translated by the server.
// Nothing here is newer than Chrome 84, and nothing needs more than the strict content security policy.
(() => {
  "use strict";
  const root = document.documentElement;
  const words = document.body.dataset;
  const byId = (id) => document.getElementById(id);
  const all = (selector, scope) => Array.from((scope || document).querySelectorAll(selector));
  const on = (name, act, target, options) => (target || document).addEventListener(name, act, options);
  const wake = (element) => element.isConnected && window.htmx && window.htmx.trigger(element, "wake");
  const fresh = (id) => byId(id) && byId(id).content.firstElementChild.cloneNode(true);

  // ---- Announcements and focus after a swap
  let speaking;
  const say = (text) => {
    const live = byId("live");
    if (!live) return;
    clearTimeout(speaking);
    live.textContent = "";  // emptied first, so that the same sentence is read out again
    speaking = setTimeout(() => { live.textContent = text; }, 100);
  };
  const focus = (element) => {
    if (!element.matches("a[href], button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
    element.focus();
  };
  const arrive = (element) => {
    const find = (selector) => (element.matches(selector) ? element : element.querySelector(selector));
    const first = find("[data-focus]");
    const said = find("[data-say]");
    if (first) focus(first);
    if (said) say(said.dataset.say || said.textContent);
    all("[data-js]", element).forEach((control) => { control.hidden = false; });
    all("form[data-dirty]", element).forEach((form) => touched.add(form));
    choose();
    count();
    measure();
  };

  // ---- Requests by htmx: busy regions, faults, "Try again"
  const late = new WeakMap();
  const senders = new WeakMap();
  const quiet = (element) => element.matches("[data-poll]");
  let held;
  on("htmx:beforeRequest", (event) => {
    const { elt, target } = event.detail;
    if (quiet(elt)) {
      if (document.hidden) {
        event.preventDefault();
        paused.add(elt);
      }
      return;
    }
    calm(target);
    all("[data-fault]", target.parentNode).forEach((alert) => alert.remove());
    target.dataset.busy = words.working;
    target.setAttribute("aria-busy", "true");
    late.set(target, setTimeout(() => say(words.working), 700));
  });
  const calm = (target) => {
    clearTimeout(late.get(target));
    target.removeAttribute("aria-busy");
  };
  on("htmx:afterRequest", ({ detail: { elt, target, xhr, successful } }) => {
    calm(target);
    if (!xhr.getResponseHeader("HX-Redirect")) release(elt.closest("form"));
    if (successful && !quiet(elt)) prolong(1000 * (xhr.getResponseHeader("Session-Left") || words.idle));
  });
  on("htmx:beforeSwap", ({ detail: { target } }) => {
    held = target.contains(document.activeElement) && target.id;
  });
  on("htmx:afterSettle", () => {
    const region = held && document.activeElement === document.body && byId(held);
    held = "";
    if (region) focus(region.querySelector("h1, h2, h3") || region);
  });
  // What was done is told once: at the address that a part of the page now shows, it would be of another act.
  on("htmx:pushedIntoHistory", () => all("main > [data-say]").forEach((told) => told.remove()));
  on("htmx:load", ({ detail: { elt } }) => { if (elt !== document.body) arrive(elt); });
  const again = (elt) => {
    if (elt.matches("form")) {
      const sender = senders.get(elt);
      elt.requestSubmit(sender && sender.isConnected ? sender : undefined);
    } else if (elt.matches("a, button")) elt.click();
    else wake(elt);
  };
  const fault = ({ detail: { elt, target, xhr } }) => {
    const alert = fresh("t-fault");
    const told = xhr && xhr.responseText &&
      new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-refusal]");
    if (told) alert.querySelector("p").textContent = told.textContent;
    alert.dataset.fault = "";
    on("click", () => {
      alert.remove();
      again(elt);
    }, alert.querySelector("button"));
    if (target.matches("section, form, div, main")) target.prepend(alert);
    else target.before(alert);
    if (quiet(elt)) setTimeout(wake, 10000, elt);
    else if (elt.matches("form[method=post]")) touched.add(elt);
  };
  ["sendError", "timeout", "responseError"].forEach((name) => on("htmx:" + name, fault));

  // ---- Progress pages ask again by themselves, but not while nobody looks
  const paused = new Set();
  on("visibilitychange", () => {
    if (document.hidden) return;
    paused.forEach(wake);
    paused.clear();
    tick();
  });
  on("htmx:xhr:progress", ({ target, detail: { loaded, total } }) => {
    const bar = total && target.querySelector("progress[data-up]");
    if (!bar || bar.value === 1) return;  // the answer's own progress comes after the upload's
    bar.parentNode.hidden = false;
    bar.value = loaded / total;
    bar.nextElementSibling.textContent = Math.floor(100 * bar.value) + " %";
  });

  // ---- One submit is one request, and typed work is not lost by a stray click
  const sending = new Map();
  const touched = new Set();
  const release = (form) => {
    if (sending.has(form)) sending.get(form)();
    sending.delete(form);
  };
  on("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if ("leave" in form.dataset) {  // hide at once, and leave nothing to go back to
      touched.clear();
      document.body.hidden = true;
      history.replaceState(null, "", form.dataset.leave);
    }
    touched.delete(form);
    senders.set(form, button);
    if (form.method !== "post") return;
    const inside = button && !button.matches(".lnk") && button.innerHTML;
    if (button) button.setAttribute("aria-disabled", "true");
    if (inside) {
      button.style.minInlineSize = button.offsetWidth + "px";
      button.textContent = words.sending;
    }
    const tired = setTimeout(release, 15000, form);  // a download leaves the page as it is
    sending.set(form, () => {
      clearTimeout(tired);
      if (button) button.removeAttribute("aria-disabled");
      if (inside) button.innerHTML = inside;
    });
  }, document, true);
  on("input", ({ target: { form } }) => {
    if (form && form.method === "post" && !("quiet" in form.dataset)) touched.add(form);
  });
  on("beforeunload", (event) => {
    if (Array.from(touched).some((form) => form.isConnected)) {
      event.preventDefault();
      event.returnValue = "";
    }
  }, window);
  on("pageshow", ({ persisted }) => { if (persisted) Array.from(sending.keys()).forEach(release); }, window);

  // ---- The end of the session is told five minutes before
  const bars = byId("bars") || document.createElement("div");
  const tabs = window.BroadcastChannel && new BroadcastChannel("session");
  let ends = Date.now() + 1000 * words.remaining;
  const last = words.remaining < words.idle - 60 ? ends : Infinity;  // the day's end is nearer, and nothing moves that
  let shown;
  let place;
  const prolong = (left) => {
    if (!(left > 0 && ends)) return;
    ends = Math.min(Date.now() + left, last);
    if (tabs) tabs.postMessage(ends);
    tick();
  };
  const tick = () => {
    const left = ends - Date.now();
    const id = left <= 0 ? "t-ended" : left <= 300000 ? "t-ending" : "";
    if (!words.remaining || id === (shown ? shown.dataset.from : "")) return;
    const back = shown && shown.contains(document.activeElement) && place;
    if (shown) shown.remove();
    shown = id && fresh(id);
    if (shown) {
      shown.dataset.from = id;
      const at = new Date(ends);
      all("[data-time]", shown).forEach((time) => {
        time.textContent = [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
      });
      bars.append(shown);
      if (window.htmx) window.htmx.process(shown);
    }
    if (back) back.focus();
    measure();
  };
  if (tabs) on("message", ({ data }) => { if (data > ends) ends = data; tick(); }, tabs);
  on("focusin", ({ target }) => { if (!bars.contains(target)) place = target; });
  setInterval(tick, 10000);

  // ---- Small comforts: boxes that belong to an option, all rows at once, print, sticky bars that never hide the focus
  const choose = () => all("[data-when]").forEach((box) => {
    const [name, value] = box.dataset.when.split("=");
    box.hidden = !new FormData(box.closest("form")).getAll(name).includes(value);
  });
  const rows = (form) => all("tbody input[type=checkbox]", form);
  const count = () => all("[data-count]").forEach((output) => {
    output.textContent = rows(output.closest("form")).filter((box) => box.checked).length;
  });
  on("change", ({ target }) => {
    if ("all" in target.dataset) rows(target.form).forEach((box) => { box.checked = target.checked; });
    choose();
    count();
  });
  on("click", ({ target }) => { if (target.closest("[data-print]")) window.print(); });
  const measure = () => {
    const bulk = document.querySelector(".bulk");
    root.style.scrollPaddingTop = bars.offsetHeight + 16 + "px";
    const sticks = bulk && getComputedStyle(bulk).position === "sticky";
    root.style.scrollPaddingBottom = (sticks ? bulk.offsetHeight : 0) + 16 + "px";
  };
  on("resize", measure, window);
  on("beforeprint", () => all("details").forEach((each) => { each.open = true; }), window);

  arrive(document.body);
  tick();
})();
