// The queue of reports in pages: when it is sent, for whom. The queue itself is outbox-core.js.

import * as idb from "idb-keyval";
import "./outbox-core.js";

export const owner = document.documentElement.dataset.person ?? "";
export const outbox = self.makeOutbox(idb);

let timer;

/** Send what waits, and look again while something does. */
export async function sendWaiting(now = false) {
  clearTimeout(timer);
  if (!owner) return;
  if (await outbox.flush(owner, now)) {
    const waiting = (await outbox.list(owner)).filter((item) => item.state === "waiting");
    const next = Math.min(...waiting.map((item) => item.next || 0));
    timer = setTimeout(sendWaiting, Math.max(navigator.onLine ? 3_000 : 60_000, next - Date.now()));
  }
}

/** Have the browser wake the worker when the network is back, even if no page is open then. */
export async function askForSync() {
  const worker = await navigator.serviceWorker?.getRegistration("/");
  await worker?.sync?.register("outbox").catch(() => {});
}
