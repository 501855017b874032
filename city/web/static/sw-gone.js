// Takes the place of a worker that is no longer wanted: it removes itself and the pages that were kept.
// What waits to be sent is not in the caches and stays.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) if (/^(static-|pages-|work-)/.test(name)) await caches.delete(name);
  await self.registration.unregister();
}
