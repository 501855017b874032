// <queue-list>: what waits on this phone, on the page /queue, which opens without a network as well.

import { outbox, owner, sendWaiting } from "./outbox.js";

const TONES = { waiting: "doing", sending: "check", signin: "moderate", refused: "late", held: "idle", sent: "done" };
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class QueueList extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.line = this.querySelector("template").content.firstElementChild;
    this.list = this.querySelector("[data-list]");
    this.empty = this.querySelector("[data-empty]");
    this.stranger = this.querySelector("[data-stranger]");
    this.querySelector("[data-now]").addEventListener("click", () => sendWaiting(true));
    outbox.listen(() => this.show());
    addEventListener("online", () => this.show());
    addEventListener("offline", () => this.show());
    this.show();
  }

  async show() {
    const items = owner ? await outbox.list(owner) : [];
    this.list.replaceChildren(...items.map((item) => this.draw(item)));
    this.stranger.hidden = Boolean(owner) || (await outbox.isEmpty());
    this.empty.hidden = items.length > 0 || !this.stranger.hidden;
    this.querySelector("[data-now]").hidden = !items.some((item) => item.state === "waiting") || !navigator.onLine;
    this.querySelector("[data-offline]").hidden = navigator.onLine;
  }

  draw(item) {
    const line = this.line.cloneNode(true);
    const piece = (name) => line.querySelector(`[data-${name}]`);
    const photos = item.photos.length;
    piece("text").textContent = item.fields.description || this.words.untitled;
    piece("state").textContent = this.words[item.state];
    piece("state").setAttribute("data-tone", TONES[item.state]);
    piece("photos").textContent = photos === 1 ? this.words.photo : photos ? say(this.words.photos, { n: photos }) : "";
    piece("photos").hidden = !photos;
    piece("since").setAttribute("at", new Date(item.at).toISOString());
    piece("why").replaceChildren(...(item.why ?? []).map((sentence) => Object.assign(document.createElement("li"), { className: "error", textContent: sentence })));
    const first = item.photos.find((photo) => photo.blob?.type?.startsWith("image/"));
    if (first) piece("picture").append(Object.assign(new Image(64, 64), { src: URL.createObjectURL(first.blob), alt: "" }));
    else piece("picture").remove();
    const open = piece("open"), edit = piece("edit"), signIn = piece("sign-in"), drop = piece("drop");
    open.hidden = item.state !== "sent";
    if (item.state === "sent") { open.href = `/reports/${item.ref}`; open.querySelector("span").textContent = say(this.words.open, { ref: item.ref }); }
    edit.hidden = !["refused", "waiting", "held", "signin"].includes(item.state);
    edit.href = `/reports/new?queued=${encodeURIComponent(item.id)}`;
    signIn.hidden = item.state !== "signin";
    drop.hidden = item.state === "sending";
    drop.querySelector("span").textContent = item.state === "sent" ? this.words.hide : this.words.drop;
    drop.addEventListener("click", () => (item.state === "sent" ? outbox.forget(item.id) : this.ask(line, item)));
    return line;
  }

  /** Throwing away cannot be taken back, so it is asked. */
  ask(line, item) {
    const question = line.querySelector("[data-question]");
    question.hidden = false;
    question.querySelector("[data-yes]").addEventListener("click", () => outbox.forget(item.id));
    question.querySelector("[data-no]").addEventListener("click", () => { question.hidden = true; });
    question.querySelector("[data-no]").focus();
  }
}

customElements.define("queue-list", QueueList);
