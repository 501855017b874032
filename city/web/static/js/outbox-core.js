// Reports that wait on this phone to be sent. Pages import it, the service worker takes it in with importScripts: so it
// is a plain script, given its IndexedDB (idb-keyval) from outside. Who sends holds the lock "outbox", so two tabs and the
// worker never send together; and the city takes one report of one key once (docs/reference/offline.md).
//
// An item: {id, owner, at, fields: {category, description, …}, photos: [{id?, blob?, name}], state, why: [sentence],
// errors: {field: sentence}, tries, next, ref}. State: waiting, sending, signin, refused, held, sent.

self.makeOutbox = ({ createStore, del, entries, get, set }) => {
  const store = createStore("outbox", "items");
  const channel = new BroadcastChannel("outbox");
  const listeners = new Set();
  const PAUSES = [5, 15, 45, 120, 300, 900];
  const DAY = 86400_000;
  const FIELDS = ["category", "description", "latitude", "longitude", "ward", "address", "seen_at", "private"];
  const ANSWER = "attributes."; // Fields that answer what the category asks, each a list.
  const TYPED = { latitude: Number, longitude: Number, private: (said) => said === "true" || said === true }; // A form has only texts.
  const NAMED = ["description", "category", "latitude", "longitude", "ward"];
  const ACCEPT = "application/json, application/problem+json";

  /** Not now: the network, the server, or too many at once. `seconds` is what the city asked to wait. */
  class Later extends Error { constructor(seconds = 0) { super("later"); this.seconds = seconds; } }
  class SignIn extends Error {}
  class Refused extends Error { constructor(problem) { super("refused"); this.problem = problem; } }

  channel.onmessage = ({ data }) => listeners.forEach((listen) => listen(data));
  function tell(message) {
    channel.postMessage(message);
    listeners.forEach((listen) => listen(message));
  }

  async function keep(item) {
    await set(item.id, item, store);
    tell({ kind: "changed" });
  }

  /** Write down how one stands. A phone without room for that goes on with what it has kept: the city takes it once. */
  const note = (item) => keep(item).catch(() => undefined);

  /** Take a report in to be sent. Throws when the phone has no room for it: nothing may be thrown away then. */
  const put = (item) => keep({ tries: 0, next: 0, why: [], errors: {}, state: "waiting", at: Date.now(), ...item });

  const find = (id) => get(id, store);

  async function list(owner) {
    const all = (await entries(store)).map(([, item]) => item);
    return all.filter((item) => item.owner === owner).sort((a, b) => a.at - b.at);
  }

  /** Whether anybody's reports wait here: all that somebody who is not signed in is told. */
  const isEmpty = async () => (await entries(store)).every(([, item]) => item.state === "sent");

  /** Forget one; waits while it is being sent. */
  const forget = (id) => navigator.locks.request("outbox", async () => {
    await del(id, store);
    tell({ kind: "changed" });
  });

  /** Take one back to be corrected: it is not sent meanwhile. Returns it, unless it is gone or has been sent. */
  const hold = (id) => navigator.locks.request("outbox", async () => {
    const item = await find(id);
    if (!item || item.state === "sent") return undefined;
    if (item.state !== "refused") await keep({ ...item, state: "held" });
    return item;
  });

  /** The key by which the city knows the report again: as city/reports/forms.py makes it of the posted form. */
  async function keyOf({ id, fields }) {
    const said = NAMED.map((name) => fields[name] ?? "").join("|");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said)));
    return `${id}-${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  async function post(address, owner, body, headers, seconds) {
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body, headers: { accept: ACCEPT, "x-person": owner, ...headers }, signal: AbortSignal.timeout(seconds * 1000) });
    } catch {
      throw new Later();
    }
    if (answer.status === 401) throw new SignIn();
    if (answer.status === 429 || answer.status >= 500) throw new Later(Number(answer.headers.get("retry-after")) || 0);
    let said;
    try {
      said = await answer.json();
    } catch {
      throw new Later(); // Cut off, or not the city that answered.
    }
    if (!answer.ok) throw new Refused(said);
    return said;
  }

  async function sendPhotos(item) {
    for (const photo of item.photos) {
      if (photo.id) continue;
      const body = new FormData();
      body.append("file", photo.blob, photo.name || "photo.jpg");
      photo.id = (await post("/media", item.owner, body, {}, 180)).id;
      await note(item);
    }
  }

  async function sendReport(item) {
    await sendPhotos(item);
    const body = { photos: item.photos.map((photo) => photo.id) };
    for (const name of FIELDS) if (item.fields[name]) body[name] = TYPED[name]?.(item.fields[name]) ?? item.fields[name];
    const answers = Object.entries(item.fields).filter(([name]) => name.startsWith(ANSWER));
    if (answers.length) body.attributes = Object.fromEntries(answers.map(([name, said]) => [name.slice(ANSWER.length), said]));
    return post("/api/v1/reports", item.owner, JSON.stringify(body), { "content-type": "application/json", "idempotency-key": await keyOf(item) }, 60);
  }

  /** A photo that nobody claimed is thrown away after a day: then it goes up again, once. */
  function mayGoAgain(item, { problem }) {
    const faults = problem.errors ?? [];
    const again = !item.again && faults.length > 0 && faults.every((fault) => fault.field === "photos") && item.photos.every((photo) => photo.blob);
    if (again) { item.again = true; item.photos.forEach((photo) => delete photo.id); }
    return again;
  }

  /** Send one and write down what became of it; returns whether it has to be tried again. */
  async function attempt(item) {
    item.state = "sending";
    await note(item);
    try {
      const { ref } = await sendReport(item);
      const sent = { id: item.id, owner: item.owner, at: item.at, fields: { description: item.fields.description }, photos: [], state: "sent", sentAt: Date.now(), ref };
      await keep(sent).catch(() => del(item.id, store));
      tell({ kind: "sent", id: item.id, owner: item.owner, ref });
      return false;
    } catch (error) {
      if (error instanceof Refused && mayGoAgain(item, error)) return attempt(item);
      if (error instanceof Refused) {
        const faults = error.problem.errors ?? [];
        Object.assign(item, { state: "refused", why: faults.length ? faults.map((fault) => fault.detail) : [error.problem.detail ?? ""], errors: Object.fromEntries(faults.map((fault) => [fault.field, fault.detail])) });
      } else if (error instanceof SignIn) {
        item.state = "signin";
      } else if (error instanceof Later) {
        const pause = error.seconds || PAUSES[Math.min(item.tries, PAUSES.length - 1)];
        Object.assign(item, { state: "waiting", tries: item.tries + 1, next: Date.now() + pause * 1000 });
      } else {
        item.state = "waiting";
        item.next = Date.now() + 900_000;
      }
      await note(item);
      return item.state === "waiting";
    }
  }

  /** Send what waits for `owner`; `now` does not wait for its pause to be over. Returns how many still wait. */
  const flush = (owner, now = false) => navigator.locks.request("outbox", async () => {
    let left = 0;
    for (const { id } of owner ? await list(owner) : []) {
      const item = await find(id);
      if (!item || item.state === "refused" || item.state === "held") continue;
      if (item.state === "sent") { if (Date.now() - item.sentAt > DAY) await del(id, store); continue; }
      if (!navigator.onLine || (!now && item.next > Date.now())) left += 1;
      else if (await attempt(item)) left += 1;
    }
    return left;
  });

  return { flush, forget, hold, isEmpty, list, put, listen: (what) => listeners.add(what) };
};
