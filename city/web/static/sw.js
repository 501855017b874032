// The worker behind every page, for reading and reporting without a network (docs/reference/offline.md).
// The city puts before it: VERSION, SHELL (addresses of files), PAGES (that everybody may keep), PARTS (scripts).
// What may be kept is the city's word, in the header x-offline of each answer; for whom it was, in x-person.

/* global VERSION, SHELL, PAGES, PARTS, idbKeyval, makeOutbox */

for (const part of PARTS) importScripts(part);

const STATIC = "static-1", ALL = "pages-all", PERSON = "pages-of-";
const MOST_STATIC = 250, MOST_KEPT = 160;
const PATIENCE = 6000;
const outbox = makeOutbox(idbKeyval);
const notes = idbKeyval.createStore("worker", "notes");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let person; // The mark of who is signed in; undefined until it has been read.
let count = 0, changed = 0;

// ---- Installing ------------------------------------------------------------------------------------------------------

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const shelf = await caches.open(STATIC);
  const there = new Set((await shelf.keys()).map(({ url }) => url.slice(location.origin.length)));
  await shelf.addAll(SHELL.filter((address) => !there.has(address)));
  await Promise.all(PAGES.map(warm));
  // At once: addresses of files bear their version and pages come from the network, so old and new never mix.
  await self.skipWaiting();
}

self.addEventListener("message", (event) => {
  // The page came past this worker: whose it is, the worker learns by asking for the form.
  if (event.data?.kind === "claim") event.waitUntil(Promise.all([self.clients.claim(), warm("/reports/new")]));
});

async function activate() {
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage({ kind: "version", version: VERSION });
  const shelf = await caches.open(STATIC), now = new Set(SHELL);
  const old = (await shelf.keys()).filter(({ url }) => !now.has(url.slice(location.origin.length)));
  await Promise.all(old.slice(0, Math.max(0, old.length + now.size - MOST_STATIC)).map((request) => shelf.delete(request)));
}

/** Keep a page before anybody has asked for it. */
async function warm(address) {
  const request = new Request(address, { headers: { accept: "text/html" } });
  const started = ++count;
  try {
    const answer = await fetch(request);
    await note(answer.clone(), started);
    await keep(request, answer);
  } catch { /* Another time. */ }
}

// ---- For whom --------------------------------------------------------------------------------------------------------

async function whoIsHere() {
  person ??= (await idbKeyval.get("person", notes)) ?? "";
  return person;
}

/** What an answer says of who is signed in. Older requests may answer late: they change nothing. */
async function note(answer, started) {
  const mark = answer.headers.get("x-person");
  if (mark === null || started < changed || mark === (await whoIsHere())) return;
  changed = started;
  person = mark;
  await idbKeyval.set("person", mark, notes).catch(() => {}); // A full phone forgets it with this worker, and opens pages.
  const others = (await caches.keys()).filter((name) => name.startsWith(PERSON) && name !== PERSON + mark);
  await Promise.all(others.map((name) => caches.delete(name)));
  if (mark) await warm("/reports/new");
}

// ---- Keeping and finding ---------------------------------------------------------------------------------------------

async function keep(request, answer) {
  const url = new URL(request.url), whose = answer.headers.get("x-offline");
  const mark = answer.headers.get("x-person") ?? "";
  if (answer.status !== 200 || answer.redirected || !whose || url.search) return;
  if (whose !== "all" && (!mark || mark !== person)) return;
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "set-cookie"]) headers.delete(name);
  const body = (await answer.text()).replace("<html ", `<html data-kept-at="${new Date().toISOString()}" `);
  if (body.includes("data-flash")) return; // It says what has just happened, and would say it again.
  await put(whose === "all" ? ALL : PERSON + mark, request.url, new Response(body, { headers }));
}

async function put(name, address, answer) {
  if (name.startsWith(PERSON) && name !== PERSON + person) return; // Somebody else is here by now.
  const kept = await caches.open(name);
  await kept.delete(address); // So that what is oldest stands first.
  await kept.put(address, answer);
  const keys = await kept.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_KEPT)).map((request) => kept.delete(request)));
}

async function find(address) {
  const url = new URL(address), mark = await whoIsHere();
  for (const name of mark ? [PERSON + mark, ALL] : [ALL]) {
    if (!(await caches.has(name))) continue;
    const kept = await caches.open(name);
    const found = (await kept.match(url, { ignoreVary: true })) ?? (url.searchParams.has("cursor") ? undefined : await kept.match(url.pathname, { ignoreVary: true }));
    if (found) return name === ALL ? forWhoIsHere(found, mark) : found;
  }
  return undefined;
}

/** A page for everybody may have been kept while somebody else, or nobody, was here. */
async function forWhoIsHere(page, mark) {
  const body = (await page.text()).replace(/ data-person="[^"]*"/, ` data-person="${mark}"`);
  return new Response(body, { headers: page.headers });
}

// ---- Answering -------------------------------------------------------------------------------------------------------

const lasts = (url) => url.searchParams.has("v") || (url.pathname.includes("/vendor/") && url.pathname.includes("@"));

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || request.headers.has("range")) return;
  if (url.pathname.startsWith("/static/")) {
    if (lasts(url)) event.respondWith(fromShelf(event));
  } else if (url.pathname.startsWith("/files/")) event.respondWith(picture(event));
  else if (request.mode === "navigate" || request.headers.has("hx-request")) event.respondWith(fromCity(event));
});

async function fromShelf(event) {
  const shelf = await caches.open(STATIC);
  const found = await shelf.match(event.request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.status === 200) event.waitUntil(shelf.put(event.request, answer.clone()).catch(() => {}));
  return answer;
}

/** Pictures of kept pages are kept with them; those of other people's reports are not. */
async function picture(event) {
  const mark = await whoIsHere(), name = PERSON + mark;
  const found = mark && (await caches.has(name)) ? await (await caches.open(name)).match(event.request, { ignoreVary: true }) : undefined;
  if (found) return found;
  const answer = await fetch(event.request);
  const page = event.request.referrer;
  if (mark && answer.status === 200 && page) {
    const copy = answer.clone();
    event.waitUntil((async () => {
      const kept = (await caches.has(name)) ? await (await caches.open(name)).match(new URL(page).pathname, { ignoreVary: true }) : undefined;
      if (kept && new URL(page).pathname !== "/") await put(name, event.request.url, copy);
    })().catch(() => {}));
  }
  return answer;
}

/** From the network; from what was kept when there is none, or it keeps one waiting. */
async function fromCity(event) {
  const { request } = event, started = ++count;
  const asked = (async () => {
    const answer = (await event.preloadResponse) ?? (await fetch(request));
    await note(answer, started);
    if (answer.headers.has("x-offline")) event.waitUntil(keep(request, answer.clone()).catch(() => {}));
    return answer;
  })();
  event.waitUntil(asked.catch(() => {}));
  try {
    const slow = pause(PATIENCE).then(() => find(request.url)).then((found) => found ?? asked);
    const answer = await Promise.race([asked, slow]);
    return answer.status >= 502 ? ((await find(request.url)) ?? answer) : answer;
  } catch {
    const found = (await find(request.url)) ?? (request.mode === "navigate" ? await find(new URL("/offline", location.origin)) : undefined);
    return found ?? Response.error();
  }
}

// ---- Sending what waits ----------------------------------------------------------------------------------------------

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sendWaiting());
});

async function sendWaiting() {
  // Rejected, the browser tries again later by itself.
  if (await outbox.flush(await whoIsHere(), true)) throw new Error("not all could be sent");
}
