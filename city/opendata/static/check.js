// Checking a file without leaving the page, so that it stays chosen and a marked copy is one more press away.

const form = document.querySelector("#check-file");
const place = document.querySelector("#checked");

function say(words) {
  const line = document.createElement("p");
  line.className = "muted";
  line.textContent = words;
  place.replaceChildren(line);
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  say(form.dataset.wait);
  try {
    const body = new FormData(form, event.submitter);
    const answer = await fetch(form.action, { method: "post", body, headers: { "hx-request": "true" } });
    const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
    if (name) {
      download(await answer.blob(), name);
      place.replaceChildren();
    } else if (answer.headers.get("content-type")?.startsWith("text/html")) {
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...found.body.childNodes);
      place.focus();
    } else say(form.dataset.failed);
  } catch {
    say(form.dataset.failed);
  } finally {
    delete form.dataset.busy;
  }
});
