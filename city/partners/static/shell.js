// The city's end of the bridge: what a partner's frame may ask for, and how the person is asked.
// It answers one window at one origin, and gives nothing that the person has not agreed to.

const frame = document.querySelector("iframe[data-app]");
const sheet = document.querySelector("#sheet");
const { app, origin, signedIn } = frame.dataset;
const base = `/apps/${encodeURIComponent(app)}`;
const MOST_REFUSALS = 3; // Whoever keeps asking after that is not heard until the page is opened again.
const MOST_CALLS = 60;
let refusals = 0;
let calls = 0;
let queue = Promise.resolve();

class Refusal extends Error {
  constructor(code, says = "") {
    super(says);
    this.code = code;
  }
}

/** Show a dialog, and return the value of the button that closed it. */
function decide(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

async function asked(dialog) {
  if (refusals >= MOST_REFUSALS) throw new Refusal("refused");
  if ((await decide(dialog)) === "yes") return;
  refusals += 1;
  throw new Refusal("refused");
}

async function fetched(path, given) {
  const options = given === undefined ? {} : { method: "POST", body: JSON.stringify(given), headers: { "content-type": "application/json" } };
  const answer = await fetch(base + path, { ...options, headers: { accept: "application/json", ...options.headers } });
  if (answer.status === 401) throw new Refusal("sign_in_needed");
  const said = await answer.json();
  if (!answer.ok) throw new Refusal(answer.status === 403 ? "refused" : "invalid", said.error_description ?? said.detail);
  return said;
}

/** Make sure that the person has agreed to these scopes: ask for those that are new. */
async function agreed(scope) {
  if (!signedIn) {
    await asked(document.querySelector("#ask-sign-in"));
    location.assign(document.querySelector("#ask-sign-in a").href);
    throw new Refusal("sign_in_needed");
  }
  const answer = await fetch(`${base}/consent?scope=${encodeURIComponent(scope)}`, { headers: { accept: "text/html" } });
  if (answer.status === 204) return;
  if (answer.redirected || answer.status === 401) throw new Refusal("sign_in_needed");
  if (!answer.ok) throw new Refusal("invalid");
  sheet.innerHTML = await answer.text();
  await asked(sheet);
  const form = new FormData(sheet.querySelector("form"));
  await fetched("/consent", { scope: String(form.get("scope")), ward: String(form.get("_ward") ?? "") });
}

const text = (value, most) => String(value ?? "").slice(0, most);

const answers = {
  async whoAmI({ scope }) {
    const wanted = text(scope, 200);
    await agreed(wanted);
    return fetched(`/who?scope=${encodeURIComponent(wanted)}`);
  },

  async signIn(given) {
    await agreed(text(given.scope, 200));
    const names = ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method"];
    const request = Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, text(given[name], 1000)]));
    return fetched("/code", { response_type: "code", client_id: app, ...request });
  },

  async place() {
    await asked(document.querySelector("#ask-place"));
    const { coords } = await new Promise((resolve, reject) =>
      navigator.geolocation.getCurrentPosition(resolve, () => reject(new Refusal("failed")), { timeout: 15000, maximumAge: 60000 }),
    );
    return { latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy };
  },

  async share({ title, url }) {
    const path = text(url, 300);
    if (!path.startsWith("/") || path.startsWith("//")) throw new Refusal("invalid");
    const address = `${location.origin}${base}?to=${encodeURIComponent(path)}`;
    const dialog = document.querySelector("#ask-share");
    dialog.querySelector("[data-title]").textContent = text(title, 100);
    dialog.querySelector("input").value = address;
    await asked(dialog);
    if (navigator.share) await navigator.share({ title: text(title, 100), url: address }).catch(() => {});
    else await navigator.clipboard?.writeText(address).catch(() => {});
    return { shared: true };
  },

  async payIntent({ amount, reference, text: words }) {
    await agreed("payments:intent");
    const intent = await fetched("/intents", { amount, reference: text(reference, 64), text: text(words, 140) });
    const dialog = document.querySelector("#show-intent");
    const sum = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: dialog.dataset.currency, maximumFractionDigits: 0 });
    dialog.querySelector("[data-sum]").textContent = sum.format(amount);
    dialog.querySelector("[data-text]").textContent = text(words, 140);
    dialog.querySelector("a").href = intent.page;
    await decide(dialog);
    return intent;
  },
};

/** Answer one call. They are answered one after another, so that no dialog hides another. */
async function answer(id, name, given) {
  const reply = (said) => frame.contentWindow?.postMessage({ trangtien: 1, id, ...said }, origin);
  try {
    if (!Object.hasOwn(answers, name)) throw new Refusal("invalid");
    reply({ result: await answers[name](given) });
  } catch (error) {
    reply({ error: error.code && typeof error.code === "string" ? error.code : "failed", says: error.message });
  }
}

addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  const { trangtien, id, call, given } = event.data ?? {};
  if (trangtien !== 1 || typeof id !== "string" || id.length > 64 || typeof call !== "string") return;
  calls += 1;
  if (calls > MOST_CALLS) return;
  const asked = given && typeof given === "object" ? given : {};
  queue = queue.then(() => answer(id, call, asked));
});

// The frame is opened only now, so that nothing it asks for is lost.
frame.src = frame.dataset.src;
