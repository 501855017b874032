// The bridge for partners' applications: what runs in your frame. Load it from the city you are in:
//
//   import { city } from "https://the.city.example/partners/bridge.js";
//   const me = await city.whoAmI({ scope: "openid profile" });
//
// Every call is a promise. It is refused with an error whose `code` is one of: refused (the person
// said no), sign_in_needed, not_in_city, invalid, too_late, failed. See /developers.

const CITY = new URL(import.meta.url).origin;
const PATIENCE = 5 * 60 * 1000; // A person may take that long to decide.
const waiting = new Map();

addEventListener("message", (event) => {
  if (event.source !== window.parent || event.origin !== CITY || event.data?.trangtien !== 1) return;
  const asked = waiting.get(event.data.id);
  if (!asked) return;
  waiting.delete(event.data.id);
  clearTimeout(asked.timer);
  if (event.data.error) asked.reject(failure(event.data.error, event.data.says));
  else asked.resolve(event.data.result);
});

function failure(code, says) {
  return Object.assign(new Error(says || code), { code });
}

function call(name, given = {}) {
  if (window.parent === window) return Promise.reject(failure("not_in_city"));
  return new Promise((resolve, reject) => {
    const id = crypto.randomUUID();
    const timer = setTimeout(() => {
      waiting.delete(id);
      reject(failure("too_late"));
    }, PATIENCE);
    waiting.set(id, { resolve, reject, timer });
    window.parent.postMessage({ trangtien: 1, id, call: name, given }, CITY);
  });
}

async function notify({ title, body = "", link = "" }, accessToken) {
  const answer = await fetch(`${CITY}/partners/notify`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify({ title, body, link }),
  });
  const said = await answer.json();
  if (!answer.ok) throw failure(said.error ?? "failed", said.error_description);
  return said;
}

export const city = Object.freeze({
  origin: CITY,
  /** Whether this page stands in a frame at all. */
  inFrame: window.parent !== window,
  /** Who is it? `{sub, …}` with the claims of the scopes, once the person has agreed to them. */
  whoAmI: ({ scope = "openid" } = {}) => call("whoAmI", { scope }),
  /** A code for your server: `{code, state, iss}`. The same parameters as at /oauth/authorize. */
  signIn: (request) => call("signIn", request),
  /** Where is the person, this once? `{latitude, longitude, accuracy}` in WGS 84 and metres. */
  place: () => call("place"),
  /** Let the person share a path of your application: `{title, url}`. */
  share: ({ title, url = "/" }) => call("share", { title, url }),
  /** Ask for a sum in whole đồng: `{amount, reference, text}` becomes `{id, state, page}`. */
  payIntent: ({ amount, reference, text }) => call("payIntent", { amount, reference, text }),
  /** Write to the person's inbox, with an access token of scope notify. Servers may do it too. */
  notify,
});
