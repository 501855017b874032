// What the service worker does with a push. A classic script: brought in by importScripts, or a
// worker of its own. The payload is declarative web push, which some systems show by themselves.
(() => {
  const SEEN = "push-seen";
  const MOST_SEEN = 100;

  self.addEventListener("push", (event) => {
    event.waitUntil(take(event.data));
  });

  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.navigate ?? "/"));
  });

  self.addEventListener("pushsubscriptionchange", (event) => {
    event.waitUntil(subscribeAgain(event.oldSubscription, event.newSubscription));
  });

  async function take(data) {
    let said;
    try {
      said = data?.json().notification;
    } catch {
      return; // Not ours: the browser says in its own words that something came.
    }
    if (!said?.title) return;
    const { title, navigate, data: about, ...options } = said;
    const delivery = about?.delivery;
    if (delivery && (await isRepeated(delivery))) return confirm(delivery);
    await self.registration.showNotification(title, { ...options, data: { ...about, navigate } });
    if (delivery) await Promise.all([remember(delivery), confirm(delivery)]);
  }

  const mark = (delivery) => `/push/seen/${encodeURIComponent(delivery)}`;

  async function isRepeated(delivery) {
    return Boolean(await (await caches.open(SEEN)).match(mark(delivery)));
  }

  async function remember(delivery) {
    const seen = await caches.open(SEEN);
    await seen.put(mark(delivery), new Response(null));
    const all = await seen.keys();
    await Promise.all(all.slice(0, Math.max(0, all.length - MOST_SEEN)).map((old) => seen.delete(old)));
  }

  /** Say that this device has shown it. If the network is gone, the next opening of the city says that the device is there. */
  async function confirm(delivery) {
    try {
      await fetch("/push/seen", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ delivery }),
        credentials: "omit",
        keepalive: true,
      });
    } catch {
      // See above.
    }
  }

  /** Go to what the push is about: in a window of the city that is open, or a new one. Never to another site. */
  async function open(navigate) {
    const url = new URL(navigate, self.location.origin);
    const here = url.origin === self.location.origin ? url.href : `${self.location.origin}/`;
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const same = windows.find((one) => one.url === here) ?? windows.find((one) => one.visibilityState === "visible");
    if (!same) return self.clients.openWindow(here);
    try {
      await same.focus();
      if (same.url !== here) await same.navigate(here);
    } catch {
      await self.clients.openWindow(here);
    }
  }

  async function subscribeAgain(before, after) {
    const options = before?.options ?? (await self.registration.pushManager.getSubscription())?.options;
    const now = after ?? (options && (await self.registration.pushManager.subscribe(options)));
    if (!now) return;
    const { endpoint, expirationTime, keys } = now.toJSON();
    const body = JSON.stringify({ endpoint, expirationTime, keys: { p256dh: keys.p256dh, auth: keys.auth } });
    await fetch("/api/v1/me/push", { method: "POST", headers: { "content-type": "application/json" }, body });
  }
})();
