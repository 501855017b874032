// The sample partner application, in the hands of the person: it knows the city only by the bridge.
const CITY = document.querySelector("meta[name=city]").content;
const { city } = await import(`${CITY}/partners/bridge.js`);
const SCOPE = "openid profile notify";
const WORDS = {
  vi: {
    title: "Vé thuyền sông Hương", sample: "Ứng dụng mẫu: không có thuyền, không thu tiền.", sign_in: "Tiếp tục với tài khoản thành phố",
    hello: "Xin chào {name}!", ticket: "Vé của bạn", nearest: "Bến gần tôi nhất", share: "Chia sẻ", buy: "Đặt vé", seats: "{n} chỗ",
    told: "Đã gửi tin vào hộp thư của bạn.", not_told: "Chưa gửi được tin: {why}", refused: "Bạn đã chọn không đồng ý.", metres: "Bến Tòa Khâm cách bạn khoảng {n} m.",
    paid: "Đã ghi yêu cầu thanh toán, chưa thu tiền.", failed: "Chưa làm được: {why}",
  },
  en: {
    title: "Perfume River boat tickets", sample: "A sample application: there is no boat, and nothing is charged.", sign_in: "Go on with your city account",
    hello: "Hello {name}!", ticket: "Your ticket", nearest: "The pier nearest to me", share: "Share", buy: "Book", seats: "{n} seats",
    told: "A message is in your inbox.", not_told: "No message was sent: {why}", refused: "You did not agree.", metres: "Tòa Khâm pier is about {n} m away.",
    paid: "The payment was noted; nothing was charged.", failed: "This did not work: {why}",
  },
};
const BOATS = [
  { code: "sunset", vi: "Ngắm hoàng hôn", en: "Sunset", price: 120000, seats: 8 },
  { code: "ca-hue", vi: "Nghe ca Huế trên sông", en: "Huế singing on the river", price: 150000, seats: 12 },
];
const PIER = { latitude: 16.4645, longitude: 107.5937 };
const language = navigator.language.startsWith("vi") ? "vi" : "en";
const say = (key, given = {}) => WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
const $ = (id) => document.getElementById(id);
let session = "";

document.documentElement.lang = language;
for (const part of document.querySelectorAll("[data-say]")) part.textContent = say(part.dataset.say);
$("sign-in").hidden = !city.inFrame;
$("log-in").hidden = city.inFrame;

async function told(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json", "x-session": session }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.detail ?? answer.status), { code: "failed" });
  return said;
}

async function signIn() {
  const { journey, request } = await told("/begin", { scope: SCOPE });
  const given = await city.signIn(request);
  const me = await told("/finish", { journey, ...given });
  session = me.session;
  await welcome(me.name);
}

async function welcome(name) {
  const who = city.inFrame ? await city.whoAmI({ scope: "openid profile" }) : { name };
  $("hello").textContent = say("hello", { name: who.name });
  $("sign-in").hidden = $("log-in").hidden = true;
}

async function book(boat) {
  if (!session) await signIn();
  const { ticket } = await told("/tickets", { boat: boat.code });
  $("ticket").textContent = `${boat[language]} · ${ticket}`;
  $("after").hidden = false;
  if (city.inFrame) {
    const intent = await city.payIntent({ amount: boat.price, reference: ticket, text: boat[language] });
    if (intent.state === "created") $("said").textContent = say("paid");
  }
  const sent = await told("/tell", { ticket });
  $("said").textContent += " " + (sent.sent ? say("told") : say("not_told", { why: sent.why }));
}

function metres(from, to) {
  const north = (to.latitude - from.latitude) * 111_195;
  const east = (to.longitude - from.longitude) * 111_195 * Math.cos((from.latitude * Math.PI) / 180);
  return Math.round(Math.hypot(north, east));
}

/** Do something, and say it plainly when the person refused or it failed. */
function doing(button, what) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    $("said").textContent = "";
    try {
      await what();
    } catch (error) {
      $("said").textContent = error.code === "refused" ? say("refused") : say("failed", { why: error.message });
    }
    button.disabled = false;
  });
}

for (const boat of BOATS) {
  const line = document.createElement("li");
  const words = document.createElement("span");
  const small = document.createElement("small");
  const button = document.createElement("button");
  words.textContent = boat[language];
  small.textContent = `${boat.price.toLocaleString(language)} đ · ${say("seats", { n: boat.seats })}`;
  button.textContent = say("buy");
  words.append(small);
  line.append(words, button);
  $("boats").append(line);
  doing(button, () => book(boat));
}
doing($("sign-in"), signIn);
doing($("place"), async () => {
  const here = await city.place();
  $("said").textContent = say("metres", { n: metres(here, PIER) });
});
doing($("share"), () => city.share({ title: say("title"), url: "/" }));

const known = await fetch("/me").then((answer) => answer.json());
if (known.name) {
  session = known.session;
  await welcome(known.name);
}
document.body.dataset.ready = "yes";
