// What makes the pages live. Every page works without it: lists, forms and links are plain HTML.
document.documentElement.classList.add("js");

const part = (id, within = document) => within.getElementById(id);
const announce = (text) => { part("announcer").textContent = text; };

function notice(text, bad = false) {
  const place = part("notice");
  place.textContent = text;
  place.classList.toggle("bad", bad);
  if (bad) place.scrollIntoView({ block: "nearest" });
}

// Replaces an element, and keeps what the visitor was at: the focus, open menus, how far it was scrolled.
function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const keyed = (element) => element && [element.closest("li[id]")?.id, element.dataset.key];
  const [row, key] = keyed(focused) ?? [];
  const open = [...old.querySelectorAll("details[open]")].map((one) => [one.closest("li[id]")?.id, one.className]);
  old.replaceWith(fresh);
  const within = (id) => (id && part(id)) || fresh;
  for (const [id, name] of open) {
    const same = [...within(id).querySelectorAll("details")].find((one) => one.className === name);
    if (same) same.open = true;
  }
  // What was asked for and done is no more there to be asked for: then the first thing that can be done with the row.
  const keys = (key ? [key, "main"] : []).map((one) => within(row).querySelector(`[data-key="${one}"]`));
  keys.find(Boolean)?.focus({ preventScroll: true });
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

// Takes `#jobs` from the page at an address. The newest wish wins.
let wish = 0;
async function refresh(address = location.href) {
  const mine = ++wish;
  const jobs = part("jobs");
  jobs.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address);
    const fresh = parsed(await answer.text());
    if (mine !== wish) return;
    if (answer.redirected && !part("jobs", fresh)) location.href = answer.url;
    else if (part("jobs", fresh)) replace(part("jobs"), part("jobs", fresh));
    else notice(part("problem", fresh)?.textContent ?? "The list could not be read.", true);
  } catch {
    if (mine === wish) notice("The service cannot be reached. Try again in a moment.", true);
  } finally {
    part("jobs").removeAttribute("aria-busy");
  }
}

function after(milliseconds, act) {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(act, milliseconds, ...given); };
}

// Live jobs: the stream sends the row of each job that changes. A hidden page lets its connection go.
const refreshSoon = after(400, refresh);
let source = null;

function listen() {
  const address = part("jobs")?.dataset.events;
  if (!address || source || document.hidden) return;
  let opened = false;
  source = new EventSource(address);
  source.addEventListener("open", () => {
    if (opened) refreshSoon();
    opened = true;
    part("trouble").hidden = true;
  });
  source.addEventListener("error", () => {
    part("trouble").hidden = false;
    if (source.readyState === EventSource.CLOSED) { source = null; setTimeout(listen, 5000); }
  });
  source.addEventListener("job", (event) => showJob(JSON.parse(event.data)));
}

const seen = new Map();
function showJob(job) {
  const row = part(`job-${job.id}`);
  const before = seen.get(job.id);
  seen.set(job.id, job.kind);
  if (before && before !== job.kind && !job.open) announce(`${job.name}: ${job.status}`);
  const { one, kind, newest, chosen } = part("jobs").dataset;
  // The page of one job says more than its row; it may have changed before the stream began.
  if (one) { if (one === job.id && kind !== job.kind) refreshSoon(); }
  else if (!row) {
    // Whether a row belongs to those of a status or a search is known to the server alone.
    if (newest !== undefined ? job.open || before : chosen !== undefined && before !== job.kind) refreshSoon();
    return;
  }
  const fresh = parsed(job.html).querySelector("li");
  if (row && fresh && row.outerHTML !== fresh.outerHTML) replace(row, document.adoptNode(fresh));
}

document.addEventListener("visibilitychange", () => {
  if (!part("jobs")?.dataset.events) return;
  if (document.hidden) { source?.close(); source = null; } else { refresh(); listen(); }
});

// Forms that change something: done without leaving the page.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-swap]")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  const menu = form.closest("details");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = parsed(await answer.text());
    if (!answer.ok) notice(part("problem", page)?.textContent ?? "That did not work.", true);
    else if (new URL(answer.url).pathname !== location.pathname) location.href = answer.url;
    else {
      notice(part("notice", page).textContent);
      if (part("jobs", page)) replace(part("jobs"), part("jobs", page));
    }
  } catch {
    notice("The service cannot be reached. Nothing was changed.", true);
  } finally {
    button.disabled = false;
  }
});

// What Prefect is still planning is looked at again, for as long as it takes.
setInterval(() => { if (document.querySelector("[data-soon]") && !document.hidden) refresh(); }, 5000);

// Search while typing.
const search = document.querySelector("[data-search]");
search?.addEventListener("input", after(250, () => {
  const address = new URL(search.action);
  address.search = new URLSearchParams([...new FormData(search)].filter(([, value]) => value));
  history.replaceState(null, "", address);
  refresh(address);
}));

// Copying.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied");
    notice("Copied.");
  } catch {
    notice("The browser did not allow copying. Open the job's details to see the command.", true);
  }
  button.closest("details.menu")?.removeAttribute("open");
}
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy]");
  const button = event.target.closest("[data-copy-from]");
  if (link) {
    event.preventDefault();
    copy(await (await fetch(link.href)).text(), link);
  } else if (button) copy(part(button.dataset.copyFrom).textContent, button);
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// New export: what the form would give, a moment after each change.
const form = document.querySelector("[data-preview]");
let asked = 0;
async function preview() {
  const mine = ++asked;
  part("count").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = parsed(await answer.text());
    if (mine !== asked) return;
    if (part("preview", page)) {
      for (const id of ["count", "preview"]) replace(part(id), part(id, page));
      markMistakes();
      announce(part("count").textContent.trim());
    } else if (page.querySelector(".sign-in")) sayThatOneIsSignedOut();
    else part("count").textContent = part("problem", page)?.textContent ?? "The objects could not be counted.";
  } catch {
    if (mine === asked) part("count").textContent = "The service cannot be reached.";
  } finally {
    if (mine === asked) part("count").setAttribute("aria-busy", "false");
  }
}
// What the count says is wrong stands beside the field that it is about. The schedule is looked at only when it is saved.
function markMistakes() {
  for (const said of form.querySelectorAll(".mistake")) {
    if (said.closest("[data-schedule]")) continue;
    const field = said.dataset.mistake;
    const found = [...part("count").querySelectorAll("[data-field]")].filter((one) => one.dataset.field === field);
    said.textContent = found.map((one) => one.dataset.text).join(" ");
    said.hidden = !found.length;
    const input = part(field);
    if (!input?.matches("input, select")) continue;
    if (found.length) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  }
}
// The form has its choices in its address too, and signing in leads back to an address.
function sayThatOneIsSignedOut() {
  const link = document.createElement("a");
  link.href = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  link.textContent = "Sign in";
  part("count").replaceChildren("You are signed out. ", link, " to go on; your choices are kept.");
  announce(part("count").textContent);
}
if (form) {
  preview();
  const soon = after(300, preview);
  form.addEventListener("input", (event) => {
    const narrow = event.target.closest("[data-narrow]");
    if (!narrow) { soon(); return; }
    for (const tick of narrow.parentElement.querySelectorAll(".tick"))
      tick.hidden = !tick.textContent.toLowerCase().includes(narrow.value.toLowerCase());
  });
  // Enter is the button of the part that it is pressed in: the schedule's there, the export's where the file is named. In a
  // box to tick, or a date, it is none: too much is still to be chosen, and an export that nobody wanted costs time.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    const schedule = event.target.closest("[data-schedule]");
    if (!schedule && event.target.matches("#file_name, #most")) return;
    event.preventDefault();
    schedule?.querySelector("button").click();
  });
  // Another type offers other values: the form comes again, with what was chosen and typed so far.
  part("type")?.addEventListener("change", () => { location.search = new URLSearchParams(new FormData(form)); });
}

// What was done is said once, and not again when the page is opened again.
const here = new URL(location.href);
if (here.searchParams.has("notice")) {
  here.searchParams.delete("notice");
  history.replaceState(null, "", here);
}

listen();
