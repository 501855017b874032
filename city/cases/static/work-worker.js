// Keeps the officer's list, opened cases and what they look like, for reading without a network.
// What is done without one is kept by work.js; nothing is sent from here.

const KEPT = "work-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const isPage = (url) => url.pathname === "/work" || /^\/work\/[0-9A-Z-]{9}$/.test(url.pathname);
const isPart = (url) => /^\/(static|files)\//.test(url.pathname);

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (isPage(url)) event.respondWith(fromNetwork(event.request));
  else if (isPart(url)) event.respondWith(fromNetwork(event.request));
});

async function fromNetwork(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    // Signed out, or no officer any more: nothing of the city's stays on this phone.
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") await caches.delete(KEPT);
    else if (answer.ok && !answer.redirected) await kept.put(request, answer.clone());
    else if (answer.status === 401 || answer.status === 403) await caches.delete(KEPT);
    return answer;
  } catch (error) {
    const known = await kept.match(request, { ignoreVary: true });
    if (known) return known;
    throw error;
  }
}
