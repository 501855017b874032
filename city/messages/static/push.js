// Notifications on this device: subscribing, and subscribing again whenever the city is opened, for
// push services forget devices without a word.

const API = "/api/v1/me/push";
const HOUR = 3600_000;
const KEPT = "push-kept";
const SIMULATED = "push-simulated";

export const isPossible = () =>
  "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** An iPhone gives push to apps on the home screen only. */
export const needsHomeScreen = () =>
  /iPhone|iPad/.test(navigator.userAgent) && !matchMedia("(display-mode: standalone)").matches;

/**
 * Keep this device subscribed if the person has turned notifications on here: at most once an hour,
 * without asking anything, and without a word when it fails. For every page of somebody signed in.
 */
export async function keepSubscribed() {
  if (!isPossible() || Notification.permission !== "granted" || !localStorage.getItem(KEPT)) return false;
  if (Date.now() - Number(localStorage.getItem(KEPT)) < HOUR) return true;
  try {
    await subscribe();
    return true;
  } catch {
    return false;
  }
}

/** Ask for permission and subscribe this device. Only after a tap: browsers hold it against a city that asks unbidden. */
export async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  await subscribe();
  return "on";
}

/** Send nothing more to this device. */
export async function turnOff() {
  const subscription = await subscriptionHere();
  const endpoint = subscription?.endpoint ?? JSON.parse(localStorage.getItem(SIMULATED) ?? "null")?.endpoint;
  if (endpoint) await send("DELETE", { endpoint });
  await subscription?.unsubscribe();
  localStorage.removeItem(SIMULATED);
  localStorage.removeItem(KEPT);
}

/** Whether notifications come to this device: "on", "simulated", "off", "denied", "home" or "none". */
export async function standing() {
  if (!isPossible()) return needsHomeScreen() ? "home" : "none";
  if (Notification.permission === "denied") return "denied";
  if (Notification.permission !== "granted" || !localStorage.getItem(KEPT)) return "off";
  if (localStorage.getItem(SIMULATED)) return "simulated";
  return (await subscriptionHere()) ? "on" : "off";
}

async function subscribe() {
  const { key, simulated } = await (await fetch("/api/v1/push")).json();
  const { pushManager } = await worker();
  let found = await pushManager.getSubscription();
  if (found && !isFor(found, key)) {
    await found.unsubscribe();
    found = null;
  }
  let given;
  try {
    given = (found ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }))).toJSON();
    localStorage.removeItem(SIMULATED);
  } catch (error) {
    if (!simulated) throw error;
    given = await simulatedDevice();
  }
  const { endpoint, expirationTime, keys } = given;
  await send("POST", { endpoint, expirationTime, keys: { p256dh: keys.p256dh, auth: keys.auth } });
  localStorage.setItem(KEPT, String(Date.now()));
}

/** In a sample city a browser without a push service of its own gets a device of the simulated one. */
async function simulatedDevice() {
  const kept = localStorage.getItem(SIMULATED);
  if (kept) return JSON.parse(kept);
  const answer = await fetch("/simulated/push/devices", { method: "POST" });
  if (!answer.ok) throw new Error(`no simulated device: ${answer.status}`);
  const made = await answer.json();
  localStorage.setItem(SIMULATED, JSON.stringify(made));
  return made;
}

async function send(method, body) {
  const answer = await fetch(API, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${API}: ${answer.status}`);
}

async function subscriptionHere() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** The city's service worker, once it works; a browser that never gets there is not waited for. */
function worker() {
  const late = new Promise((_, refuse) => setTimeout(() => refuse(new Error("no service worker")), 10_000));
  return Promise.race([navigator.serviceWorker.ready, late]);
}

const isFor = (subscription, key) => {
  const with_ = subscription.options?.applicationServerKey;
  return !with_ || String(new Uint8Array(with_)) === String(bytes(key));
};

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
